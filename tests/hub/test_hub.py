"""The hub's own promises: topics come and go, lost words heal, some people must go."""

from __future__ import annotations

import asyncio

import pytest

from lobby.domain.errors import NotFound
from lobby.hub import Snapshot
from persistence.ports import Unreachable
from protocol.events import Invalidated, TokensRevoked, TopicEnded, WatchRevoked
from tests.support.hub import HubWorld, Recorder, healing
from tests.support.waiting import TIMEOUT, until

TOPIC = "session:1"


async def test_it_listens_before_it_looks(world: HubWorld) -> None:
    world.put(TOPIC, 1, {})
    gate = world.source.hold(TOPIC)
    opening = asyncio.create_task(world.watch(TOPIC))
    await until(lambda: world.source.asked[TOPIC] == 1)
    assert TOPIC in world.listening()
    gate.set()
    await opening


async def test_what_cannot_be_found_or_reached_is_not_listened_to(world: HubWorld) -> None:
    with pytest.raises(NotFound):
        await world.watch(TOPIC)
    assert TOPIC not in world.listening()
    world.source.away = True
    with pytest.raises(Unreachable):
        await world.watch(TOPIC)
    assert TOPIC not in world.listening()
    world.source.away = False
    world.put(TOPIC, 1, {"n": 1})
    assert (await world.watch(TOPIC)).states[TOPIC] == {"n": 1}


async def test_a_lost_last_event_heals(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.put(TOPIC, 2, {"n": 2})
    async with healing(world):
        await until(lambda: watcher.states[TOPIC] == {"n": 2})
        looked = world.source.asked[TOPIC]
        rounds = world.source.asked["changed"]
        await until(lambda: world.source.asked["changed"] > rounds + 2)
    # What is at its version is compared, not looked at.
    assert world.source.asked[TOPIC] == looked


async def test_what_numbers_nothing_is_looked_at_each_round(world: HubWorld) -> None:
    world.source.snapshots["host:ann"] = Snapshot({"n": 1})
    watcher = await world.watch("host:ann")
    world.source.snapshots["host:ann"] = Snapshot({"n": 2})
    async with healing(world):
        await until(lambda: watcher.states["host:ann"] == {"n": 2})
        await until(lambda: world.source.asked["host:ann"] > 4)
    assert watcher.types == ["state", "patch"]


async def test_told_to_look_it_sends_what_changed(world: HubWorld) -> None:
    world.source.snapshots["host:ann"] = Snapshot({"n": 1, "m": 1})
    watcher = await world.watch("host:ann")
    world.source.snapshots["host:ann"] = Snapshot({"n": 2, "m": 1})
    world.tell("host:ann", Invalidated())
    await until(lambda: watcher.states["host:ann"] == {"n": 2, "m": 1})
    assert watcher.frames[1]["patch"] == {"n": 2}


async def test_what_is_found_gone_while_healing_has_ended(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    del world.source.snapshots[TOPIC]
    async with healing(world):
        await until(lambda: watcher.types == ["state", "ended"])
        assert watcher.frames[1]["code"] == "topic_not_found"
        await until(lambda: TOPIC not in world.listening())
    assert world.hub.watching(watcher) == set()


async def test_an_outage_while_healing_is_survived(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.source.away = True
    world.put(TOPIC, 2, {"n": 2})
    async with healing(world):
        world.miss(TOPIC)
        rounds = world.source.asked["changed"]
        await until(lambda: world.source.asked["changed"] > rounds + 2)
        assert watcher.types == ["state"]
        world.source.away = False
        await until(lambda: watcher.states[TOPIC] == {"n": 2})


async def test_an_ended_topic_says_so_once_and_can_be_opened_anew(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.tell(TOPIC, TopicEnded(code="session_closed"))
    world.tell(TOPIC, TopicEnded(code="session_closed"))
    await until(lambda: watcher.types == ["state", "ended"])
    world.change(TOPIC, 2, {"n": 2})
    await world.heard()
    assert watcher.types == ["state", "ended"]
    again = await world.watch(TOPIC)
    world.change(TOPIC, 3, {"n": 3})
    await until(lambda: again.states[TOPIC] == {"n": 3})


async def test_what_ends_during_its_first_look_ends(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    gate = world.source.hold(TOPIC)
    opening = asyncio.create_task(world.watch(TOPIC))
    await until(lambda: world.source.asked[TOPIC] == 1)
    del world.source.snapshots[TOPIC]
    world.tell(TOPIC, TopicEnded(code="session_closed"))
    await world.heard()
    gate.set()
    watcher = await opening
    await until(lambda: watcher.types == ["state", "ended"])


@pytest.mark.parametrize("found", [True, False])
async def test_r28_of_what_came_during_a_first_look_no_trace_stays(
    world: HubWorld, found: bool
) -> None:
    world.put(TOPIC, 1, {"n": 1})
    gate = world.source.hold(TOPIC)
    if not found:
        del world.source.snapshots[TOPIC]
    opening = asyncio.create_task(world.watch(TOPIC))
    await until(lambda: world.source.asked[TOPIC] == 1)
    world.change(TOPIC, 2, {"n": 2})
    await world.heard()
    gate.set()
    if found:
        await (await opening).at(TOPIC, 2)
    else:
        with pytest.raises(NotFound):
            await opening
    assert not world.hub._opened.missed


async def test_what_ends_before_a_look_begins_needs_none(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.miss(TOPIC)
    world.tell(TOPIC, TopicEnded(code="session_closed"))
    await until(lambda: watcher.types == ["state", "ended"])
    await world.heard()
    assert world.source.asked[TOPIC] == 1


async def test_nothing_follows_the_end_of_a_topic_that_was_being_looked_at(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    world.source.append("chat:1", "one")
    watcher = await world.watch(TOPIC)
    await world.watch("chat:1", watcher)
    world.put(TOPIC, 2, {"n": 2})
    world.source.append("chat:1", "two")
    gates = [world.source.hold(topic) for topic in (TOPIC, "chat:1")]
    for topic in (TOPIC, "chat:1"):
        asked = world.source.asked[topic]
        world.miss(topic)
        await world.looked(topic, asked + 1)
        world.tell(topic, TopicEnded(code="session_closed"))
    await until(lambda: watcher.types == ["state", "ended", "ended"])
    for gate in gates:
        gate.set()
    await until(lambda: len(world.hub._resyncs) == 0)
    await world.heard()
    assert watcher.types == ["state", "ended", "ended"]


async def test_a_topic_unwatched_for_a_round_is_closed(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher, stays = await world.watch(TOPIC), await world.watch("session:probe")
    world.hub.unwatch(TOPIC, watcher)
    async with healing(world):
        await until(lambda: TOPIC not in world.listening())
    assert stays.identity == ""
    assert world.listening() == {"accounts", "session:probe"}
    # Coming back is a look anew, and news is heard again.
    again = await world.watch(TOPIC)
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: again.states[TOPIC] == {"n": 2})


async def test_who_comes_back_within_the_round_costs_no_look(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.hub.leave(watcher)
    await world.hub._opened.forget_idle()
    back = await world.watch(TOPIC)
    await world.hub._opened.forget_idle()
    await world.hub._opened.forget_idle()
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: back.states[TOPIC] == {"n": 2})
    assert world.source.asked[TOPIC] == 1


async def test_a_topic_that_was_closed_before_anybody_joined_is_opened_again(
    world: HubWorld,
) -> None:
    """As where of many topics that are asked for at once, another took long."""
    world.put(TOPIC, 1, {"n": 1})
    late = Recorder("late")
    world.hub.enter(late)
    await world.hub.open(TOPIC)
    await world.hub._opened.forget_idle()
    await world.hub._opened.forget_idle()
    assert world.listening() == {"accounts"}
    await world.hub.join(TOPIC, late)
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: late.states[TOPIC] == {"n": 2})


async def test_coming_while_a_topic_closes_is_never_lost(world: HubWorld) -> None:
    """Openings and closings of one topic take turns, also when several wait."""
    world.put(TOPIC, 1, {"n": 1})
    for version in range(2, 30):
        world.hub.leave(await world.watch(TOPIC))
        await world.hub._opened.forget_idle()
        closing = asyncio.create_task(world.hub._opened.forget_idle())
        coming = [asyncio.create_task(world.watch(TOPIC))]
        for _ in range(version % 5):
            await asyncio.sleep(0)
        coming.append(asyncio.create_task(world.watch(TOPIC)))
        await closing
        watchers = await asyncio.gather(*coming)
        world.change(TOPIC, version, {"n": version})
        for watcher in watchers:
            await watcher.at(TOPIC, version)
        for watcher in watchers:
            world.hub.leave(watcher)


async def test_an_account_that_is_excluded_hears_why_and_nothing_more(world: HubWorld) -> None:
    for topic in (TOPIC, "session:2"):
        world.put(topic, 1, {"n": 1})
    ann, bob = Recorder("ann"), Recorder("bob")
    for watcher in (ann, bob):
        await world.watch(TOPIC, watcher)
        await world.watch("session:2", watcher)
    world.tell("accounts", WatchRevoked(accounts=["ann"], topics=[TOPIC, "session:9"], code="no"))
    await until(lambda: ann.types[-1] == "ended")
    world.change(TOPIC, 2, {"n": 2})
    world.change("session:2", 2, {"n": 2})
    await until(lambda: bob.states[TOPIC] == bob.states["session:2"] == {"n": 2})
    assert ann.frames[2] == {"type": "ended", "topic": TOPIC, "code": "no"}
    assert ann.types == ["state", "state", "ended", "patch"]
    assert world.hub.watching(ann) == {"session:2"}


async def test_revoked_tokens_reach_every_socket_of_the_account(world: HubWorld) -> None:
    ann, again, bob = Recorder("ann"), Recorder("ann"), Recorder("bob")
    for watcher in (ann, again, bob):
        world.hub.enter(watcher)
    assert len(world.hub.of("ann")) == 2
    world.tell("accounts", TokensRevoked(account="ann", token_version=3))
    world.tell("accounts", TokensRevoked(account="eve", token_version=None))
    await until(lambda: world.forgotten == ["ann", "eve"])
    assert (ann.closed_below, again.closed_below, bob.closed_below) == ([3], [3], [])
    world.hub.leave(ann)
    assert world.hub.of("ann") == [again]


async def test_lost_words_of_accounts_name_everybody_who_is_served(world: HubWorld) -> None:
    for identity in ("ann", "", "bob"):
        world.hub.enter(Recorder(identity))
    asked = asyncio.create_task(world.hub.accounts_to_recheck())
    world.miss("accounts")
    async with asyncio.timeout(TIMEOUT):
        assert sorted(await asked) == ["ann", "bob"]


async def test_a_word_that_is_not_understood_stops_nothing(world: HubWorld) -> None:
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.bus.publish(TOPIC, '{"told":"nonsense"}')
    world.bus.publish("accounts", "not even JSON")
    world.change(TOPIC, 2, {"n": 2})
    await until(lambda: watcher.states[TOPIC] == {"n": 2})


async def test_what_is_not_understood_is_read_instead(world: HubWorld) -> None:
    """As where a newer process tells what this one has no word for."""
    world.put(TOPIC, 1, {"n": 1})
    watcher = await world.watch(TOPIC)
    world.put(TOPIC, 2, {"n": 2})
    world.bus.publish(TOPIC, '{"told":"something new","version":2}')
    await until(lambda: watcher.states[TOPIC] == {"n": 2})
