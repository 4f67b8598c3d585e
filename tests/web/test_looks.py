"""What the page shows and how it can be read, whatever somebody calls themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.processes import LobbyProcess
from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, person, session, uuid_of
from tests.web.visitor import HOSTILE, known_as, unfold

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_read_as_landmarks_headings_and_lists(open_page: Open) -> None:
    lobby = session(1024, name="Harbour")
    lobby["seats"]["1"] |= {"status": "taken", "player": uuid_of(7)}
    lobby["seats"]["2"] |= {"status": "reserved", "until": 1.9e9}
    lobby["seats"]["3"] |= {"status": "invited", "until": 1.9e9}
    lobby["free"] = 4
    people = {uuid_of(1): person("ada"), uuid_of(2): person(status="playing", since=1.7e9)}
    window = await open_page(ScriptedServer(people=people, sessions={"1024": lobby}))
    await unfold(window.page, "Harbour")
    await expect(window.page.locator("body")).to_match_aria_snapshot(OUTLINE)
    assert await window.page.evaluate(FAULTS) == []
    assert window.troubles == []


OUTLINE = """
- link "Skip to the sessions"
- link "Skip to the people"
- banner:
  - link "Lobby":
    - heading "Lobby" [level=1]
  - text: Live
  - button "Log in"
  - button "Sign up"
- status
- main:
  - region "Play":
    - heading "Host a session" [level=2]
    - button "Host…"
    - heading "Have a code?" [level=2]
    - textbox "Have a code?"
    - button "Join"
  - region "Sessions":
    - heading "Sessions" [level=2]
    - radiogroup "Which sessions":
      - radio "I can join 1" [checked]
      - radio "All 1"
    - search "Sessions":
      - searchbox "Search sessions"
      - combobox "Order"
    - list "Sessions":
      - listitem:
        - article "Harbour":
          - button "Seats of Harbour" [expanded]
          - heading "Harbour" [level=3]:
            - link "Harbour"
          - paragraph: ada
          - text: 2 of 8 seats taken open
          - button "Join Harbour"
          - heading "Team 1" [level=4]
          - list:
            - listitem: ada leads
            - listitem: no name
            - listitem: kept
            - listitem: invited
          - heading "Team 2" [level=4]
          - list:
            - listitem: free
- complementary "People":
  - region "People":
    - heading "People" [level=2]
    - search "People":
      - searchbox "Search people"
    - heading "Everybody" [level=3]
    - list "Everybody":
      - listitem:
        - button "ada online"
      - listitem:
        - button "no name playing"
- contentinfo
"""

FAULTS = """() => {
  const faults = [];
  const ids = [...document.querySelectorAll("[id]")].map((found) => found.id);
  if (new Set(ids).size !== ids.length) faults.push("an id twice");
  if (!document.documentElement.lang) faults.push("no language");
  for (const image of document.images)
    if (!image.hasAttribute("alt")) faults.push("an image without alt");
  for (const link of document.querySelectorAll('a[href^="#"]'))
    if (!document.querySelector(link.getAttribute("href"))) faults.push(`${link.href} is nowhere`);
  const levels = [...document.querySelectorAll("h1,h2,h3,h4")].map((found) => +found.localName[1]);
  levels.forEach((level, n) => level > (levels[n - 1] ?? 0) + 1 && faults.push("a skipped level"));
  for (const list of document.querySelectorAll("ul"))
    if ([...list.children].some((child) => child.localName !== "li")) faults.push("not an item");
  return faults;
}"""

CONTRASTS = """() => {
  const numbers = (colour) => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d");
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([red, green, blue]) => [red, green, blue]
    .map((part) => part / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
    .reduce((sum, part, n) => sum + part * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = (found) => {
    const own = numbers(getComputedStyle(found).backgroundColor);
    return own[3] === 255 || !found.parentElement ? own : ground(found.parentElement);
  };
  const texts = [...document.body.querySelectorAll("*")].filter((found) =>
    found.checkVisibility() && [...found.childNodes].some((node) => node.nodeType === 3
      && node.textContent.trim()));
  return texts.map((found) => {
    const [one, other] = [numbers(getComputedStyle(found).color), ground(found)].map(light);
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    return [ratio, found.className || found.localName];
  });
}"""


async def low_contrasts(page: Page) -> list[Any]:
    measured = await page.evaluate(CONTRASTS)
    assert len(measured) > 10
    return [(round(ratio, 2), what) for ratio, what in measured if ratio < 4.5]


def a_busy_lobby() -> ScriptedServer:
    statuses = ["online", "away", "busy", "playing", "reconnecting"]
    people = {uuid_of(n): person(f"p{n}", status=word) for n, word in enumerate(statuses)}
    closed = session(
        2048, name="Closed", joinable=False, entry="closed", attributes={"map": "Dust"}
    )
    return ScriptedServer(people=people, sessions={"1024": session(1024), "2048": closed})


async def test_every_text_stands_out_from_its_ground_in_light_and_dark(open_page: Open) -> None:
    window = await open_page(a_busy_lobby())
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await window.page.evaluate(ground)
    assert await low_contrasts(window.page) == []
    await window.page.emulate_media(color_scheme="dark")
    assert await window.page.evaluate(ground) != light
    assert await low_contrasts(window.page) == []


async def test_the_reader_may_choose_light_or_dark_and_keeps_it(open_page: Open) -> None:
    page = (await open_page(a_busy_lobby(), color_scheme="light")).page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = await page.evaluate(ground)
    await page.get_by_role("button", name="Light or dark").click()
    await page.get_by_role("radio", name="Dark").click()
    assert await page.evaluate(ground) != light
    await page.reload()
    await expect(page.locator(".row").first).to_be_visible()
    assert await page.evaluate(ground) != light


async def test_colour_is_never_the_only_sign(open_page: Open) -> None:
    page = (await open_page(a_busy_lobby(), at="/?show=all&sort=-created")).page
    await expect(page.locator(".person .st")).to_have_text(
        ["online", "away", "busy", "playing", "coming back"]
    )
    await expect(page.locator(".door")).to_have_text(["closed", "open"])


PLACES = ("/", "/?show=all", "/people", "/inbox", "/s/1024", "/s/1")


async def test_every_place_fits_with_the_longest_names(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    wide = "W" * 64
    lobby = session(1024, name=wide, host=wide, attributes={wide: wide, "mode": wide})
    channel = known_as(ScriptedServer(people={uuid_of(1): person(wide)}, sessions={"1024": lobby}))
    page = (await open_page(channel)).page
    for place in PLACES:
        await page.goto(lobby_server.url + place)
        await expect(page.locator(".connection")).to_have_attribute("data-phase", "live")
        await expect(page.locator("main").get_by_role("heading").first).to_be_attached()
        for width in (320, 390, 768, 1280):
            await page.set_viewport_size({"width": width, "height": 640})
            found = await page.evaluate("document.documentElement.scrollWidth")
            assert found == width, place


ISOLATED = """() => [...document.querySelectorAll(".row h3 bdi")].every(
  (one) => getComputedStyle(one).unicodeBidi === "isolate")"""


async def test_texts_of_strangers_do_no_harm(open_page: Open) -> None:
    marks = "Z" + "\u0310" * 2000
    names = (HOSTILE, "\u202eevil", marks, "\u2066\u2067\u202dx")
    listed = {
        str(1024 + 16 * n): session(1024 + 16 * n, name=name, host=name)
        for n, name in enumerate(names)
    }
    people = {uuid_of(n): person(name) for n, name in enumerate(names)}
    window = await open_page(ScriptedServer(people=people, sessions=listed))
    page = window.page
    await expect(page.locator(".row")).to_have_count(len(names))
    assert await page.locator("main img, aside img").count() == 0
    heights = await page.evaluate(
        "[...document.querySelectorAll('.row, .person')].map((one) => one.offsetHeight)"
    )
    assert max(heights) < 140
    assert await page.evaluate(ISOLATED)
    longest = (
        "Math.max(...[...document.querySelectorAll('bdi')].map((one) => one.textContent.length))"
    )
    assert await page.evaluate(longest) < 100
    assert window.troubles == []


async def test_the_keyboard_alone_finds_opens_and_joins(open_page: Open) -> None:
    listed = {str(1024 + 16 * n): session(1024 + 16 * n, name=f"Quay {n}") for n in range(3)}
    channel = known_as(ScriptedServer(sessions=listed))
    page = (await open_page(channel)).page
    await expect(page.locator(".row")).to_have_count(3)
    await page.keyboard.press("Tab")
    await expect(page.locator(":focus")).to_have_text("Skip to the sessions")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(outline) == "solid"
    await page.keyboard.press("Enter")
    await expect(page.locator("#sessions")).to_be_focused()
    await page.keyboard.press("/")
    await expect(page.locator("#search-sessions")).to_be_focused()
    for _ in range(3):  # filters, order, then the list: one stop, whose first row is opened
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Seats of Quay 0")).to_have_attribute(
        "aria-expanded", "true"
    )
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(":focus")).to_have_text("Quay 1")
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("button", name="Seats of Quay 1")).to_have_attribute(
        "aria-expanded", "true"
    )
    await page.keyboard.press("Escape")
    await expect(page.locator(".row.open")).to_have_count(0)
    await page.keyboard.press("End")
    await expect(page.locator(":focus")).to_have_text("Quay 2")
    await page.keyboard.press("c")
    await expect(page.locator(".announcement")).to_contain_text("The link is")
    await page.keyboard.press("j")
    assert (await channel.until_heard("session.join"))["session"] == "1056"
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog")).to_contain_text("search sessions")
    await page.keyboard.press("Escape")
    await expect(page.locator(":focus")).to_have_text("Quay 2")


async def test_an_empty_lobby_says_what_a_visitor_can_do(open_page: Open) -> None:
    window = await open_page(ScriptedServer())
    page = window.page
    empty = page.locator("#no-sessions")
    for words in ("Sign up and host", "Play without a name", "Log in"):
        await expect(empty.get_by_role("button", name=words)).to_be_visible()
    await expect(page.locator("#no-people")).to_contain_text("Watching this page does not count")
    text = await page.locator("body").inner_text()
    assert ".py" not in text
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await low_contrasts(page) == []
    assert await page.evaluate(FAULTS) == []
    assert window.troubles == []
