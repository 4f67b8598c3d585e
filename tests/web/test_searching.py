"""What is looked for on the page: the server finds it, and the page shows the first of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer, person, session, uuid_of
from tests.web.test_coming_in import log_in
from tests.web.test_looks import FAULTS, low_contrasts

pytestmark = pytest.mark.asyncio(loop_scope="module")

PEOPLE, SESSIONS, MOST_ELEMENTS = 1000, 300, 6000
MODES = ("duel", "race", "siege")
ME = 2048


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


async def look_for(page: Page, what: str, text: str) -> None:
    await page.locator(f"#search-{what}").get_by_role("searchbox").fill(text)


def asked(channel: ScriptedServer, topic: str) -> list[dict[str, Any]]:
    return [one for one in channel.heard if one["type"] == "watch" and one["topic"] == topic]


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_thousand_people_and_three_hundred_sessions_stay_small_and_are_found(
    open_page: Open, width: int
) -> None:
    channel = a_crowd()
    window = await open_page(channel, viewport={"width": width, "height": 844})
    page = window.page
    await expect(page.locator("#people-count")).to_have_text("1,000 people online")
    await expect(page.locator("#sessions-count")).to_have_text("300 open sessions")
    await expect(page.locator("#seats-count")).to_contain_text("free seats in those shown")
    await expect(page.locator(".session")).to_have_count(50)
    await expect(page.locator(".person")).to_have_count(50)
    await expect(page.locator("#more-sessions")).to_have_text("and 250 more")
    assert await page.evaluate("document.querySelectorAll('*').length") < MOST_ELEMENTS

    await look_for(page, "sessions", "QUAY 27")
    await expect(page.locator("#found-sessions")).to_have_text("11 sessions found.")
    await expect(page.locator("#sessions-count")).to_have_text("11 sessions found")
    await expect(page.locator(".session")).to_have_count(11)
    await look_for(page, "people", "player 77")
    await expect(page.locator("#found-people")).to_have_text("11 people found.")
    await expect(page.locator(".person")).to_have_count(11)
    await expect(page.locator("#people-count")).to_have_text("1,000 people online")
    await look_for(page, "people", "nobody's name")
    await expect(page.locator("#found-people")).to_have_text("Nobody found.")
    await expect(page.locator("#no-people")).to_be_hidden()

    assert await page.evaluate("document.documentElement.scrollWidth") == width
    assert await page.evaluate(FAULTS) == []
    assert await low_contrasts(page) == []
    await look_for(page, "sessions", "")
    await expect(page.locator(".session")).to_have_count(50)
    await expect(page.locator("#found-sessions")).to_be_hidden()
    watched = {one["topic"] for one in channel.heard if one["type"] == "watch"}
    assert watched == {"presence:count", "people", "sessions"}
    assert all("sort" in one for topic in ("people", "sessions") for one in asked(channel, topic))
    assert len(channel.asked("sessions")) == len(channel.asked("people")) == 1
    assert window.troubles == []


async def test_filters_hold_together_and_a_region_is_chosen_where_there_are_several(
    open_page: Open,
) -> None:
    channel = a_crowd()
    page = (await open_page(channel)).page
    found = page.locator("#found-sessions")
    await page.get_by_label("Free seats").check()
    await expect(found).to_have_text("200 sessions found.")
    await page.get_by_label("Open, no password").check()
    await expect(found).to_have_text("160 sessions found.")
    await page.get_by_label("Region").select_option("us")
    await expect(found).to_have_text("80 sessions found.")
    await look_for(page, "sessions", "host 29")
    await expect(found).to_have_text("3 sessions found.")
    assert asked(channel, "sessions")[-1]["filter"] == {
        "name": "host 29",
        "entry": "open",
        "password": False,
        "free": {"min": 1},
        "region": "us",
    }
    added = session(9000, name="Pier", host="host 29x", region="us")
    channel.patch("sessions", {"9000": added})
    await expect(found).to_have_text("4 sessions found.")
    channel.patch("sessions", {"9000": {"free": 0, "full": True}})
    await expect(found).to_have_text("3 sessions found.")


async def test_one_region_alone_is_no_choice(open_page: Open) -> None:
    one = ScriptedServer(sessions={"1024": session(1024, region="eu")})
    page = (await open_page(one)).page
    await expect(page.locator(".session")).to_have_count(1)
    await expect(page.locator("#regions")).to_be_hidden()


async def test_what_is_found_is_said_to_those_who_listen(open_page: Open) -> None:
    page = (await open_page(a_crowd())).page
    await look_for(page, "people", "player 77")
    await expect(page.get_by_role("status")).to_have_text("11 people found.")


async def test_after_a_break_the_question_is_repeated_with_what_is_known(open_page: Open) -> None:
    channel = a_crowd()
    page = (await open_page(channel)).page
    await look_for(page, "sessions", "quay 27")
    await expect(page.locator(".session")).to_have_count(11)
    before = len(asked(channel, "sessions"))
    await channel.close(1001)
    await channel.until_heard("hello", times=2)
    await expect(page.locator(".connection")).to_have_attribute("data-phase", "live")
    await channel.until_heard("watch", times=before + 5)
    *_, last = asked(channel, "sessions")
    assert last["filter"] == {"name": "quay 27"}
    assert last["known"] == {"epoch": "by-hand", "version": 1}


REFUSALS: dict[str, tuple[str, str | re.Pattern[str]]] = {
    "roster_too_large": ("people", "Too many are online to list them here: only how many."),
    "list_too_large": ("sessions", "There are too many sessions to list them here."),
    "forbidden": ("people", re.compile("^Who is online is shown to friends alone here")),
    "not_known_yet": ("sessions", "This list is not shown now (not_known_yet)."),
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
    await expect(page.locator(f"#more-{what}")).to_have_text(words)
    await expect(page.locator(f"#search-{what}")).to_be_hidden()
    await expect(page.locator(f"#no-{what}")).to_be_hidden()
    other = {"people": ".session", "sessions": ".person"}[what]
    await expect(page.locator(other)).to_have_count(50)
    await expect(page.locator("#people-count")).to_have_text("1,000 people online")
    assert window.troubles == []


async def test_a_list_that_was_too_long_is_asked_for_again(open_page: Open) -> None:
    channel = a_crowd()
    page = (await open_page(channel, clock=True)).page
    await expect(page.locator(".person")).to_have_count(50)
    (topic,) = channel.asked("people")
    channel.say({"type": "ended", "topic": topic, "code": "roster_too_large"})
    await expect(page.locator(".people")).to_be_hidden()
    await page.clock.run_for(61_000)
    await expect(page.locator(".people")).to_be_visible()
    await expect(page.locator("#more-people")).to_have_text("and 950 more")


async def test_what_cannot_be_searched_for_is_said_and_can_be_mended(open_page: Open) -> None:
    channel = a_crowd()
    page = (await open_page(channel)).page
    await expect(page.locator(".session")).to_have_count(50)
    channel.refused["sessions"] = "malformed"
    await look_for(page, "sessions", "q")
    await expect(page.locator("#more-sessions")).to_have_text("That cannot be searched for.")
    channel.refused.clear()
    await look_for(page, "sessions", "quay 27")
    await expect(page.locator(".session")).to_have_count(11)


GIVEN_UP = """async () => {
  const { Channel } = await import("/web/channel.js");
  const seen = (window.seen = { a: [], again: [] });
  const channel = (window.channel = new Channel({}));
  channel.open();
  while (channel.phase !== "live") await new Promise((done) => setTimeout(done, 10));
  const question = { filter: { name: "quay 27" } };
  channel.watch("sessions", { changed: ({ total }) => seen.a.push(total) }, { question });
  channel.unwatch("sessions", question);
  channel.watch("sessions", { changed: ({ total }) => seen.again.push(total) }, { question });
  const other = { filter: { name: "quay 28" } };
  channel.watch("sessions", { changed: ({ total }) => seen.a.push(total) }, { question: other });
  channel.unwatch("sessions", other);
}"""


async def test_a_question_given_up_before_its_answer_is_unwatched_and_may_be_asked_again(
    open_page: Open,
) -> None:
    channel = a_crowd()
    page = (await open_page(channel)).page
    before = set(channel.asked("sessions"))
    await page.evaluate(GIVEN_UP)
    await page.wait_for_function("window.seen.again.length > 0")
    await channel.until_heard("unwatch")
    assert len(set(channel.asked("sessions")) - before) == 1
    channel.patch("sessions", {str(1024 + 16 * 27): {"name": "Pier 27"}})
    await page.wait_for_function("window.seen.again.at(-1) === 10")
    assert await page.evaluate("window.seen.a") == []


async def test_ones_own_session_is_shown_however_many_are_newer(open_page: Open) -> None:
    own = session(ME, name="Mine", host="me", created=1.0)
    newer = {str(n): session(n, name=f"Quay {n}") for n in range(4096, 4096 + 60)}
    topics = {"sessions": {str(ME): own} | newer, f"session:{ME}": {**own, "state": {}}}
    channel = ScriptedServer(**topics, inbox={})
    channel.more = {"uuid": uuid_of(ME), "name": "me", "kind": "user"}
    channel.answers["session.excluded"] = {"excluded": {}}
    channel.answers["session.ask"] = {"sessions": {}}
    page = (await open_page(channel)).page
    mine = page.get_by_role("article", name="Mine")
    await expect(mine.get_by_role("button", name="Leave")).to_be_visible()
    await expect(page.locator(".session")).to_have_count(51)
    await expect(page.locator("#more-sessions")).to_have_text("and 10 more")
    await look_for(page, "sessions", "quay")
    await expect(mine).to_have_count(0)


async def test_the_program_finds_it(browser_page: Open, own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    window = await browser_page(own_lobby.url)
    page = window.page
    ada, bob = await new_user(own_lobby.url), await new_user(own_lobby.url)
    async with await ada.connect() as first, await bob.connect() as second:
        await first.command("session.launch", name="Straße am Hafen")
        await second.command("session.launch", name="Pier")
        await expect(page.locator(".session")).to_have_count(2)
        for text in ("STRASSE", str(ada.name)):
            await look_for(page, "sessions", text)
            await expect(page.get_by_role("article")).to_have_count(1)
            await expect(page.get_by_role("article")).to_have_accessible_name("Straße am Hafen")
        await look_for(page, "people", str(bob.name))
        await expect(page.locator(".person")).to_have_count(1)
        await second.command("session.update", session=await only(second), name="Straße 2")
        await look_for(page, "sessions", "strasse")
        await expect(page.locator(".session")).to_have_count(2)
        await log_in(window, ada)
        await expect(page.get_by_role("button", name="Leave", exact=True)).to_have_count(1)
    assert window.troubles == []


async def only(client: Any) -> str:
    """The id of the session that this account leads."""
    listed = await client.watch("sessions")
    (found,) = [id for id, one in listed.items() if one["host"] == client.uuid]
    return str(found)
