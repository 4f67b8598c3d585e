"""What somebody does on the page in many tests."""

from __future__ import annotations

from typing import Any

from playwright.async_api import Locator, Page, expect

from tests.support.people import PASSWORD, Person
from tests.web.conftest import Window
from tests.web.scripted_server import ScriptedServer, State, session, uuid_of

ME = 2048
HOSTILE = "<img src=x onerror=alert(1)>"


async def log_in(window: Window, person: Person) -> None:
    page = window.page
    await page.locator(".right").get_by_role("button", name="Log in").click()
    await fill(page, str(person.name))
    await page.get_by_role("dialog").get_by_role("button", name="Log in").click()
    await expect(page.locator(".mename")).to_have_text(str(person.name))


async def sign_up(page: Page, name: str) -> None:
    """In the dialog, which is open."""
    await page.get_by_role("radio", name="Sign up").click()
    await fill(page, name)
    await page.get_by_role("dialog").get_by_role("button", name="Sign up").click()
    await expect(page.locator(".mename")).to_have_text(name)


async def fill(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(name)
    await dialog.get_by_label("Password", exact=True).fill(PASSWORD)


def card(page: Page, name: str) -> Locator:
    """Of a session: its row in the list, or the place of its own."""
    return page.get_by_role("article", name=name)


async def unfold(page: Page, name: str) -> Locator:
    """The row, with who sits where."""
    await page.get_by_role("button", name=f"Seats of {name}").click()
    return card(page, name)


async def choose(page: Page, person: str, act: str) -> None:
    """In the menu at somebody's seat."""
    await page.get_by_role("button", name=f"What to do about {person}").click()
    await page.get_by_role("menuitem", name=act).click()


async def look_for(page: Page, what: str, text: str) -> None:
    await page.locator(f"#search-{what}").fill(text)


def known_as(channel: ScriptedServer, name: str | None = "me") -> ScriptedServer:
    """Whoever says hello there is somebody."""
    channel.more = {"uuid": uuid_of(ME), "kind": "user" if name else "anonymous"}
    channel.more |= {"name": name} if name else {}
    channel.answers.setdefault("session.excluded", {"excluded": {}})
    return channel


def inside(people: State | None = None, **more: Any) -> ScriptedServer:
    """Of a session that this page's account leads; somebody sits beside."""
    lobby = session(ME, name="Match", host="me")
    lobby["seats"]["1"] |= {"status": "taken", "player": uuid_of(7), "name": "bo"}
    seen = {**lobby, "state": {}, "custom_data": {}, **more}
    listed = {key: value for key, value in {**lobby, **more}.items() if key not in ("code", "link")}
    topics: dict[str, State] = {"sessions": {str(ME): listed}, f"session:{ME}": seen}
    return known_as(ScriptedServer(**topics, people=people or {}))


async def enter(window: Window) -> Page:
    """Into the room of `inside`, when it is drawn."""
    page = window.page
    await page.get_by_role("link", name="Back to it").click()
    await expect(page.locator(".room")).to_be_visible()
    return page
