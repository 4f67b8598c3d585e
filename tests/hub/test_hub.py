"""The hub's own promises: topics come and go, lost words heal, some people must go."""

from __future__ import annotations

import asyncio

import pytest

from lobby.domain.errors import NotFound
from lobby.hub import Look
from persistence.ports import Unreachable
from protocol.events import Ended, Excluded, LookAgain, Revoked
from tests.hub.shelf import Recorder, Stage, healing, until
from tests.patience import PATIENCE

TOPIC = "session:1"


async def test_it_listens_before_it_looks(stage: Stage) -> None:
    stage.put(TOPIC, 1, {})
    gate = stage.shelf.hold(TOPIC)
    opening = asyncio.create_task(stage.watch(TOPIC))
    await until(lambda: stage.shelf.asked[TOPIC] == 1)
    assert TOPIC in stage.listening()
    gate.set()
    await opening


async def test_what_cannot_be_found_or_reached_is_not_listened_to(stage: Stage) -> None:
    with pytest.raises(NotFound):
        await stage.watch(TOPIC)
    assert TOPIC not in stage.listening()
    stage.shelf.away = True
    with pytest.raises(Unreachable):
        await stage.watch(TOPIC)
    assert TOPIC not in stage.listening()
    stage.shelf.away = False
    stage.put(TOPIC, 1, {"n": 1})
    assert (await stage.watch(TOPIC)).states[TOPIC] == {"n": 1}


async def test_a_lost_last_event_heals(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    stage.put(TOPIC, 2, {"n": 2})
    async with healing(stage):
        await until(lambda: watcher.states[TOPIC] == {"n": 2})
        looked = stage.shelf.asked[TOPIC]
        rounds = stage.shelf.asked["changed"]
        await until(lambda: stage.shelf.asked["changed"] > rounds + 2)
    # What is at its version is compared, not looked at.
    assert stage.shelf.asked[TOPIC] == looked


async def test_what_numbers_nothing_is_looked_at_each_round(stage: Stage) -> None:
    stage.shelf.looks["host:ann"] = Look({"n": 1})
    watcher = await stage.watch("host:ann")
    stage.shelf.looks["host:ann"] = Look({"n": 2})
    async with healing(stage):
        await until(lambda: watcher.states["host:ann"] == {"n": 2})
        await until(lambda: stage.shelf.asked["host:ann"] > 4)
    assert watcher.types == ["state", "patch"]


async def test_told_to_look_it_sends_what_changed(stage: Stage) -> None:
    stage.shelf.looks["host:ann"] = Look({"n": 1, "m": 1})
    watcher = await stage.watch("host:ann")
    stage.shelf.looks["host:ann"] = Look({"n": 2, "m": 1})
    stage.tell("host:ann", LookAgain())
    await until(lambda: watcher.states["host:ann"] == {"n": 2, "m": 1})
    assert watcher.frames[1]["patch"] == {"n": 2}


async def test_what_is_found_gone_while_healing_has_ended(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    del stage.shelf.looks[TOPIC]
    async with healing(stage):
        await until(lambda: watcher.types == ["state", "ended"])
        assert watcher.frames[1]["code"] == "topic_not_found"
        await until(lambda: TOPIC not in stage.listening())
    assert stage.hub.watching(watcher) == set()


async def test_an_outage_while_healing_is_survived(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    stage.shelf.away = True
    stage.put(TOPIC, 2, {"n": 2})
    async with healing(stage):
        stage.miss(TOPIC)
        rounds = stage.shelf.asked["changed"]
        await until(lambda: stage.shelf.asked["changed"] > rounds + 2)
        assert watcher.types == ["state"]
        stage.shelf.away = False
        await until(lambda: watcher.states[TOPIC] == {"n": 2})


async def test_an_ended_topic_says_so_once_and_can_be_opened_anew(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    stage.tell(TOPIC, Ended(code="session_closed"))
    stage.tell(TOPIC, Ended(code="session_closed"))
    await until(lambda: watcher.types == ["state", "ended"])
    stage.change(TOPIC, 2, {"n": 2})
    await stage.heard()
    assert watcher.types == ["state", "ended"]
    again = await stage.watch(TOPIC)
    stage.change(TOPIC, 3, {"n": 3})
    await until(lambda: again.states[TOPIC] == {"n": 3})


async def test_what_ends_during_its_first_look_ends(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    gate = stage.shelf.hold(TOPIC)
    opening = asyncio.create_task(stage.watch(TOPIC))
    await until(lambda: stage.shelf.asked[TOPIC] == 1)
    del stage.shelf.looks[TOPIC]
    stage.tell(TOPIC, Ended(code="session_closed"))
    await stage.heard()
    gate.set()
    watcher = await opening
    await until(lambda: watcher.types == ["state", "ended"])


async def test_what_ends_before_a_look_begins_needs_none(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    stage.miss(TOPIC)
    stage.tell(TOPIC, Ended(code="session_closed"))
    await until(lambda: watcher.types == ["state", "ended"])
    await stage.heard()
    assert stage.shelf.asked[TOPIC] == 1


async def test_nothing_follows_the_end_of_a_topic_that_was_being_looked_at(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    stage.shelf.append("chat:1", "one")
    watcher = await stage.watch(TOPIC)
    await stage.watch("chat:1", watcher)
    stage.put(TOPIC, 2, {"n": 2})
    stage.shelf.append("chat:1", "two")
    gates = [stage.shelf.hold(topic) for topic in (TOPIC, "chat:1")]
    for topic in (TOPIC, "chat:1"):
        asked = stage.shelf.asked[topic]
        stage.miss(topic)
        await stage.looked(topic, asked + 1)
        stage.tell(topic, Ended(code="session_closed"))
    await until(lambda: watcher.types == ["state", "ended", "ended"])
    for gate in gates:
        gate.set()
    await until(lambda: len(stage.hub._looks) == 0)
    await stage.heard()
    assert watcher.types == ["state", "ended", "ended"]


async def test_a_topic_unwatched_for_a_round_is_closed(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher, stays = await stage.watch(TOPIC), await stage.watch("session:probe")
    stage.hub.unwatch(TOPIC, watcher)
    async with healing(stage):
        await until(lambda: TOPIC not in stage.listening())
    assert stays.identity == ""
    assert stage.listening() == {"accounts", "session:probe"}
    # Coming back is a look anew, and news is heard again.
    again = await stage.watch(TOPIC)
    stage.change(TOPIC, 2, {"n": 2})
    await until(lambda: again.states[TOPIC] == {"n": 2})


async def test_who_comes_back_within_the_round_costs_no_look(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    stage.hub.leave(watcher)
    await stage.hub._forget_idle()
    back = await stage.watch(TOPIC)
    await stage.hub._forget_idle()
    await stage.hub._forget_idle()
    stage.change(TOPIC, 2, {"n": 2})
    await until(lambda: back.states[TOPIC] == {"n": 2})
    assert stage.shelf.asked[TOPIC] == 1


async def test_coming_while_a_topic_closes_is_never_lost(stage: Stage) -> None:
    """Openings and closings of one topic take turns, also when several wait."""
    stage.put(TOPIC, 1, {"n": 1})
    for version in range(2, 30):
        stage.hub.leave(await stage.watch(TOPIC))
        await stage.hub._forget_idle()
        closing = asyncio.create_task(stage.hub._forget_idle())
        coming = [asyncio.create_task(stage.watch(TOPIC))]
        for _ in range(version % 5):
            await asyncio.sleep(0)
        coming.append(asyncio.create_task(stage.watch(TOPIC)))
        await closing
        watchers = await asyncio.gather(*coming)
        stage.change(TOPIC, version, {"n": version})
        for watcher in watchers:
            await watcher.at(TOPIC, version)
        for watcher in watchers:
            stage.hub.leave(watcher)


async def test_an_account_that_is_excluded_hears_why_and_nothing_more(stage: Stage) -> None:
    for topic in (TOPIC, "session:2"):
        stage.put(topic, 1, {"n": 1})
    ann, bob = Recorder("ann"), Recorder("bob")
    for watcher in (ann, bob):
        await stage.watch(TOPIC, watcher)
        await stage.watch("session:2", watcher)
    stage.tell("accounts", Excluded(account="ann", topics=[TOPIC, "session:9"], code="no"))
    await until(lambda: ann.types[-1] == "ended")
    stage.change(TOPIC, 2, {"n": 2})
    stage.change("session:2", 2, {"n": 2})
    await until(lambda: bob.states[TOPIC] == bob.states["session:2"] == {"n": 2})
    assert ann.frames[2] == {"type": "ended", "topic": TOPIC, "code": "no"}
    assert ann.types == ["state", "state", "ended", "patch"]
    assert stage.hub.watching(ann) == {"session:2"}


async def test_revoked_tokens_reach_every_socket_of_the_account(stage: Stage) -> None:
    ann, again, bob = Recorder("ann"), Recorder("ann"), Recorder("bob")
    for watcher in (ann, again, bob):
        stage.hub.enter(watcher)
    assert stage.hub.here("ann") == 2
    stage.tell("accounts", Revoked(account="ann", token_version=3))
    stage.tell("accounts", Revoked(account="eve", token_version=None))
    await until(lambda: stage.forgotten == ["ann", "eve"])
    assert (ann.closed_below, again.closed_below, bob.closed_below) == ([3], [3], [])
    stage.hub.leave(ann)
    assert stage.hub.here("ann") == 1


async def test_lost_words_of_accounts_name_everybody_who_is_served(stage: Stage) -> None:
    for identity in ("ann", "", "bob"):
        stage.hub.enter(Recorder(identity))
    asked = asyncio.create_task(stage.hub.may_have_missed())
    stage.miss("accounts")
    async with asyncio.timeout(PATIENCE):
        assert sorted(await asked) == ["ann", "bob"]


async def test_a_word_that_is_not_understood_stops_nothing(stage: Stage) -> None:
    stage.put(TOPIC, 1, {"n": 1})
    watcher = await stage.watch(TOPIC)
    stage.bus.publish(TOPIC, '{"told":"nonsense"}')
    stage.bus.publish("accounts", "not even JSON")
    stage.change(TOPIC, 2, {"n": 2})
    await until(lambda: watcher.states[TOPIC] == {"n": 2})
