"""Inside a session on the page: what one may do is offered, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from lobby.domain.reasons import Reason
from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, session, uuid_of
from tests.web.test_looks import FAULTS, low_contrasts
from tests.web.visitor import HOSTILE, ME, card, choose, enter, inside, log_in

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_host_launches_invites_kicks_bans_and_pardons_on_the_page(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host, guest, other = [await new_user(lobby_server.url) for _ in range(3)]
    window = await open_page(permissions=["clipboard-read", "clipboard-write"])
    page = window.page
    await log_in(window, host)
    async with await guest.connect() as theirs, await other.connect():
        id = await launch(page)
        await share(page, lobby_server.url)
        await theirs.command("session.join", session=id)
        await invite_and_take_back(page, str(other.name))
        await kick_and_pardon(page, str(guest.name))
        await theirs.command("session.join", session=id)
        await ban_and_lift(page, str(guest.name))
        await page.get_by_role("button", name="Leave", exact=True).click()
        await page.get_by_role("button", name="Stay").click()
        await page.get_by_role("button", name="Close session…").click()
        await page.get_by_role("button", name="Close the session").click()
        await expect(page.locator(".room")).to_have_count(0)
    assert window.troubles == []


async def launch(page: Page) -> str:
    """Its id."""
    await page.get_by_role("button", name="Host", exact=False).first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(HOSTILE)
    await dialog.get_by_label("Mode").fill("Capture")
    await page.keyboard.press("Enter")
    await expect(card(page, HOSTILE)).to_be_visible()
    return page.url.rsplit("/", 1)[1]


async def share(page: Page, url: str) -> None:
    await page.get_by_role("button", name="Make a code").click()
    await page.get_by_role("button", name="Copy link").click()
    copied = await page.evaluate("navigator.clipboard.readText()")
    code = copied.rsplit("/", 1)[1]
    assert copied == f"{url}/j/{code}"
    await expect(page.locator(".codechip")).to_contain_text(f"{code[:3]} {code[3:]}")


async def invite_and_take_back(page: Page, name: str) -> None:
    await page.get_by_role("button", name="Invite").click()
    await page.get_by_role("dialog").get_by_role("button", name=f"Invite {name}").click()
    await page.keyboard.press("Escape")
    kept = card(page, HOSTILE).get_by_role("listitem").filter(has_text=name)
    await kept.get_by_role("button", name="Take back").click()
    await expect(kept.filter(has_text="invited")).to_have_count(0)


async def kick_and_pardon(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog")
    await choose(page, name, "Kick…")
    await expect(dialog).to_contain_text("They read this.")
    await page.get_by_role("button", name="Keep them").click()
    await choose(page, name, "Kick…")
    await dialog.get_by_label("Reason").fill("too loud")
    await page.get_by_role("button", name="Kick for 5 minutes").click()
    out = card(page, HOSTILE).get_by_role("listitem").filter(has_text="too loud")
    await expect(out).to_contain_text(f"{name} until")
    await out.get_by_role("button", name=f"Let {name} back in").click()
    await expect(out).to_have_count(0)


async def ban_and_lift(page: Page, name: str) -> None:
    dialog = page.get_by_role("dialog")
    await choose(page, name, "Ban…")
    await expect(dialog).to_contain_text("see none of your sessions")
    await page.get_by_role("button", name="Ban for good").click()
    await expect(dialog).to_have_count(0)
    await page.get_by_role("button", name="Show who").click()
    await page.get_by_role("button", name=f"Lift the ban of {name}").click()
    await expect(page.locator(".host")).to_contain_text("Nobody is banned from your sessions.")


async def test_a_guest_joins_with_the_password_and_reads_why_they_went(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    host, guest = await new_user(lobby_server.url), await new_user(lobby_server.url)
    async with await host.connect() as ours:
        await ours.command("host.set", only_friends=False)
        id = (await ours.command("session.launch", name="Quay", password="sesame"))["session"]["id"]
        window = await open_page()
        page = window.page
        told = page.locator(".told li")
        await log_in(window, guest)
        await come_in_with_the_password(page)
        await expect(page.locator(".host")).to_have_count(0)
        await page.get_by_role("button", name=f"What to do about {host.name}").click()
        await expect(page.get_by_role("menuitem")).to_have_text(["Make a friend"])
        await page.keyboard.press("Escape")
        fields: dict[str, Any] = {"guest": guest.uuid, "for_s": 60, "reason": "too loud"}
        await ours.command("session.kick", session=id, **fields)
        await expect(told.first).to_contain_text(
            "You are no longer in Quay: you were removed (“too loud”)."
        )
        await page.get_by_role("button", name="Why can I not join?").click()
        await expect(page.locator(".place .refuse")).to_contain_text("kept out")
        await ours.command("session.invite", session=id, guest=guest.uuid)
        await expect(told.first).to_contain_text("You are invited to Quay.")
        await page.get_by_role("link", name="Inbox, 2 new").click()
        await page.get_by_role("button", name="Join Quay").click()
        await expect(page.locator(".room")).to_be_visible()
        await ours.command("session.close", session=id)
        await expect(told.first).to_contain_text("Quay is over: it was closed.")
        await expect(page.locator(".room")).to_have_count(0)
    await page.reload()
    await expect(page.locator(".mename")).to_be_visible()
    await expect(told).to_have_count(0)
    assert window.troubles == []


async def come_in_with_the_password(page: Page) -> None:
    await page.get_by_role("button", name="Join Quay").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Password").fill("wrong")
    await dialog.get_by_role("button", name="Join").click()
    await expect(dialog.locator(".refuse")).to_contain_text("That is not the password")
    await dialog.get_by_label("Password").fill("sesame")
    await dialog.get_by_role("button", name="Join").click()
    await expect(page.locator(".room")).to_be_visible()


async def test_what_is_said_is_read_and_who_is_ready_is_seen(
    open_page: Open, lobby_server: LobbyProcess
) -> None:
    ann, bob = [await new_user(lobby_server.url) for _ in range(2)]
    one, other = await open_page(), await open_page()
    async with await ann.connect() as ours:
        await ours.command("host.set", only_friends=False)
        id = (await ours.command("session.launch", name="Two pages"))["session"]["id"]
        for window, person in ((one, ann), (other, bob)):
            await log_in(window, person)
        await other.page.get_by_role("button", name="Join Two pages").click()
        await expect(other.page.locator(".room")).to_be_visible()
        await one.page.get_by_role("link", name="Back to it").click()
        await one.page.get_by_label("Say something").fill(HOSTILE)
        await one.page.keyboard.press("Enter")
        said = other.page.get_by_role("log")
        await expect(said).to_contain_text(HOSTILE)
        await expect(said.locator("img")).to_have_count(0)
        await other.page.get_by_role("button", name="I am ready").click()
        await expect(one.page.locator(".dock")).to_contain_text("1 of 2 are ready")
        await one.page.reload()  # whoever comes later is told, too
        await expect(one.page.locator(".dock")).to_contain_text("1 of 2 are ready")
        await one.page.get_by_role("button", name="I am ready").click()
        await expect(other.page.locator(".dock")).to_contain_text("Everybody is ready.")
        await one.page.reload()  # and both say the same of whoever comes anew
        await expect(one.page.get_by_role("button", name="I am ready")).to_be_visible()
        await expect(other.page.locator(".dock")).to_contain_text("1 of 2 are ready")
        await one.page.get_by_role("button", name="I am ready").click()
        await expect(other.page.locator(".dock")).to_contain_text("Everybody is ready.")
        await other.page.get_by_role("button", name="Leave", exact=True).click()
        await expect(one.page.locator(".dock")).to_contain_text("1 of 1 are ready")
        await ours.command("session.close", session=id)
    assert one.troubles == other.troubles == []


async def offered(page: Page, person: str) -> list[str]:
    """In the menu at somebody's seat."""
    await page.get_by_role("button", name=f"What to do about {person}").click()
    items = await page.get_by_role("menuitem").all_inner_texts()
    await page.keyboard.press("Escape")
    return items


async def test_a_leader_in_name_is_offered_no_bans_nor_kicks_that_are_refused(
    open_page: Open,
) -> None:
    for refused, kicks in ((False, True), (True, False)):
        channel = inside(created_by_matchmaking=True, led_in_name=True)
        if refused:
            channel.answers["session.excluded"] = {"code": "forbidden"}
        page = await enter(await open_page(channel))
        await channel.until_heard("session.excluded")
        items = await offered(page, "bo")
        assert ("Kick…" in items, "Ban…" in items) == (kicks, False)


async def test_nobody_asks_again_who_is_kept_out_as_whom_they_were_refused(
    open_page: Open,
) -> None:
    channel = inside()
    channel.answers["session.excluded"] = {"code": "forbidden"}
    page = await enter(await open_page(channel))
    await channel.until_heard("session.excluded")
    for version in (2, 3):
        channel.patch(f"session:{ME}", {"version": version, "name": f"Match {version}"})
        await expect(card(page, f"Match {version}")).to_be_visible()
    channel.patch(f"session:{ME}", {"host": uuid_of(7)})
    await expect(page.locator(".host")).to_have_count(0)
    channel.patch(f"session:{ME}", {"seats": {"0": {"permits": ["kick"]}}})
    await channel.until_heard("session.excluded", times=2)
    assert sum(command["type"] == "session.excluded" for command in channel.heard) == 2


async def test_by_a_permit_nobody_kicks_the_leader_nor_bans(open_page: Open) -> None:
    seats = session(ME)["seats"]
    seats["0"] |= {"permits": ["kick"]}
    seats["1"] |= {"status": "taken", "player": uuid_of(7), "name": "bo"}
    seats["2"] |= {"status": "taken", "player": uuid_of(8), "name": "cy", "permits": ["move"]}
    seats["3"] |= {"status": "taken", "player": uuid_of(9), "name": "di"}
    page = await enter(await open_page(inside(host=uuid_of(7), host_name="bo", seats=seats)))
    await expect(page.locator(".seat").filter(has_text="di")).to_be_visible()
    offers = {name: await offered(page, name) for name in ("bo", "cy", "di")}
    assert {name: "Kick…" in items for name, items in offers.items()} == {
        "bo": False,
        "cy": False,
        "di": True,
    }
    assert "Ban…" not in offers["di"]


async def test_no_code_is_offered_where_there_can_be_none(open_page: Open) -> None:
    page = await enter(await open_page(inside(entry="closed")))
    await expect(page.get_by_role("button", name="Make a code")).to_have_count(0)


async def test_a_session_that_nobody_leads_says_so(open_page: Open) -> None:
    channel = inside()
    page = await enter(await open_page(channel))
    channel.patch(f"session:{ME}", {"host": None, "host_name": None})
    await expect(page.locator(".room")).to_contain_text("Nobody leads here: the game does.")
    await expect(page.locator(".lead")).to_have_count(0)


async def test_every_reason_has_words(open_page: Open) -> None:
    page = (await open_page(ScriptedServer())).page
    words = await page.evaluate('import("/web/reasons.js").then(({ GONE }) => GONE)')
    assert words.keys() == set(Reason)
    say = (
        """([entry]) => import("/web/reasons.js").then(({ departure }) => departure(entry, "X"))"""
    )
    assert await page.evaluate(say, [{"kind": "session_closed", "reason": "new"}]) == "X is over."
    assert await page.evaluate(say, [{"kind": "session_updated"}]) is None


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
async def test_it_is_read_and_fits_also_from_the_inside(open_page: Open, width: int) -> None:
    link: dict[str, Any] = {"code": "KQ5N76", "link": f"https://lobby.example/{'x' * 60}/j/KQ5N76"}
    channel = inside(**link)
    excluded = {uuid_of(9): {"until": 1.9e9, "reason": "W" * 200, "by": uuid_of(ME)}}
    channel.answers["session.excluded"] = {"excluded": excluded}
    window = await open_page(channel, viewport={"width": width, "height": 800})
    page = await enter(window)
    if width < 1120:
        await page.get_by_role("radio", name="You lead").click()
    await expect(page.get_by_role("button", name="Let no name")).to_be_visible()
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await low_contrasts(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert await page.evaluate(FAULTS) == []
    assert window.troubles == []
