"""The page against the real program: what happens there shows here, without reloading."""

from __future__ import annotations

import asyncio
import html
from pathlib import Path

import pytest
from playwright.async_api import expect

from lobby.api.page import POLICY
from tests.support.channel_client import Client
from tests.support.people import call, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT
from tests.web.conftest import Open
from tests.web.visitor import HOSTILE, card, unfold

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_people_come_change_and_go(open_page: Open, lobby_server: LobbyProcess) -> None:
    window = await open_page()
    people = window.page.locator(".person")
    ada = await new_user(lobby_server.url)
    async with (
        await ada.connect() as named,
        await Client.connect(lobby_server.url, anonymous=True) as nameless,
    ):
        await expect(people.filter(has_text=str(ada.name))).to_contain_text("online")
        row = people.filter(has_text="no name")
        await expect(row).to_contain_text("online")
        await row.get_by_role("button").click()
        await expect(window.page.get_by_role("dialog")).to_contain_text(nameless.uuid)
        await window.page.keyboard.press("Escape")
        await nameless.command("presence.set", status="busy")
        await expect(row).to_contain_text("busy")
        await named.drop()
        await expect(people.filter(has_text=str(ada.name))).to_contain_text("coming back")
    await expect(row).to_have_count(0)
    assert window.troubles == []


DOORS = {
    "friends": "friends only, password, named players only",
    "invited": "by invitation, password, named players only",
    "closed": "password, named players only, closed",
}


async def test_a_session_shows_every_seat_until_it_is_over(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    window = await open_page(at="/?show=all")
    page = window.page
    row = card(page, HOSTILE)
    host, guest = await new_user(lobby_server.url), await new_user(lobby_server.url)
    async with await host.connect() as ours, await guest.connect() as theirs:
        await ours.command("host.set", only_friends=False)
        attributes = {HOSTILE: HOSTILE, "map": "Dust"}
        launched = await ours.command("session.launch", name=HOSTILE, attributes=attributes)
        id = launched["session"]["id"]
        await expect(row).to_contain_text(str(host.name))
        await expect(row).to_contain_text("Dust")
        await expect(row).to_contain_text("1 of 8 seats taken")
        await unfold(page, HOSTILE)
        await theirs.command("session.join", session=id)
        seats = row.get_by_role("listitem")
        await expect(seats.nth(1)).to_have_text(str(guest.name))
        invited = await new_user(lobby_server.url)
        await ours.command("session.invite", session=id, guest=invited.uuid)
        await expect(seats.nth(2)).to_have_text("invited ")
        door = row.locator(".door")
        await expect(door).to_have_text("named players only")
        await ours.command("session.update", session=id, password="sesame")
        await expect(door).to_have_text("password, named players only")
        for entry, words in DOORS.items():
            await ours.command("session.update", session=id, entry=entry)
            await expect(door).to_have_text(words)
        await ours.command("session.close", session=id)
        await expect(row).to_contain_text("ended")  # it keeps its place while it is read
        await page.get_by_role("button", name=f"Seats of {HOSTILE}").click()
        await page.mouse.move(0, 0)
        await page.evaluate("document.activeElement.blur()")
        await expect(row).to_have_count(0, timeout=30_000)
    assert window.troubles == []


async def test_a_restart_is_survived_and_what_came_meanwhile_shows(
    browser_page: Open, own_lobby: LobbyProcess
) -> None:
    own_lobby.start()
    window = await browser_page(url=own_lobby.url)
    page = window.page
    for end in (own_lobby.stop, own_lobby.kill):
        end()
        await expect(page.locator(".connection")).to_have_attribute("data-phase", "waiting")
        await expect(page.locator(".words")).to_contain_text("Coming back in")
        own_lobby.start()
        async with await Client.connect(own_lobby.url, anonymous=True) as guest:
            assert guest.uuid
            row = page.locator(".person").filter(has_text="no name")
            await expect(row).to_contain_text("online", timeout=40_000)
            await expect(page.locator(".words")).to_have_text("Live")
        await expect(row).to_have_count(0)
    refused = [t for t in window.troubles if "WebSocket connection to" not in t]
    assert refused == []


async def test_nothing_comes_from_elsewhere_or_inline(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    window = await open_page()
    assert window.addresses
    assert all(address.startswith(lobby_server.url) for address in window.addresses)
    inline = "script:not([src]), style, [style], [onclick], [onload], [onerror]"
    assert await window.page.locator(inline).count() == 0


async def test_the_files_are_served_with_a_policy_and_asked_for_only_once(
    lobby_server: LobbyProcess,
) -> None:
    kinds = {
        "/": "text/html; charset=utf-8",
        "/web/style.css": "text/css; charset=utf-8",
        "/web/page.js": "text/javascript; charset=utf-8",
        "/web/icon.svg": "image/svg+xml",
    }
    for path, kind in kinds.items():
        first = await call(lobby_server.url, "GET", path)
        assert (first.status_code, first.headers["content-type"]) == (200, kind)
        assert first.headers["content-security-policy"] == POLICY
        assert first.headers["cache-control"] == "no-cache"
        tag = first.headers["etag"]
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            again = await call(lobby_server.url, "GET", path, headers={"If-None-Match": known})
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == tag
        changed = await call(lobby_server.url, "GET", path, headers={"If-None-Match": '"other"'})
        assert changed.content == first.content
        head = await call(lobby_server.url, "HEAD", path)
        assert (head.status_code, head.content) == (200, b"")


async def test_only_the_pages_own_files_are_served(lobby_server: LobbyProcess) -> None:
    for path in ("/web/none.js", "/web/..%2Fmain.py", "/web/index.html", "/web/"):
        found = await call(lobby_server.url, "GET", path)
        assert found.status_code == 404, path


async def test_the_lobbys_name_is_text_in_the_page(tmp_path: Path) -> None:
    server = LobbyProcess(tmp_path, name=HOSTILE).start()
    try:
        page = (await call(server.url, "GET", "/")).text
    finally:
        server.remove()
    assert HOSTILE not in page
    assert f"<title>{html.escape(HOSTILE)}</title>" in page


async def test_a_new_host_is_nobody_until_they_connect(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    window = await open_page()
    host = await new_host(lobby_server.url)
    row = window.page.locator(".person").filter(has_text="no name")
    await expect(row).to_have_count(0)
    async with await host.connect():
        await expect(row).to_have_count(1)


GAME = """async (session) => {
  const { LobbyClient } = await import("/client/v1/lobby.js");
  const game = (window.game = { said: [], ids: new Set() });
  game.lobby = new LobbyClient({ anonymous: true });
  game.lobby.on("state", ({ identity }) => identity && game.ids.add(identity.uuid));
  await game.lobby.connect();
  await game.lobby.command("session.join", { session });
  const chat = game.lobby.journal(`chat:${session}`, { after: 0 });
  chat.on("entry", ({ text }) => game.said.push(text));
  return game.lobby.command("session.join", { session }).catch(({ code }) => code);
}"""


async def test_a_game_in_a_browser_keeps_its_identity_and_misses_no_word(
    browser_page: Open, own_lobby: LobbyProcess
) -> None:
    own_lobby.start()
    page = (await browser_page(own_lobby.url)).page
    host = await new_user(own_lobby.url)
    async with await host.connect() as first:
        await first.command("host.set", only_friends=False, allow_nonames=True)
        session = (await first.command("session.launch"))["session"]["id"]
        assert await page.evaluate(GAME, session) == "already_seated"
        await first.command("session.say", session=session, text="one")
        while await page.evaluate("window.game.said.length") < 1:
            assert await page.evaluate("window.game.lobby.state.phase") == "live"
        own_lobby.kill()
        await first.until_closed()
    own_lobby.start()
    async with await host.connect() as second:
        await second.command("session.say", session=session, text="two")
        async with asyncio.timeout(TIMEOUT):
            while await page.evaluate("window.game.said.length") < 2:
                pass
        await second.command("session.say", session=session, text="three")
        async with asyncio.timeout(TIMEOUT):
            while await page.evaluate("window.game.said.length") < 3:
                pass
        watched = await second.watch(f"session:{session}")
        assert await page.evaluate("window.game.said") == ["one", "two", "three"]
        assert await page.evaluate("[...window.game.ids]") == [watched["seats"]["1"]["player"]]


UNLISTED = {
    "LOBBY_PEOPLE_LIMIT": "Too many are online to list them here: only how many.",
    "LOBBY_SEEN_BY": "Who is online is shown to friends alone here, to others only how many.",
}


@pytest.mark.parametrize(
    ("setting", "value"), [("LOBBY_PEOPLE_LIMIT", "1"), ("LOBBY_SEEN_BY", "friends")]
)
async def test_people_who_are_not_listed_are_counted_and_nothing_is_wrong(
    browser_page: Open, own_lobby: LobbyProcess, setting: str, value: str
) -> None:
    own_lobby.settings[setting] = value
    own_lobby.start()
    ada, bob = await new_user(own_lobby.url), await new_user(own_lobby.url)
    async with await ada.connect(), await bob.connect():
        window = await browser_page(url=own_lobby.url)
        page = window.page
        await expect(page.locator("#people-count")).to_have_text("2 online")
        await expect(page.locator("#no-people")).to_have_text(UNLISTED[setting])
        for gone in ("ul.people", "#search-people"):
            await expect(page.locator(gone)).to_have_count(0)
        await expect(page.locator("#no-sessions")).to_be_visible()
    await expect(page.locator("#people-count")).to_have_text("nobody online")
    assert window.troubles == []


async def test_a_small_window_and_small_lists_change_nothing_but_how_many_are_shown(
    browser_page: Open, own_lobby: LobbyProcess
) -> None:
    limits = {"LOBBY_WINDOW_LIMIT": "2", "LOBBY_ROSTER_LIMIT": "1", "LOBBY_LIST_LIMIT": "1"}
    own_lobby.settings.update(limits)
    own_lobby.start()
    users = [await new_user(own_lobby.url) for _ in range(3)]
    clients = [await user.connect() for user in users]
    for client in clients:
        await client.command("session.launch")
    window = await browser_page(url=own_lobby.url, at="/?show=all")
    for rows in (".person", ".row"):
        await expect(window.page.locator(rows)).to_have_count(2)
    await expect(window.page.get_by_role("radio", name="All 3")).to_be_visible()
    for client in clients:
        await client.close()
    assert window.troubles == []
