"""Bans of those who ask questions: what they hide is told as an end, and else nothing is."""

from __future__ import annotations

import pytest

from lobby.domain.list_errors import WindowsFull
from lobby.live_queries import Viewer
from protocol.events import BansChanged
from protocol.topics import ACCOUNTS
from tests.support.hub import Frame, HubWorld, Recorder
from tests.support.questions import Browser, listed_session, question
from tests.support.waiting import until

HUNGRY = question({"free": {"min": 1}})


@pytest.fixture
def browser(world: HubWorld) -> Browser:
    return Browser(world)


async def test_a_ban_hides_under_the_same_topic_and_its_end_shows_again(browser: Browser) -> None:
    world = browser.world
    browser.put(listed_session("s1", host="eve"), listed_session("s2", host="ada"))
    topic, cat = await browser.ask(HUNGRY, "cat")
    _, dan = await browser.ask(HUNGRY, "dan")
    await browser.shows(cat, topic, "s1", "s2")
    epoch = cat.known[topic].epoch
    # 1. To the banned alone it goes, as if it had ended.
    world.source.viewers["cat"] = Viewer("cat", banned_by=frozenset({"eve"}))
    world.tell(ACCOUNTS, BansChanged(accounts=["cat"]))
    await browser.shows(cat, topic, "s2")
    assert cat.types == ["state", "patch"]
    # 2. What the hidden session does is no news to them.
    browser.put(listed_session("s1", 2, host="eve", free=5))
    await until(lambda: dan.states[topic]["sessions"]["s1"]["free"] == 5)
    browser.put(listed_session("s3"))
    await browser.shows(cat, topic, "s2", "s3")
    assert cat.types == ["state", "patch", "patch"]
    assert cat.states[topic]["total"] == 2
    # 3. Over.
    world.source.viewers["cat"] = Viewer("cat")
    world.tell(ACCOUNTS, BansChanged(accounts=["cat"]))
    await browser.shows(cat, topic, "s1", "s2", "s3")
    assert cat.known[topic].epoch == epoch
    assert cat.gaps == dan.gaps == []


async def test_a_host_who_has_banned_somebody_is_never_shown_to_them(browser: Browser) -> None:
    world = browser.world
    world.source.viewers["cat"] = Viewer("cat", banned_by=frozenset({"eve"}))
    topic, cat = await browser.ask(HUNGRY, "cat")
    _, dan = await browser.ask(HUNGRY, "dan")
    assert browser.windows == 1, "nobody who has banned them is listed"
    browser.put(listed_session("s1", host="eve"), listed_session("s2", host="ada"))
    await browser.shows(dan, topic, "s1", "s2")
    await browser.shows(cat, topic, "s2")
    assert not [raw for raw in cat.raw if b'"eve"' in raw]
    assert cat.states[topic]["total"] == 1


@pytest.mark.parametrize("asked", [{"free": {"min": 1}}, {"name": "zz"}, {"welcome": True}])
async def test_who_is_banned_is_sent_nothing_when_their_host_launches_or_ends(
    browser: Browser, asked: Frame
) -> None:
    world = browser.world
    browser.put(listed_session("s1", host="ada"))
    world.source.viewers["cat"] = Viewer("cat", banned_by=frozenset({"eve"}))
    topic, cat = await browser.ask(question(asked), "cat")
    _, same = await browser.ask(question(asked), "cat")
    everything, dan = await browser.ask(question(), "dan")
    browser.put(listed_session("s2", host="eve", name="zz"))
    await browser.shows(dan, everything, "s1", "s2")
    await browser.end_of_moves()
    browser.end("s2")
    await browser.shows(dan, everything, "s1")
    browser.put(listed_session("s3", host="ada", name="zz"))
    await until(lambda: "s3" in cat.states[topic]["sessions"])
    await until(lambda: "s3" in same.states[topic]["sessions"])
    assert cat.types == same.types == ["state", "patch"]
    assert cat.raw == same.raw
    assert cat.gaps == same.gaps == []


async def test_a_ban_that_hides_nothing_of_an_answer_is_no_news(browser: Browser) -> None:
    world, asked = browser.world, question({"name": "zz"})
    browser.put(listed_session("s1", host="eve"), listed_session("s2", host="ada", name="zz"))
    topic, cat = await browser.ask(asked, "cat")
    world.source.viewers["cat"] = Viewer("cat", banned_by=frozenset({"eve"}))
    world.tell(ACCOUNTS, BansChanged(accounts=["cat"]))
    await until(lambda: browser.windows == 2)
    await browser.end_of_moves()
    browser.end("s2")
    await browser.shows(cat, topic)
    assert cat.types == ["state", "patch"]


async def test_versions_of_a_window_that_was_left_are_no_versions_of_it(browser: Browser) -> None:
    world = browser.world
    browser.put(listed_session("s1", host="eve"), listed_session("s2", host="ada"))
    topic, cat = await browser.ask(HUNGRY, "cat")
    _, dan = await browser.ask(HUNGRY, "dan")
    world.source.viewers["cat"] = Viewer("cat", banned_by=frozenset({"eve"}))
    world.tell(ACCOUNTS, BansChanged(accounts=["cat"]))
    await browser.shows(cat, topic, "s2")
    known = cat.known[topic]
    world.hub.leave(cat)
    # The ban is over while they are away, and the window before has reached their version.
    browser.put(listed_session("s2", 2, host="ada", free=3))
    await until(lambda: dan.known[topic].version == known.version)
    world.source.viewers["cat"] = Viewer("cat")
    back = Recorder("cat")
    await browser.ask(HUNGRY, back, known=known)
    assert back.types == ["state"]
    await browser.shows(back, topic, "s1", "s2")


async def test_a_host_that_bans_many_takes_no_room_from_everybody_else(browser: Browser) -> None:
    world, banned = browser.world, [f"banned{n}" for n in range(5)]
    browser.put(listed_session("s1", host="ada"))
    topic, _ = await browser.ask(HUNGRY, "dan")
    world.hub.queries.lists["sessions"].windows._most = 4
    for one in banned:
        await browser.ask(HUNGRY, one)
        world.source.viewers[one] = Viewer(one, banned_by=frozenset({"eve"}))
    world.tell(ACCOUNTS, BansChanged(accounts=banned))
    browser.put(listed_session("s2", host="eve"))
    await until(lambda: browser.windows == 6)  # one of each of the banned, and that of all others
    for n in range(3):
        _, newcomer = await browser.ask(question({"free": {"min": n + 2}}), f"new{n}")
        assert newcomer.types == ["state"]
    _, newcomer = await browser.ask(HUNGRY, "another")
    await browser.shows(newcomer, topic, "s1", "s2")
    with pytest.raises(WindowsFull):
        await browser.ask(question({"free": {"min": 9}}), "last")


async def test_who_is_banned_has_a_window_however_many_others_are(browser: Browser) -> None:
    world = browser.world
    world.hub.queries.lists["sessions"].windows._most = 4
    browser.put(listed_session("s1", host="eve"), listed_session("s2", host="ada"))
    for one in ("cat", "dan", "fay"):
        world.source.viewers[one] = Viewer(one, banned_by=frozenset({"eve"}))
    cats = [await browser.ask(question({"free": {"max": n + 1}}), "cat") for n in range(4)]
    with pytest.raises(WindowsFull):
        await browser.ask(question({"free": {"max": 9}}), "cat")
    for one in ("dan", "fay"):
        topic, watcher = await browser.ask(HUNGRY, one)
        await browser.shows(watcher, topic, "s2")
    ended = [cat.frames[-1] for _, cat in cats if cat.types[-1] == "ended"]
    assert {frame["code"] for frame in ended} == {"watch_again"}
    assert len(ended) == 2, "who has most makes room"


async def test_who_becomes_banned_is_sent_the_same_however_many_others_are(
    browser: Browser,
) -> None:
    world, banned = browser.world, [f"banned{n}" for n in range(8)]
    world.hub.queries.lists["sessions"].windows._most = 4
    browser.put(listed_session("s1", host="eve"), listed_session("s2", host="ada"))
    asked = [await browser.ask(HUNGRY, one) for one in banned]
    for one in banned:
        world.source.viewers[one] = Viewer(one, banned_by=frozenset({"eve"}))
    world.tell(ACCOUNTS, BansChanged(accounts=banned))
    for topic, watcher in asked:
        await browser.shows(watcher, topic, "s2")
        assert watcher.types == ["state", "patch"]
