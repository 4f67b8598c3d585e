"""Scripts in names, attributes and patches stay text on the page, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Open, browser, browser_page, open_page
from tests.web.scripted_server import ScriptedServer, person, session, uuid_of

__all__ = ["browser", "browser_page", "open_page"]  # fixtures

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


OTHERS = "main :is(script, img, svg, iframe, a, style, link, object, embed, form, input)"
"""What a text could bring in; of some the page has its own."""


def served(texts: list[str]) -> ScriptedServer:
    """A lobby whose people and sessions are called so."""
    people = {uuid_of(n): person(text, since=1.8e9 - n) for n, text in enumerate(texts)}
    sessions = {
        str(n): session(n, name=text, host=text, attributes={text: text, "__proto__": {"x": text}})
        for n, text in enumerate(texts, start=1)
    }
    return ScriptedServer(people=people, sessions=sessions)


async def test_g2_hostile_names_and_attributes_stay_text(open_page: Open) -> None:
    assert len(SCRIPTS) == 30
    window = await open_page(served(SCRIPTS))
    page = window.page
    await require_all_shown(page)
    assert sorted(await page.locator(".people .name").all_text_contents()) == sorted(SCRIPTS)
    assert sorted(await page.locator(".row h3").all_text_contents()) == sorted(SCRIPTS)
    harmless = await open_page(served([f"text {n}" for n in range(len(SCRIPTS))]))
    await require_all_shown(harmless.page)
    assert await page.locator(OTHERS).count() == await harmless.page.locator(OTHERS).count()
    assert all(text.startswith(page.url.rstrip("/")) for text in window.addresses)
    assert window.troubles == []


async def require_all_shown(page: Page) -> None:
    await page.locator("#more-people").click()
    for rows in (".people .person", ".row"):
        await expect(page.locator(rows)).to_have_count(len(SCRIPTS))


async def test_g2_a_patch_cannot_reach_the_prototype_of_all_objects(open_page: Open) -> None:
    channel = ScriptedServer(sessions={"1": session(1)})
    window = await open_page(channel)
    attributes = {"__proto__": {"reached": 1}, "constructor": {"prototype": {"reached": 1}}}
    channel.patch("sessions", {"1": {"attributes": attributes, "name": "patched"}})
    await expect(window.page.locator(".row h3")).to_have_text("patched")
    assert await window.page.evaluate("({}).reached") is None
