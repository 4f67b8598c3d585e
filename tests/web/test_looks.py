"""What the page shows and how it can be read, whatever somebody calls themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.web.by_hand import ByHand, person, session, uuid_of
from tests.web.conftest import Open

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<body onload=alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<math><mtext><script>alert(1)</script>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>*{background:url(//evil.example)}</style>",
    "<form action=javascript:alert(1)><button>x",
    "</li></ul><script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "--><script>alert(1)</script>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "\u202e<script>alert(1)</script>",
    "<scr\u200bipt>alert(1)</scr\u200bipt>",
]


async def test_hostile_names_and_attributes_stay_text(open_page: Open) -> None:
    assert len(SCRIPTS) == 30
    people = {uuid_of(n): person(text, since=1.8e9 - n) for n, text in enumerate(SCRIPTS)}
    sessions = {
        str(n): session(n, name=text, host=text, attributes={text: text, "__proto__": {"x": text}})
        for n, text in enumerate(SCRIPTS, start=1)
    }
    window = await open_page(ByHand(presence=people, sessions=sessions))
    page = window.page
    names = page.locator(".people .name")
    assert await names.all_text_contents() == SCRIPTS
    assert await page.locator(".session h3").all_text_contents() == SCRIPTS[::-1]
    strangers = "main :is(script, img, svg, iframe, a, style, link, object, embed, form, input)"
    assert await page.locator(strangers).count() == 0
    assert all(text.startswith(page.url.rstrip("/")) for text in window.addresses)
    assert window.troubles == []


async def test_a_patch_cannot_reach_the_prototype_of_all_objects(open_page: Open) -> None:
    channel = ByHand(sessions={"1": session(1)})
    window = await open_page(channel)
    attributes = {"__proto__": {"reached": 1}, "constructor": {"prototype": {"reached": 1}}}
    channel.patch("sessions", {"1": {"attributes": attributes, "name": "patched"}})
    await expect(window.page.locator("h3")).to_have_text("patched")
    assert await window.page.evaluate("({}).reached") is None


async def test_it_is_read_as_landmarks_headings_and_lists(open_page: Open) -> None:
    lobby = session(1024, name="Harbour")
    lobby["seats"]["1"] |= {"status": "taken", "player": uuid_of(7)}
    lobby["seats"]["2"] |= {"status": "reserved", "until": 1.9e9}
    lobby["seats"]["3"] |= {"status": "invited", "until": 1.9e9}
    people = {uuid_of(1): person("ada"), uuid_of(2): person(status="playing", since=1.7e9)}
    window = await open_page(ByHand(presence=people, sessions={"1024": lobby}))
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
- main:
  - region "Open sessions":
    - heading "Open sessions" [level=2]
    - list:
      - listitem:
        - article "Harbour":
          - heading "Harbour" [level=3]
          - text: open to join
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


def a_busy_lobby() -> ByHand:
    statuses = ["online", "away", "busy", "playing", "reconnecting"]
    people = {uuid_of(n): person(f"p{n}", status=word) for n, word in enumerate(statuses)}
    closed = session(2048, name="Closed", joinable=False, attributes={"map": "Dust"})
    return ByHand(presence=people, sessions={"1024": session(1024), "2048": closed})


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
    assert await page.locator(".door").all_text_contents() == ["closed", "open to join"]


async def test_it_fits_a_narrow_screen_with_the_longest_names(open_page: Open) -> None:
    wide = "W" * 64
    lobby = session(1024, name=wide, host=wide, attributes={wide: wide})
    channel = ByHand(presence={uuid_of(1): person(wide)}, sessions={"1024": lobby})
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
    page = (await open_page(ByHand())).page
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
        channel = ByHand(presence={uuid_of(1): person("ada")})
        page = (await open_page(channel, reduced_motion=motion)).page
        row = page.locator(".person")
        await expect(row).to_contain_text("online")
        channel.patch("presence", {uuid_of(1): {"status": "away"}})
        await expect(row).to_contain_text("away")
        assert await row.evaluate(timing) == expected
