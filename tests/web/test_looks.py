"""What the page shows and how it can be read, whatever somebody calls themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, person, session, uuid_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_it_is_read_as_landmarks_headings_and_lists(open_page: Open) -> None:
    lobby = session(1024, name="Harbour")
    lobby["seats"]["1"] |= {"status": "taken", "player": uuid_of(7)}
    lobby["seats"]["2"] |= {"status": "reserved", "until": 1.9e9}
    lobby["seats"]["3"] |= {"status": "invited", "until": 1.9e9}
    lobby["free"] = 4
    people = {uuid_of(1): person("ada"), uuid_of(2): person(status="playing", since=1.7e9)}
    window = await open_page(ScriptedServer(people=people, sessions={"1024": lobby}))
    await expect(window.page.locator("body")).to_match_aria_snapshot(OUTLINE)
    assert await window.page.evaluate(FAULTS) == []
    assert window.troubles == []


OUTLINE = """
- banner:
  - heading "Lobby" [level=1]
  - text: Live
- status
- navigation "At a glance":
  - link "2 people online"
  - link "1 open session"
  - link "4 free seats"
- region "You":
  - group: Come in
- main:
  - region "Open sessions":
    - heading "Open sessions" [level=2]
    - search "Sessions":
      - text: Search
      - searchbox "Search"
      - checkbox "Open, no password"
      - text: Open, no password
      - checkbox "Free seats"
      - text: Free seats
    - list:
      - listitem:
        - article "Harbour":
          - heading "Harbour" [level=3]
          - text: open
          - paragraph: hosted by ada 2 of 8 seats taken
          - heading "Team 1" [level=4]
          - list:
            - listitem: "Seat 1: ada taken"
            - listitem: "Seat 2: no name taken"
            - listitem: "Seat 3: reserved"
            - listitem: "Seat 4: invited"
          - heading "Team 2" [level=4]
          - list:
            - listitem: "Seat 5: free"
  - region "Online now":
    - heading "Online now" [level=2]
    - search "People":
      - text: Search
      - searchbox "Search"
    - list:
      - listitem:
        - text: ada online
        - code: "00000001"
        - text: since
        - time
      - listitem:
        - text: no name playing
        - code: "00000002"
        - text: since
        - time
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


async def test_colour_is_never_the_only_sign(open_page: Open) -> None:
    page = (await open_page(a_busy_lobby())).page
    words = await page.locator(".person .status").all_text_contents()
    assert words == ["online", "away", "busy", "playing", "reconnecting"]
    assert await page.locator(".door").all_text_contents() == ["closed", "open"]


async def test_it_fits_a_narrow_screen_with_the_longest_names(open_page: Open) -> None:
    wide = "W" * 64
    lobby = session(1024, name=wide, host=wide, attributes={wide: wide})
    channel = ScriptedServer(people={uuid_of(1): person(wide)}, sessions={"1024": lobby})
    page = (await open_page(channel, viewport={"width": 320, "height": 640})).page
    assert await page.evaluate("document.documentElement.scrollWidth") == 320


async def test_the_keyboard_reaches_everything_in_order(open_page: Open) -> None:
    page = (await open_page(a_busy_lobby())).page
    reached = []
    for _ in range(5):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus-visible")
        assert await focused.evaluate("found => found.getBoundingClientRect().top >= 0")
        outline = await focused.evaluate("found => getComputedStyle(found).outlineStyle")
        assert outline == "solid"
        reached.append(await focused.inner_text())
    assert reached == [
        "Skip to the sessions",
        "Skip to the people",
        "5 people online",
        "2 open sessions",
        "7 free seats",
    ]
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#sessions")).to_be_focused()


async def test_an_empty_lobby_says_what_to_do_next(open_page: Open) -> None:
    page = (await open_page(ScriptedServer())).page
    command = page.locator("#no-people code")
    await expect(command).to_have_text(
        f".venv/bin/python docs/player.py guest {page.url.rstrip('/')}"
    )
    await expect(page.locator("#no-sessions")).to_contain_text("player.py host")
    assert await low_contrasts(page) == []


async def test_a_change_glows_and_moves_nothing_for_those_who_want_no_motion(
    open_page: Open,
) -> None:
    timing = "found => found.getAnimations().map((one) => one.effect.getTiming().easing)"
    for motion, expected in ((None, ["ease-out"]), ("reduce", ["steps(1)"])):
        channel = ScriptedServer(people={uuid_of(1): person("ada")})
        page = (await open_page(channel, reduced_motion=motion)).page
        row = page.locator(".person")
        await expect(row).to_contain_text("online")
        channel.patch("people", {uuid_of(1): {"status": "away"}})
        await expect(row).to_contain_text("away")
        assert await row.evaluate(timing) == expected
