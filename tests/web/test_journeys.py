"""What people come to the page for, from the first click to the last."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.web.conftest import Open, Window
from tests.web.scripted_server import uuid_of
from tests.web.test_looks import low_contrasts
from tests.web.visitor import ME, card, inside, log_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def lobby_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """With a queue for two, who are asked whether they are ready."""
    catalogue = Path(__file__).parent / "duels.toml"
    server = LobbyProcess(tmp_path_factory.mktemp("lobby"), catalogue=catalogue, motd="League at 8")
    yield server.start()
    server.remove()


async def test_sign_up_find_join_say_ready_and_leave(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host = await new_user(lobby_server.url)
    async with await host.connect() as ours:
        await ours.command("host.set", only_friends=False)
        id = (await ours.command("session.launch", name="Harbour"))["session"]["id"]
        window = await open_page(viewport={"width": 390, "height": 844})
        page = window.page
        await expect(page.locator(".motd")).to_contain_text("League at 8")
        await page.get_by_role("button", name="Hide this message").click()
        await page.locator(".right").get_by_role("button", name="Sign up").click()
        await page.get_by_role("dialog").get_by_label("Name", exact=True).wait_for()
        await sign_up_on_a_phone(page)
        await page.locator("#search-sessions").fill("harb")
        await expect(page.locator("#found-sessions")).to_have_text("1 session found.")
        await page.get_by_role("button", name="Join Harbour").click()
        await expect(page.locator(".room #place")).to_be_focused()
        await page.get_by_role("button", name="I am ready").click()
        await expect(page.locator(".dock")).to_contain_text("1 of 2 are ready")
        await page.get_by_role("radio", name="Chat").click()
        await page.get_by_label("Say something").fill("hello there")
        await page.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("log")).to_contain_text("hello there")
        await page.get_by_role("button", name="Leave", exact=True).click()
        await expect(page.get_by_role("button", name="Join Harbour")).to_be_visible()
        await expect(page.locator("#sessions")).to_be_focused()
        await expect(page.locator(".dock")).to_have_count(0)
        await expect(page.locator(".motd")).to_have_count(0)
        await ours.command("session.close", session=id)
    assert window.troubles == []


async def sign_up_on_a_phone(page: Page) -> None:
    """Where the name in the head is not shown."""
    name = f"new{uuid.uuid4().hex[:8]}"
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(name)
    await dialog.get_by_label("Password", exact=True).fill("correct horse 9")
    await dialog.get_by_role("button", name="Sign up").click()
    await expect(page.get_by_role("button", name=f"You: {name}")).to_be_visible()


async def test_a_link_that_was_shared_brings_a_stranger_in(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host = await new_user(lobby_server.url)
    async with await host.connect() as ours:
        await ours.command("host.set", only_friends=False, allow_nonames=True)
        launched = await ours.command("session.launch", name="By code", entry="invited")
        id = launched["session"]["id"]
        link = (await ours.command("session.code", session=id))["link"]
        window = await open_page()
        page = window.page
        await page.goto(link)
        await page.get_by_role("link", name="Open in the lobby").click()
        await expect(card(page, "By code")).to_contain_text("by invitation")
        await page.get_by_role("button", name="Join", exact=True).click()
        await expect(page.locator(".room .tag")).to_have_text("you")
        await ours.command("session.close", session=id)
    assert window.troubles == []


async def search(window: Window) -> None:
    await window.page.get_by_role("button", name="Find a match").click()
    await expect(window.page.locator(".searching")).to_contain_text("Searching: duels")


async def test_a_search_explains_itself_and_asks_whether_one_is_ready(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    one, other = await open_page(), await open_page()
    for window in (one, other):
        await log_in(window, await new_user(lobby_server.url))
    await search(one)
    await one.page.get_by_role("button", name="Why so long?").click()
    await expect(one.page.locator(".why")).to_contain_text("1 of 2 players are here.")
    await search(other)
    for window in (one, other):
        dialog = window.page.get_by_role("dialog", name="Match found")
        await expect(dialog).to_contain_text("0 of 2 have accepted")
        await expect(window.page).to_have_title("Match found! Lobby")
        await expect(dialog.get_by_role("heading")).to_be_focused()
    await one.page.get_by_role("button", name="Accept").click()
    await expect(one.page.get_by_text("You are in, waiting for 1.")).to_be_visible()
    await other.page.get_by_role("button", name="Decline").click()
    await expect(other.page.locator(".searching")).to_have_count(0)
    await expect(one.page.get_by_role("dialog")).to_have_count(0)
    await expect(one.page.locator(".why")).to_contain_text("you keep your place")
    await one.page.get_by_role("button", name="Stop").click()
    await expect(one.page.locator(".searching")).to_have_count(0)
    assert one.troubles == other.troubles == []


async def test_the_ready_check_is_read_in_light_and_dark(open_page: Open) -> None:
    channel = inside()
    channel.answers["queue.join"] = {
        "ticket": "t1",
        "queues": ["duels"],
        "profiles": [],
        "waited": 0,
    }
    channel.states["queue:t1"] = {
        **{"ticket": "t1", "session": str(ME), "queue": "duels", "queues": ["duels"]},
        **{"state": "offered", "since": 1.8e9, "players": [uuid_of(ME)]},
        "offer": {"match": "m", "until": 4e9, "ready": 1, "players": 4},
    }
    channel.versions["queue:t1"] = 1
    window = await open_page(channel)
    page = window.page
    await page.get_by_role("button", name="Find a match").click()
    await expect(page.get_by_role("dialog")).to_contain_text("1 of 4 have accepted")
    assert await low_contrasts(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await low_contrasts(page) == []
    await page.keyboard.press("Escape")  # it is answered, not put away
    await expect(page.get_by_role("dialog")).to_be_visible()
    assert window.troubles == []


async def test_friends_come_first_and_one_joins_them_where_they_play(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    ann, zoe = await new_user(lobby_server.url), await new_user(lobby_server.url, "zz-friend")
    async with await zoe.connect() as theirs:
        await theirs.command("host.set", only_friends=False)
        id = (await theirs.command("session.launch", name="With zoe"))["session"]["id"]
        window = await open_page()
        page = window.page
        await log_in(window, ann)
        await page.locator(".person").filter(has_text="zz-friend").get_by_role("button").click()
        await page.get_by_role("button", name="Make a friend").click()
        await page.get_by_role("button", name="No longer a friend").wait_for()
        await page.get_by_role("button", name="Ban from my sessions…").click()
        await expect(page.get_by_role("heading", name="Ban zz-friend?")).to_be_focused()
        await page.get_by_role("button", name="Keep them").click()
        friends = page.get_by_role("list", name="Friends")
        await expect(friends).to_contain_text("zz-friendonline · in With zoe")
        await expect(page.locator(".person").first).to_contain_text("zz-friend")
        await expect(card(page, "With zoe")).to_contain_text("zz-friend plays")
        await friends.get_by_role("button", name="Join zz-friend in With zoe").click()
        await expect(page.locator(".room .tag")).to_have_text(["friend", "you"])
        await page.get_by_role("link", name="Lobby", exact=True).last.click()
        await expect(card(page, "With zoe")).to_have_count(0)  # one is in it
        await theirs.command("session.close", session=id)
    assert window.troubles == []
