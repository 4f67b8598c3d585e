"""The page under a plain http:// address that is not localhost, as on a LAN: to the browser an
insecure context, in which many of its features are not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from lobby.api.page import WEB
from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, person, session, uuid_of
from tests.web.visitor import card, enter, inside

pytestmark = pytest.mark.asyncio(loop_scope="module")

DONE_WITHOUT = {"parts.js": ["navigator."]}
"""Uses that a test below shows to be done without: the clipboard."""
SECURE_ONLY = re.compile(
    r"\bcrypto\.(?!getRandomValues\b)|\bnavigator\.(?!language|onLine|userAgent\b)|\bcaches\.|"
    r"\bcookieStore\b|\bNotification\b|\bServiceWorker|\bshow\w+Picker\b|\bisSecureContext\b"
)
PLAY = """async (id) => {
  const { LobbyClient } = await import("/client/v1/lobby.js");
  const channel = new LobbyClient({ anonymous: true });
  await channel.connect();
  const { session } = await channel.command("session.join", { session: id });
  const again = await channel.command("session.join", { session: id }).catch(({ code }) => code);
  channel.close();
  return [isSecureContext, Object.keys(session.seats).length, again];
}"""


@pytest.fixture(scope="module")
def lobby_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """Its operator has named the address that people on the LAN type."""
    server = LobbyProcess(tmp_path_factory.mktemp("lobby"))
    server.settings["LOBBY_PUBLIC_URL"] = address(server)
    yield server.start()
    server.remove()


def address(lobby: LobbyProcess) -> str:
    return f"http://lobby.test:{lobby.port}"


async def test_the_page_is_live_and_a_game_can_play_there(
    browser_page: Open, lobby_server: LobbyProcess
) -> None:
    window = await browser_page(address(lobby_server))
    assert await window.page.evaluate("isSecureContext") is False
    host = await new_user(lobby_server.url)
    async with await host.connect() as hosting:
        await hosting.command("host.set", only_friends=False, allow_nonames=True)
        id = (await hosting.command("session.launch", name="On the LAN"))["session"]["id"]
        row = card(window.page, "On the LAN")
        await expect(row).to_contain_text("1 of 8 seats taken")
        assert await window.page.evaluate(PLAY, id) == [False, 8, "already_seated"]
    await expect(window.page.locator(".words")).to_have_text("Live")
    assert window.troubles == []


async def test_no_script_of_the_page_uses_what_only_secure_contexts_have() -> None:
    scripts = [path for path in WEB.iterdir() if path.suffix == ".js"]
    assert len(scripts) >= 6
    found = {path.name: SECURE_ONLY.findall(path.read_text()) for path in scripts}
    assert {name: uses for name, uses in found.items() if uses} == DONE_WITHOUT


async def test_without_a_clipboard_the_link_is_marked_to_be_copied(
    browser_page: Open, lobby_server: LobbyProcess
) -> None:
    link = "https://lobby.example/j/KQ5N76"
    window = await browser_page(address(lobby_server), inside(code="KQ5N76", link=link))
    page = await enter(window)
    await page.get_by_role("button", name="Copy link").click()
    told = page.get_by_role("status").first
    await expect(told).to_have_text("The link is marked: copy it from there.")
    assert await window.page.evaluate("getSelection().toString()") == link
    assert window.troubles == []


async def test_a_session_without_a_leader_breaks_nothing(
    browser_page: Open, lobby_server: LobbyProcess
) -> None:
    led, unled = session(1024, name="Led"), session(2048, name="Unled")
    for key in ("host", "host_name"):
        del unled[key]
    channel = ScriptedServer(sessions={"1024": led, "2048": unled}, people={uuid_of(1): person()})
    window = await browser_page(address(lobby_server), channel)
    facts = card(window.page, "Unled").locator(".facts")
    await expect(facts).to_have_text("nobody leads")
    await expect(window.page.locator(".row")).to_have_count(2)
    # One takes the lead, and leaves it again.
    channel.patch("sessions", {"2048": {"host": uuid_of(7), "host_name": "grace"}})
    await expect(facts).to_have_text("grace")
    channel.patch("sessions", {"2048": {"host_name": None}})
    await expect(facts).to_have_text("no name")
    channel.patch("sessions", {"2048": {"host": None}})
    await expect(facts).to_have_text("nobody leads")
    assert window.troubles == []


async def test_one_row_that_cannot_be_shown_stops_no_other(
    browser_page: Open, lobby_server: LobbyProcess
) -> None:
    odd = session(2048) | {"name": {"toString": 1}}
    channel = ScriptedServer(sessions={"1024": session(1024, name="Sound"), "2048": odd})
    window = await browser_page(address(lobby_server), channel)
    await expect(card(window.page, "Sound")).to_be_visible()
    channel.patch("sessions", {"1024": {"name": "Sound still"}})
    await expect(card(window.page, "Sound still")).to_be_visible()
