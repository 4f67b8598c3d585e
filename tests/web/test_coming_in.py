"""Whoever comes in on the page acts there: what they may do is offered, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from lobby.domain.reasons import Reason
from tests.support.people import PASSWORD, Person, new_user
from tests.support.processes import LobbyProcess
from tests.web.conftest import Open, Window
from tests.web.scripted_server import ScriptedServer, session, uuid_of
from tests.web.test_looks import FAULTS, low_contrasts

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = "<img src=x onerror=alert(1)>"
ME = 2048


async def log_in(window: Window, person: Person) -> None:
    page = window.page
    await page.get_by_text("Come in", exact=True).click()
    await page.get_by_label("Name").fill(str(person.name))
    await page.locator(".me").get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Log in").click()
    await expect(page.locator(".being")).to_contain_text(f"You are {person.name}")


def buttons(card: Locator) -> Locator:
    return card.get_by_role("button")


async def test_a_host_shares_the_code_kicks_bans_and_pardons_on_the_page(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host, guest, other = [await new_user(lobby_server.url) for _ in range(3)]
    window = await open_page(permissions=["clipboard-read", "clipboard-write"])
    async with await host.connect() as ours, await guest.connect() as theirs:
        await ours.command("host.set", only_friends=False)
        id = (await ours.command("session.launch", name=HOSTILE))["session"]["id"]
        card = window.page.get_by_role("article", name=HOSTILE)
        await expect(card).to_be_visible()
        await expect(buttons(card)).to_have_count(0)
        await log_in(window, host)
        await buttons(card).filter(has_text="Make a code").click()
        code = (await ours.command("session.code", session=id))["code"]
        await expect(card.locator(".coded")).to_contain_text(f"{code[:3]} {code[3:]}")
        await buttons(card).filter(has_text="Copy link").click()
        await expect(window.page.locator(".told")).to_contain_text("The link is copied.")
        copied = await window.page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{lobby_server.url}/j/{code}"

        await theirs.command("session.join", session=id)
        await ours.command("session.invite", session=id, guest=other.uuid)
        invited = card.get_by_role("listitem").filter(has_text="Seat 3")
        await expect(invited.get_by_role("button", name="Take back")).to_be_visible()
        await card.get_by_role("button", name=f"Kick {guest.name}").click()
        kept = card.get_by_role("listitem").filter(has_text=f"{guest.name} until")
        await kept.get_by_role("button", name=f"Pardon {guest.name}").click()
        await expect(kept).to_have_count(0)
        await theirs.command("session.join", session=id)
        await card.get_by_role("button", name=f"Ban {guest.name}").click()
        await expect(card.get_by_role("button", name=f"Ban {guest.name}")).to_have_count(0)
        assert (await ours.command("host.unban", guest=guest.uuid))["banlist"] == []
        await buttons(card).filter(has_text="Leave").click()
        await expect(card).to_have_count(0)
    assert window.troubles == []


async def test_a_guest_joins_with_the_password_and_reads_why_they_went(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host, guest = await new_user(lobby_server.url), await new_user(lobby_server.url)
    window = await open_page()
    await log_in(window, guest)
    told = window.page.locator(".told li")
    async with await host.connect() as ours:
        await ours.command("host.set", only_friends=False)
        await ours.command("session.launch", name="Quay", password="sesame")
        card = window.page.get_by_role("article", name="Quay")
        for shown, words in (("wrong", "password"), ("sesame", None)):
            await card.get_by_label("Password").fill(shown)
            await card.get_by_role("button", name="Join").click()
            if words:
                await expect(told.first).to_contain_text(words)
        await expect(card.get_by_role("button", name="Leave")).to_be_visible()
        for of_others in ("Kick", "Ban", "Pardon"):
            await expect(card.get_by_role("button", name=of_others)).to_have_count(0)
        id = next(iter((await ours.watch("sessions")).keys()))
        fields: dict[str, Any] = {"guest": guest.uuid, "for_s": 60, "reason": "too loud"}
        await ours.command("session.kick", session=id, **fields)
        await expect(told.first).to_have_text(
            "You are no longer in Quay: you were removed (“too loud”)."
        )
        await expect(card.locator(".why")).to_have_text("You cannot join: you are kept out for now")
        await expect(card.get_by_role("button", name="Join")).to_have_count(0)
        await ours.command("session.invite", session=id, guest=guest.uuid)
        await expect(card.get_by_role("button", name="Join")).to_be_visible()
        await card.get_by_role("button", name="Join").click()
        await expect(card.get_by_role("button", name="Leave")).to_be_visible()
        await ours.command("session.close", session=id)
        await expect(told.first).to_have_text("Quay is over: it was closed.")
        await expect(card).to_have_count(0)
    await window.page.get_by_role("button", name="Leave the lobby").click()
    await expect(window.page.locator(".being")).to_be_hidden()
    again = await open_page()
    await log_in(again, guest)
    await expect(again.page.locator(".told li")).to_have_count(0)
    assert window.troubles == again.troubles == []


def inside(**more: Any) -> ScriptedServer:
    """Of a session that this page's account leads; somebody sits beside, who may invite."""
    lobby = session(ME, name="Match", host="me")
    lobby["seats"]["1"] |= {"status": "taken", "player": uuid_of(7), "name": "bo"}
    seen = {**lobby, "state": {}, "custom_data": {}, **more}
    topics = {"sessions": {str(ME): lobby}, f"session:{ME}": seen, "inbox": {}}
    channel = ScriptedServer(**topics)
    channel.more = {"uuid": uuid_of(ME), "name": "me", "kind": "user"}
    channel.answers["session.excluded"] = {"excluded": {}}
    channel.answers["session.ask"] = {"sessions": {}}
    return channel


async def act(window: Window) -> Locator:
    """The card, when all is asked and drawn."""
    card = window.page.get_by_role("article", name="Match")
    await expect(card.get_by_role("button", name="Leave")).to_be_visible()
    return card


async def test_a_leader_in_name_is_offered_neither_kicks_nor_bans(open_page: Open) -> None:
    for refused, count in ((False, 1), (True, 0)):
        channel = inside(created_by_matchmaking=True)
        if refused:
            channel.answers["session.excluded"] = {"code": "forbidden"}
        card = await act(await open_page(channel))
        await channel.until_heard("session.excluded")
        for word in ("Kick", "Ban"):
            await expect(card.get_by_role("button", name=f"{word} bo")).to_have_count(count)


async def test_nobody_asks_again_who_is_kept_out_as_whom_they_were_refused(
    open_page: Open,
) -> None:
    channel = inside()
    channel.answers["session.excluded"] = {"code": "forbidden"}
    await act(await open_page(channel))
    await channel.until_heard("session.excluded")
    asked = 1
    for patch in ({"version": 2}, {"version": 3}, {"host": uuid_of(7)}):
        channel.patch(f"session:{ME}", patch)
        channel.patch("sessions", {str(2 * ME): session(2 * ME)})
        await channel.until_heard("session.ask", times=asked)
        asked += 1
    await channel.until_heard("session.excluded", times=2)
    assert sum(command["type"] == "session.excluded" for command in channel.heard) == 2


async def test_by_a_permit_nobody_kicks_the_leader_nor_bans(open_page: Open) -> None:
    seats = session(ME)["seats"]
    seats["0"] |= {"permits": ["kick"]}
    seats["1"] |= {"status": "taken", "player": uuid_of(7), "name": "bo"}
    seats["2"] |= {"status": "taken", "player": uuid_of(8), "name": "cy", "permits": ["move"]}
    seats["3"] |= {"status": "taken", "player": uuid_of(9), "name": "di"}
    channel = inside(host=uuid_of(7), host_name="bo", seats=seats)
    card = await act(await open_page(channel))
    await expect(card.get_by_role("button", name="Kick di")).to_be_visible()
    for name in ("Kick bo", "Kick cy", "Ban di"):
        await expect(card.get_by_role("button", name=name)).to_have_count(0)


async def test_no_code_is_offered_where_there_can_be_none(open_page: Open) -> None:
    make: dict[str, Any] = {"name": "Make a code"}
    closed = await act(await open_page(inside(entry="closed")))
    await expect(closed.get_by_role("button", **make)).to_have_count(0)
    channel = inside()
    channel.answers["session.code"] = {"code": "template_forbids"}
    card = await act(await open_page(channel))
    await card.get_by_role("button", **make).click()
    await expect(card.get_by_role("button", **make)).to_have_count(0)


async def test_every_reason_has_words(open_page: Open) -> None:
    page = (await open_page(ScriptedServer())).page
    words = await page.evaluate('import("/web/reasons.js").then(({ GONE }) => GONE)')
    assert words.keys() == set(Reason)
    say = (
        """([entry]) => import("/web/reasons.js").then(({ departure }) => departure(entry, "X"))"""
    )
    assert await page.evaluate(say, [{"kind": "session_closed", "reason": "new"}]) == "X is over."
    assert await page.evaluate(say, [{"kind": "session_updated"}]) is None


WORDS: tuple[tuple[dict[str, Any], str], ...] = (
    ({}, "open"),
    ({"full": True, "free": 0}, "full"),
    ({"full": True, "entry": "friends", "password": True}, "full, friends only, password"),
    ({"entry": "invited", "nonames": False}, "by invitation, named players only"),
    ({"password": True, "nonames": False}, "password, named players only"),
    ({"password": True, "entry": "closed"}, "password, closed"),
)


async def test_a_card_says_who_comes_in_in_the_same_order_of_words(open_page: Open) -> None:
    listed = {str(1000 - n): session(1000 - n, **more) for n, (more, _) in enumerate(WORDS)}
    page = (await open_page(ScriptedServer(sessions=listed))).page
    await expect(page.locator(".door")).to_have_text([words for _, words in WORDS])


async def widths(page: Page) -> tuple[int, int]:
    found = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return found[0], found[1]


@pytest.mark.parametrize("width", [320, 390, 1280])
async def test_it_is_read_and_fits_also_from_the_inside(open_page: Open, width: int) -> None:
    link = {"code": "KQ5N76", "link": f"https://lobby.example/{'x' * 60}/j/KQ5N76"}
    channel = inside(**link)
    excluded = {uuid_of(9): {"until": 1.9e9, "reason": "W" * 200, "by": uuid_of(ME)}}
    channel.answers["session.excluded"] = {"excluded": excluded}
    window = await open_page(channel, viewport={"width": width, "height": 800})
    card = await act(window)
    await expect(card.get_by_role("button", name="Pardon")).to_be_visible()
    page = window.page
    assert (await widths(page))[0] <= width
    assert await page.evaluate(FAULTS) == []
    await page.emulate_media(color_scheme="light")
    assert await low_contrasts(page) == []
    await page.emulate_media(color_scheme="dark")
    assert await low_contrasts(page) == []
    assert window.troubles == []
