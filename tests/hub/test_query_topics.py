"""Topics that are questions: one for all who ask the same, at a pace, as each may see it."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from lobby.domain.errors import Conflict, ListFull, TooMany, Unauthenticated
from lobby.domain.list_errors import FilterKeysFull, SortKeysFull, WindowsFull
from lobby.hub import Known
from lobby.hub.subscribers import MOST_QUESTIONS, QUESTIONS_BURST, QUESTIONS_PER_SECOND
from lobby.hub.windows import KEPT_SECONDS
from lobby.live_queries import ANYBODY, MOST_ASKED_KEYS, MOST_ATTRIBUTE_SORTS, Viewer
from lobby.live_queries.window import PACE_SECONDS
from protocol.events import FriendsChanged
from protocol.topics import ACCOUNTS
from tests.support.hub import HubWorld, Recorder, healing
from tests.support.questions import SESSIONS, Browser, listed_session, question
from tests.support.waiting import until

HUNGRY = question({"free": {"min": 1}})


@pytest.fixture
def browser(world: HubWorld) -> Browser:
    return Browser(world)


async def test_the_same_question_is_one_topic_with_the_same_bytes(browser: Browser) -> None:
    browser.put(listed_session("s1"), listed_session("s2", free=0))
    topic, first = await browser.ask(HUNGRY, "ada")
    again, second = await browser.ask(question({"free": {"min": 1.0}}), "ben")
    assert (topic, browser.windows) == (again, 1)
    await browser.shows(first, topic, "s1")
    browser.put(listed_session("s2", 2, free=3), listed_session("s1", 2, free=0))
    await browser.shows(first, topic, "s2")
    await browser.shows(second, topic, "s2")
    assert first.raw == second.raw
    assert all(mine is theirs for mine, theirs in zip(first.raw[1:], second.raw[1:], strict=True))
    assert first.states[topic] == {"total": 1, "sessions": {"s2": browser.listed["s2"]}}


async def test_a_change_goes_at_once_and_those_after_it_at_a_pace(browser: Browser) -> None:
    loop, times = asyncio.get_running_loop(), list[float]()
    topic, watcher = await browser.ask(HUNGRY)
    write = watcher.write

    def timed(frame: bytes) -> None:
        times.append(loop.time())
        write(frame)

    watcher.write = timed
    for version in range(1, 40):
        browser.put(listed_session("s1", version, free=version))
        await asyncio.sleep(0.02)
    await until(lambda: watcher.states[topic]["sessions"]["s1"]["free"] == 39)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) >= 2
    assert min(gaps) >= PACE_SECONDS * 0.8


async def test_who_comes_back_with_what_they_know_is_sent_what_they_lack(browser: Browser) -> None:
    browser.put(listed_session("s1"))
    topic, watcher = await browser.ask(HUNGRY)
    known = watcher.known[topic]
    browser.world.hub.leave(watcher)
    back = Recorder()
    back.known[topic], back.states[topic] = known, dict(watcher.states[topic])
    await browser.ask(HUNGRY, back, known=known)
    assert back.types == ["unchanged"]
    # The window was kept, and followed what happened.
    other = Recorder()
    browser.put(listed_session("s2"))
    await browser.ask(HUNGRY, other)
    await browser.shows(other, topic, "s1", "s2")
    other.known[topic], other.states[topic] = known, {"sessions": {"s1": browser.listed["s1"]}}
    await browser.ask(HUNGRY, other, known=known)
    assert other.types[-1] == "patch"
    await browser.shows(other, topic, "s1", "s2")
    # Of another epoch, all of it.
    await browser.ask(HUNGRY, other, known=known.__class__("elsewhere", 1))
    assert other.types[-1] == "state"


async def test_a_list_of_friends_that_changes_changes_the_answer(browser: Browser) -> None:
    world, of_friends = browser.world, question({"host": "friends"})
    browser.put(listed_session("s1", host="ada"), listed_session("s2", host="ben"))
    topic, cat = await browser.ask(of_friends, "cat")
    other, _ = await browser.ask(of_friends, "dan")
    assert topic != other, "it is about whoever asks"
    assert cat.states[topic]["sessions"] == {}
    world.source.viewers["cat"] = Viewer("cat", friends=frozenset({"ben"}))
    world.tell(ACCOUNTS, FriendsChanged(accounts=["cat", "ben"]))
    await browser.shows(cat, topic, "s2")


async def test_an_event_that_was_lost_heals(browser: Browser) -> None:
    world = browser.world
    browser.put(listed_session("s1", host="eve"))
    topic, cat = await browser.ask(HUNGRY, "cat")
    browser.listed |= {"s2": listed_session("s2")}
    async with healing(world):
        await browser.shows(cat, topic, "s1", "s2")
    # The bus may have lost something of accounts.
    world.source.viewers["cat"] = Viewer("cat", banned_by=frozenset({"eve"}))
    world.miss(ACCOUNTS)
    await browser.shows(cat, topic, "s2")


async def test_a_slow_reader_is_sent_the_state_once_it_reads_again(browser: Browser) -> None:
    topic, slow = await browser.ask(HUNGRY)
    _, quick = await browser.ask(HUNGRY)
    slow.behind = True
    for version in range(1, 4):
        browser.put(listed_session("s1", version, free=version))
        await quick.at(topic, version + 1)
    assert slow.types == ["state"]
    slow.behind = False
    browser.world.hub.caught_up(slow)
    assert slow.types == ["state", "state"]
    assert slow.states[topic] == quick.states[topic]
    browser.put(listed_session("s2"))
    await browser.shows(slow, topic, "s1", "s2")
    assert slow.gaps == []


async def test_what_nobody_watches_is_forgotten_after_a_while(browser: Browser) -> None:
    world = browser.world
    topic, watcher = await browser.ask(HUNGRY)
    await world.hub._opened.forget_idle()
    await world.hub._opened.forget_idle()
    assert SESSIONS in world.listening(), "the list is needed, though nobody watches it whole"
    world.hub.unwatch(topic, watcher)
    browser.put(listed_session("s1"))
    await world.heard()
    assert watcher.types == ["state"], "and hears nothing more"
    assert browser.windows == 1
    windows = world.hub.queries.lists[SESSIONS].windows
    for window in windows._unwatched:
        windows._unwatched[window] -= KEPT_SECONDS
    world.hub.queries.sweep()
    assert browser.windows == 0
    await world.hub._opened.forget_idle()
    await world.hub._opened.forget_idle()
    assert SESSIONS not in world.listening()
    # Asked again, it is read again.
    browser.listed |= {"s2": listed_session("s2")}
    del browser.listed["s1"]
    topic, watcher = await browser.ask(HUNGRY)
    await browser.shows(watcher, topic, "s2")


async def test_a_connection_asks_no_more_than_eight_questions_at_a_time(browser: Browser) -> None:
    watcher = Recorder("ada")
    topics = [
        (await browser.ask(question(limit=n), watcher))[0] for n in range(1, MOST_QUESTIONS + 1)
    ]
    with pytest.raises(ListFull, match="unwatch one first"):
        await browser.ask(question(limit=100), watcher)
    assert browser.windows == MOST_QUESTIONS
    browser.world.hub.unwatch(topics[0], watcher)
    await browser.ask(question(limit=100), watcher)


async def asked(browser: Browser, watcher: Recorder, limit: int, known: Known | None) -> bool:
    """Whether the question was answered; it is asked no more then."""
    try:
        topic, _ = await browser.ask(question(limit=limit), watcher, known=known)
    except TooMany as no:
        if not 0 < (no.retry_after or 0.0) <= 1 / QUESTIONS_PER_SECOND:
            raise
        return False
    browser.world.hub.unwatch(topic, watcher)
    return True


async def test_new_questions_are_asked_at_a_rate_and_living_ones_are_not_new(
    browser: Browser,
) -> None:
    watcher, many = Recorder("ada"), range(1, 3 * QUESTIONS_BURST)
    topic, _ = await browser.ask(question(limit=200), watcher)
    known = watcher.known[topic]
    assert not all([await asked(browser, watcher, limit, None) for limit in many])
    assert all([await asked(browser, watcher, 200, known) for _ in many])
    # What is known of another question makes no new one cheaper.
    assert not all([await asked(browser, watcher, limit, known) for limit in many])


async def test_a_spectator_asks_nothing_about_themselves(browser: Browser) -> None:
    for asked in ({"host": "friends"}, {"with": "friends"}, {"welcome": True}):
        with pytest.raises(Unauthenticated):
            await browser.ask(question(asked))
    assert browser.windows == 0


async def test_a_process_answers_so_many_questions_and_forgets_what_nobody_watches(
    browser: Browser,
) -> None:
    most = HubWorld.MOST_WINDOWS
    first, unwatched = Recorder("ada"), Recorder("ben")
    topic, _ = await browser.ask(question(limit=200), unwatched)
    browser.world.hub.unwatch(topic, unwatched)
    for n in range(most):
        who = Recorder(f"u{n}") if n else first
        await browser.ask(question(limit=n + 1), who)
    assert browser.windows == most
    with pytest.raises(WindowsFull) as no:
        await browser.ask(question(limit=199), Recorder("cat"))
    assert no.value.code == "unavailable"
    assert no.value.retry_after
    cat = Recorder("cat")
    await browser.ask(question(limit=1), cat)
    # What all have left makes room.
    browser.world.hub.leave(first)
    browser.world.hub.leave(cat)
    await browser.ask(question(limit=199), Recorder("dan"))


async def test_a_process_sorts_by_so_many_attributes(browser: Browser) -> None:
    for n in range(MOST_ATTRIBUTE_SORTS):
        await browser.ask(question(sort=f"attributes.a{n}"), Recorder(f"u{n}"))
    with pytest.raises(SortKeysFull) as no:
        await browser.ask(question(sort="attributes.other"), Recorder("cat"))
    assert no.value.code == "list_full"
    await browser.ask(question(sort="-attributes.a0"), Recorder("cat"))
    await browser.ask(question(sort="-free"), Recorder("cat"))


async def test_a_process_filters_by_so_many_keys(browser: Browser) -> None:
    windows = browser.world.hub.queries.lists[SESSIONS].windows
    keys = [f"k{n}" for n in range(MOST_ASKED_KEYS)]
    queries = [question({"attributes": dict.fromkeys(keys[n::64], 1)}) for n in range(64)]
    windows._most = len(queries) + 2
    await asyncio.gather(*(windows.open(query, ANYBODY) for query in queries))
    with pytest.raises(FilterKeysFull) as no:
        await browser.ask(question({"attributes": {"other": 1}}), Recorder("cat"))
    assert no.value.code == "list_full"
    await browser.ask(question({"attributes": {"k7": 7}}), Recorder("cat"))


async def test_who_is_gone_asks_nothing(browser: Browser) -> None:
    gone = Recorder("ada")
    with pytest.raises(Conflict):
        await browser.world.hub.queries.open(HUNGRY, gone, known=None)
    # Or goes while the list is read.
    browser.world.hub.enter(gone)
    gate = browser.world.source.hold(SESSIONS)
    asking = asyncio.create_task(browser.world.hub.queries.open(HUNGRY, gone, known=None))
    await browser.world.looked(SESSIONS, 1)
    browser.world.hub.leave(gone)
    gate.set()
    topic = await asking
    await browser.world.hub.queries.join(topic, gone, known=None)
    browser.put(listed_session("s1"))
    await browser.world.heard()
    assert gone.raw == []
