"""How one comes in on the page: with a new name, with an old one, without any; and out again."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.people import PASSWORD, new_user
from tests.support.processes import LobbyProcess
from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, session
from tests.web.visitor import card, fill, log_in, sign_up

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def open_dialog(page: Page, door: str) -> None:
    await page.locator(".right").get_by_role("button", name=door).click()


async def test_a_new_name_is_signed_up_and_known_after_a_reload(open_page: Open) -> None:
    window = await open_page()
    page, name = window.page, f"new{uuid.uuid4().hex[:8]}"
    await open_dialog(page, "Sign up")
    await sign_up(page, name)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.reload()
    await expect(page.locator(".mename")).to_have_text(name)
    assert window.troubles == []


async def test_rules_stand_beside_the_fields_and_what_is_wrong_at_its_field(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    ada = await new_user(lobby_server.url)
    page = (await open_page()).page
    await open_dialog(page, "Sign up")
    dialog = page.get_by_role("dialog")
    name, password = (dialog.get_by_label(label, exact=True) for label in ("Name", "Password"))
    await expect(name).to_have_accessible_description(
        "3 to 32 letters, digits, dots, hyphens or underscores."
    )
    await name.fill("a b")
    await password.fill(PASSWORD)
    await dialog.get_by_role("button", name="Sign up").click()
    await expect(name).to_have_attribute("aria-invalid", "true")
    await fill(page, str(ada.name))
    await dialog.get_by_role("button", name="Sign up").click()
    await expect(name).to_have_accessible_description(f"{ada.name} is taken. Choose another name.")
    await dialog.get_by_role("button", name="Log in").click()
    await fill(page, str(ada.name))
    await dialog.get_by_label("Password", exact=True).fill("not the one 9")
    await dialog.get_by_role("button", name="Log in").click()
    await expect(dialog.get_by_label("Password", exact=True)).to_have_accessible_description(
        "Name and password do not fit together. Look at both, and try again."
    )


async def test_password_managers_know_the_fields(open_page: Open) -> None:
    page = (await open_page(ScriptedServer())).page
    for door, hint in (("Sign up", "new-password"), ("Log in", "current-password")):
        await open_dialog(page, door)
        dialog = page.get_by_role("dialog")
        password = dialog.get_by_label("Password", exact=True)
        await expect(password).to_have_attribute("autocomplete", hint)
        await expect(dialog.get_by_label("Name", exact=True)).to_have_attribute(
            "autocomplete", "username"
        )
        await dialog.get_by_label("Show the password").check()
        await expect(password).to_have_attribute("type", "text")
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)


async def test_who_logs_out_is_nobody_any_more_and_the_login_is_over(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    window, ada = await open_page(), await new_user(lobby_server.url)
    page = window.page
    await log_in(window, ada)
    token = await page.evaluate("sessionStorage.getItem('lobby.login')")
    await page.get_by_role("button", name=f"You: {ada.name}").click()
    await page.get_by_role("menuitem", name="Log out").click()
    await expect(page.locator(".right").get_by_role("button", name="Log in")).to_be_visible()
    assert await page.evaluate("sessionStorage.getItem('lobby.login')") is None
    is_over = """async (token) => {
      const headers = { Authorization: `Bearer ${token}` };
      const pause = () => new Promise((done) => setTimeout(done, 20));
      while ((await fetch("/users", { headers })).ok) await pause();
      return true;
    }"""
    assert await page.evaluate(is_over, token)
    await expect(page.locator(".connection")).to_have_attribute("data-phase", "live")


async def test_a_stranger_joins_without_a_name_where_that_is_allowed(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host = await new_user(lobby_server.url)
    async with await host.connect() as ours:
        await ours.command("host.set", only_friends=False, allow_nonames=True)
        id = (await ours.command("session.launch", name="Open house"))["session"]["id"]
        window = await open_page()
        page = window.page
        await page.get_by_role("button", name="Join Open house").click()
        await expect(page.locator(".room")).to_be_visible()
        await expect(card(page, "Open house").locator(".tag")).to_have_text("you")
        assert page.url.endswith(f"/s/{id}")
        await page.reload()
        await expect(page.locator(".room .tag")).to_have_text("you")
        await page.get_by_role("button", name="Leave", exact=True).click()
        await expect(page.get_by_role("button", name="Join Open house")).to_be_visible()
        await ours.command("session.close", session=id)
    assert window.troubles == []


async def test_the_act_that_was_begun_goes_on_once_one_has_come_in(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host = await new_user(lobby_server.url)
    async with await host.connect() as ours:
        await ours.command("host.set", only_friends=False)
        id = (await ours.command("session.launch", name="Named only"))["session"]["id"]
        window = await open_page()
        page = window.page
        await page.get_by_role("button", name="Join Named only").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("To take a seat, say who you are.")
        await expect(dialog.get_by_role("button", name="Play without a name")).to_have_count(0)
        await sign_up(page, f"new{uuid.uuid4().hex[:8]}")
        await expect(page.locator(".room .tag")).to_have_text("you")
        await ours.command("session.close", session=id)
    assert window.troubles == []


WORDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "open"),
    ({"full": True, "free": 0}, "full"),
    ({"full": True, "entry": "friends", "password": True}, "full, friends only, password"),
    ({"entry": "invited", "nonames": False}, "by invitation, named players only"),
    ({"password": True, "nonames": False}, "password, named players only"),
    ({"password": True, "entry": "closed"}, "password, closed"),
)


async def test_a_card_says_who_comes_in_in_the_same_order_of_words(open_page: Open) -> None:
    listed = {
        str(1000 - n): session(1000 - n, **{"free": 7, **more}) for n, (more, _) in enumerate(WORDS)
    }
    page = (await open_page(ScriptedServer(sessions=listed), at="/?show=all&sort=-created")).page
    await expect(page.locator(".door")).to_have_text([words for _, words in WORDS])
