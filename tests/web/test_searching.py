"""What is looked for on the page: the server finds it, and the page shows the first of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, person, session, uuid_of
from tests.web.test_looks import FAULTS
from tests.web.visitor import ME, card, known_as, log_in, look_for, unfold

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE, SESSIONS, MOST_ELEMENTS = 1000, 300, 2750
MODES = ("duel", "race", "siege")


def a_crowd() -> ScriptedServer:
    """Every third session is full, every fifth closed; two regions."""
    people = {uuid_of(n): person(f"player {n}", since=1.8e9 - n) for n in range(PEOPLE)}
    sessions = {}
    for n in range(SESSIONS):
        full, closed = n % 3 == 0, n % 5 == 0
        more: dict[str, Any] = {"region": ("eu", "us")[n % 2], "attributes": {"mode": MODES[n % 3]}}
        more |= {"full": True, "free": 0} if full else {}
        more |= {"entry": "closed", "joinable": False} if closed else {}
        id = 1024 + 16 * n
        sessions[str(id)] = session(id, name=f"Quay {n}", host=f"host {n}", **more)
    return ScriptedServer(people=people, sessions=sessions)


@pytest.mark.parametrize(("width", "first"), [(390, 40), (1280, 50)])
async def test_a_thousand_people_and_three_hundred_sessions_stay_small_and_are_found(
    open_page: Open, width: int, first: int
) -> None:
    channel = a_crowd()
    window = await open_page(channel, viewport={"width": width, "height": 844})
    page = window.page
    await expect(page.locator(".ppl, #people-count").filter(visible=True)).to_contain_text("1,000")
    await expect(page.get_by_role("radio", name="I can join 160")).to_be_visible()
    await expect(page.get_by_role("radio", name="All 300")).to_be_visible()
    await expect(page.locator(".row")).to_have_count(first)
    await page.locator("#more-sessions").click()
    await expect(page.locator(".row")).to_have_count(2 * first)
    await expect(page.locator("#more-sessions")).to_contain_text(f"and {160 - 2 * first} more")
    assert await page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS
    tall = await page.evaluate("document.documentElement.scrollHeight / innerHeight")
    assert tall < 10, "screens for all that is ever listed"

    await look_for(page, "sessions", "QUAY 27")
    await expect(page.locator("#found-sessions")).to_have_text("5 sessions found.")
    await expect(page.locator(".row")).to_have_count(5)
    assert page.url.endswith("/?q=QUAY+27")
    await page.reload()
    await expect(page.locator(".row")).to_have_count(5)
    await look_for(page, "sessions", "no such")
    await page.get_by_role("button", name="Show all sessions").click()
    await expect(page.locator(".row")).to_have_count(first)

    if width < 1120:
        await page.locator(".ppl").click()
    await find_people(page)
    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate(FAULTS) == []
    watched = {one["topic"] for one in channel.heard if one["type"] == "watch"}
    assert watched == {"presence:count", "people", "sessions"}
    assert window.troubles == []


async def find_people(page: Page) -> None:
    await expect(page.locator(".person")).to_have_count(25)
    await look_for(page, "people", "player 77")
    await expect(page.locator("#found-people")).to_have_text("11 people found.")
    await expect(page.locator(".person")).to_have_count(11)
    await look_for(page, "people", "nobody's name")
    await page.get_by_role("button", name="Show everybody").click()
    await expect(page.locator(".person")).to_have_count(25)
    await page.locator("#more-people").click()
    await expect(page.locator(".person")).to_have_count(50)


async def test_filters_hold_together_and_stand_in_the_address(open_page: Open) -> None:
    channel = a_crowd()
    page = (await open_page(channel)).page
    found = page.locator("#found-sessions")
    await page.get_by_label("Region").select_option("us")
    await expect(found).to_have_text("80 sessions found.")
    await page.get_by_label("Mode").select_option("race")
    await expect(found).to_have_text("40 sessions found.")
    await look_for(page, "sessions", "host 25")
    await expect(found).to_have_text("2 sessions found.")
    assert channel.watches("sessions")[-2]["filter"] == {
        "name": "host 25",
        "attributes": {"mode": "race"},
        "region": "us",
        "entry": "open",
        "full": False,
    }
    assert page.url.endswith("/?q=host+25&mode=race&region=us")
    added = session(9000, name="Pier", host="host 25x", region="us", attributes={"mode": "race"})
    channel.patch("sessions", {"9000": added})
    await expect(found).to_have_text("3 sessions found.")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.locator(".row")).to_have_count(3)
    channel.patch("sessions", {"9000": {"free": 0, "full": True}})
    await expect(found).to_have_text("2 sessions found.")


async def test_one_region_alone_is_no_choice(open_page: Open) -> None:
    one = ScriptedServer(sessions={"1024": session(1024, region="eu")})
    page = (await open_page(one)).page
    await expect(page.locator(".row")).to_have_count(1)
    await expect(page.get_by_label("Region")).to_have_count(0)


async def test_those_one_cannot_join_are_folded_and_told_apart(open_page: Open) -> None:
    page = (await open_page(known_as(a_crowd()))).page
    await page.get_by_role("button", name="140 you cannot join now").click()
    why = page.get_by_role("radiogroup", name="Why not")
    await why.get_by_role("radio", name="Closed").click()
    rows = page.get_by_role("list", name="Sessions you cannot join").get_by_role("article")
    await expect(rows.first).to_contain_text("closed")
    await expect(rows.filter(has_text="open")).to_have_count(0)
    await why.get_by_role("radio", name="Full").click()
    await expect(rows.filter(has_text="closed")).to_have_count(0)


async def test_nothing_that_can_be_joined_is_among_those_that_cannot(open_page: Open) -> None:
    page = (await open_page(known_as(a_crowd()), at="/?sort=-created")).page
    await page.get_by_role("button", name="140 you cannot join now").click()
    barred = page.get_by_role("list", name="Sessions you cannot join")
    await expect(barred.get_by_role("article").first).to_be_visible()
    await expect(barred.get_by_role("button", name=re.compile("^Join"))).to_have_count(0)
    await expect(page.get_by_text(re.compile(r"^and \d+ more: search"))).to_be_visible()


async def test_a_refusal_is_forgotten_where_one_has_gone_on(open_page: Open) -> None:
    channel = known_as(ScriptedServer(sessions={"1024": session(1024, name="Quay")}))
    channel.answers["session.join"] = {"code": "session_full"}
    page = (await open_page(channel)).page
    await page.get_by_role("button", name="Join Quay").click()
    await expect(page.locator(".refuse")).to_contain_text("All seats are taken")
    await page.get_by_role("link", name="Quay").click()
    await expect(page.locator("#place")).to_be_focused()
    await expect(page.locator(".refuse")).to_have_count(0)


async def test_what_is_over_or_hidden_from_one_is_not_offered_at_its_own_address(
    open_page: Open,
) -> None:
    topic = "session:1024"
    channel = known_as(ScriptedServer(**{topic: session(1024, name="Apart")}))
    page = (await open_page(channel, at="/s/1024")).page
    await expect(page.locator("#place")).to_have_text("Apart")
    channel.say({"type": "ended", "topic": topic, "code": "session_closed"})
    await expect(page.locator("#place")).to_have_text("This session is over, or not shown to you")
    await expect(page.get_by_role("link", name="Back to the lobby")).to_be_visible()


async def test_a_refusal_says_what_to_do(open_page: Open) -> None:
    channel = known_as(a_crowd())
    channel.answers["session.ask"] = {"sessions": {"1024": {"may": "no", "why": "full"}}}
    page = (await open_page(channel)).page
    await page.get_by_role("button", name="140 you cannot join now").click()
    await page.get_by_role("button", name="Why can I not join Quay 0?").click()
    refusal = page.locator(".row .refuse")
    await expect(refusal).to_contain_text("All seats are taken")
    await expect(refusal).to_contain_text("Choose another session")
    await refusal.get_by_role("button", name="Hide this").click()
    await expect(refusal).to_have_count(0)
    channel.answers["session.join"] = {"code": "session_full"}
    await page.get_by_role("button", name="Join Quay 1", exact=True).click()
    await expect(refusal).to_contain_text("All seats are taken")


async def test_every_refusal_has_words_and_something_to_do(open_page: Open) -> None:
    page = (await open_page(ScriptedServer())).page
    explain = """async (codes) => {
      const { explained } = await import("/web/refusals.js");
      return codes.map((code) => explained({ code, message: "No." }));
    }"""
    codes = re.findall(
        r'"(\w+)"', (ROOT / "clients/js/src/protocol.ts").read_text().split("RefusalCode =")[1]
    )
    assert len(codes) > 60
    for words in await page.evaluate(explain, codes):
        assert words["says"], words
        assert words["then"], words


async def test_the_list_stands_still_while_somebody_reads_it(open_page: Open) -> None:
    channel = ScriptedServer(sessions={"1024": session(1024, name="Quay")})
    page = (await open_page(channel)).page
    await unfold(page, "Quay")
    channel.patch("sessions", {"512": session(512, name="Pier", free=1)})
    await expect(page.locator(".fresh")).to_contain_text("1 newer")
    channel.patch(
        "sessions",
        {"1024": {"seats": {"1": {"status": "taken", "player": uuid_of(7), "name": "bo"}}}},
    )
    await expect(card(page, "Quay").locator(".inside")).to_contain_text("bo")  # in place, at once
    await expect(page.locator(".row")).to_have_count(1)
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.locator(".row h3")).to_have_text(["Pier", "Quay"])
    await expect(page.locator(".fresh")).to_have_count(0)


async def test_after_a_break_the_question_is_repeated_with_what_is_known(open_page: Open) -> None:
    channel = a_crowd()
    page = (await open_page(channel, at="/?q=quay+27")).page
    await expect(page.locator(".row")).to_have_count(5)
    await channel.close(1001)
    await channel.until_heard("hello", times=2)
    await channel.until_heard("watch", times=8)
    *_, last = channel.watches("sessions")
    assert last["filter"] == {"name": "quay 27"}
    assert last["known"] == {"epoch": "by-hand", "version": 1}


REFUSALS: dict[str, tuple[str, str | re.Pattern[str]]] = {
    "roster_too_large": ("people", "Too many are online to list them here: only how many."),
    "list_too_large": ("sessions", re.compile("^There are too many sessions to list them here")),
    "forbidden": ("people", re.compile("^Who is online is shown to friends alone here")),
    "not_known_yet": ("sessions", re.compile(r"^This list is not shown now \(not_known_yet\)")),
}


@pytest.mark.parametrize("code", REFUSALS)
async def test_a_list_that_is_refused_says_why_and_the_rest_goes_on(
    open_page: Open, code: str
) -> None:
    what, words = REFUSALS[code]
    channel = a_crowd()
    channel.refused[what] = code
    window = await open_page(channel)
    page = window.page
    await expect(page.locator({"people": "#no-people", "sessions": "#no-list"}[what])).to_have_text(
        words
    )
    other = {"people": ".row", "sessions": ".person"}[what]
    await expect(page.locator(other).first).to_be_visible()
    assert window.troubles == []


async def test_a_list_that_was_too_long_is_asked_for_again(open_page: Open) -> None:
    channel = a_crowd()
    page = (await open_page(channel, clock=True)).page
    await expect(page.locator(".person")).to_have_count(25)
    (topic,) = channel.asked("people")
    channel.say({"type": "ended", "topic": topic, "code": "roster_too_large"})
    await expect(page.locator("#no-people")).to_be_visible()
    await page.clock.run_for(61_000)
    await expect(page.locator(".person")).to_have_count(25)


async def test_ones_own_session_is_in_sight_however_many_are_newer(open_page: Open) -> None:
    own = session(ME, name="Mine", host="me", created=1.0)
    newer = {str(n): session(n, name=f"Quay {n}") for n in range(4096, 4096 + 60)}
    topics = {"sessions": {str(ME): own} | newer, f"session:{ME}": {**own, "state": {}}}
    page = (await open_page(known_as(ScriptedServer(**topics)))).page
    await expect(page.locator(".row")).to_have_count(50)
    await expect(page.locator(".dock")).to_contain_text("You are in Mine")


async def test_the_program_finds_it(browser_page: Open, own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    window = await browser_page(own_lobby.url, at="/?show=all")
    page = window.page
    ada, bob = await new_user(own_lobby.url), await new_user(own_lobby.url)
    async with await ada.connect() as first, await bob.connect() as second:
        await first.command("session.launch", name="Straße am Hafen")
        pier = (await second.command("session.launch", name="Pier"))["session"]["id"]
        await expect(page.get_by_role("radio", name="All 2")).to_be_visible()
        for text in ("STRASSE", str(ada.name)):
            await look_for(page, "sessions", text)
            await expect(page.locator("#found-sessions")).to_have_text("1 session found.")
            await expect(page.get_by_role("article")).to_have_accessible_name("Straße am Hafen")
        await look_for(page, "people", str(bob.name))
        await expect(page.locator(".person")).to_have_count(1)
        await second.command("session.update", session=pier, name="Straße 2")
        await look_for(page, "sessions", "strasse")
        await expect(page.locator("#found-sessions")).to_have_text("2 sessions found.")
        await log_in(window, ada)
        await expect(page.locator(".dock")).to_contain_text("You are in Straße am Hafen")
    assert window.troubles == []
