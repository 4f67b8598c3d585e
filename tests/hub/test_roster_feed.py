"""The roster feed hears everybody, keeps what is watched here, and heals by versions."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lobby.hub import Known
from lobby.hub.people_source import Face, Ties
from lobby.hub.roster_feed import ON_ITS_WAY_SECONDS
from persistence.ports import Unreachable
from protocol.events import BansChanged, FriendsChanged, ProfileChanged
from protocol.roster import RosterChanged
from tests.support.hub import Frame, HubWorld, Recorder, healing, hub_world
from tests.support.waiting import until

ANN, BOB, CID, DAN = (f"{n * 11_111_111}-0000-4000-8000-000000000000" for n in range(1, 5))


def online(status: str = "online", **more: Any) -> Frame:
    return {"name": "N", "status": status, "since": 1.0, **more}


def called(version: int = 1, **fields: str) -> Face:
    return Face(version, fields)


def tell(world: HubWorld, version: int, patch: dict[str, Any], *, epoch: str = "first") -> None:
    changed = RosterChanged(epoch=epoch, version=version, patch=patch)
    world.bus.publish("presence", changed.model_dump_json())


async def friends_of(world: HubWorld, who: str, *friends: str) -> Recorder:
    world.tie(who, friends=friends)
    return await world.watch(f"friends:{who}", who)


def seen(watcher: Recorder) -> Frame:
    people: Frame = watcher.states["friends"]["people"]
    return people


async def test_friends_are_everybody_on_the_list_and_who_of_them_is_online(world: HubWorld) -> None:
    world.people.called = {BOB: called(name="Bob"), CID: called(name="Cid", icon="i")}
    world.show({BOB: online(), DAN: online()})
    ann = await friends_of(world, ANN, BOB, CID)
    assert ann.states["friends"] == {
        "people": {
            BOB: {"name": "Bob", "status": "online", "since": 1.0},
            CID: {"name": "Cid", "icon": "i"},
        }
    }
    world.show({CID: online("busy"), BOB: None})
    await until(lambda: seen(ann)[CID].get("status") == "busy")
    assert seen(ann)[BOB] == {"name": "Bob"}
    assert (ann.types, ann.gaps) == (["state", "patch"], []), "one change is one frame"


async def test_one_person_is_shown_or_nothing_is(world: HubWorld) -> None:
    topic = f"presence:{BOB}"
    ann = await world.watch(f"{topic}:{ANN}", ANN)
    assert ann.states[topic] == {}
    world.show({BOB: online(region="eu")})
    await until(lambda: ann.states[topic] == online(region="eu"))
    world.show({BOB: None})
    await until(lambda: ann.states[topic] == {})
    assert ann.types == ["state", "patch", "patch"]


async def test_what_nobody_watches_touches_nothing(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB)
    asked, kept = dict(world.people.asked), len(world.hub.roster.people)
    for n in range(1_000):
        world.show({f"stranger-{n}": online()})
    world.show({BOB: online()})
    await until(lambda: seen(ann)[BOB].get("status") == "online")
    assert len(world.hub.roster.people) == kept == 1
    assert dict(world.people.asked) == asked, "nothing is read"
    assert ann.types == ["state", "patch"]


async def test_nothing_is_kept_of_whom_nobody_watches_any_more(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB, CID)
    async with healing(world):
        world.hub.leave(ann)
        await until(lambda: not len(world.hub.roster.people))
        await until(lambda: "presence" not in world.listening())
    assert not world.hub.roster._viewers


async def test_a_gap_reads_those_of_its_shard_again_who_are_watched() -> None:
    async with hub_world(shards=2) as world:
        by_shard = {world.people.shard_of(one): one for one in (f"p{n}" for n in range(9))}
        mine, other = by_shard[0], by_shard[1]
        ann = await friends_of(world, ANN, mine, other)
        world.people.asked.clear()
        world.show({mine: online()}, quietly=True)
        world.show({other: online("busy")}, quietly=True)
        stranger = next(n for n in map(str, range(99)) if world.people.shard_of(n) == 0)
        world.show({stranger: online()})
        await until(lambda: seen(ann)[mine].get("status") == "online")
        assert world.people.asked["shown"] == 1
        assert seen(ann)[other] == {}, "its shard says nothing new"
        async with healing(world):
            await until(lambda: seen(ann)[other].get("status") == "busy")
        assert ann.gaps == []


async def test_another_epoch_is_read_again_once_it_is_complete(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB, CID)
    world.show({BOB: online()})
    await until(lambda: seen(ann)[BOB].get("status") == "online")
    world.people.online = {CID: online()}
    world.people.at = [Known("second", 7)]
    tell(world, 8, {}, epoch="second")
    await until(lambda: seen(ann) == {BOB: {}, CID: {"status": "online", "since": 1.0}})
    assert world.people.asked["gathered"] == 1


async def test_the_look_asks_for_versions_and_nothing_else_while_they_agree(
    world: HubWorld,
) -> None:
    ann = await friends_of(world, ANN, BOB)
    world.people.asked.clear()
    async with healing(world):
        await until(lambda: world.people.asked["versions"] >= 3)
    assert set(world.people.asked) <= {"versions", "stale"}
    assert ann.types == ["state"]


async def test_a_change_that_is_on_its_way_at_a_look_is_not_read_again(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB)
    world.people.asked.clear()
    world.show({BOB: online()}, quietly=True)
    world.hub.roster.look()
    await until(lambda: world.people.asked["versions"] == 1)
    tell(world, 1, {BOB: online()})
    await until(lambda: seen(ann)[BOB].get("status") == "online")
    await asyncio.sleep(2 * ON_ITS_WAY_SECONDS)
    assert world.people.asked["shown"] == 0


async def test_the_bus_may_have_missed_something(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB)
    world.show({BOB: online()}, quietly=True)
    world.miss("presence")
    await until(lambda: seen(ann)[BOB].get("status") == "online")


async def test_what_is_heard_while_it_is_read_is_newer_than_what_was_read(world: HubWorld) -> None:
    world.show({BOB: online("away")})
    world.tie(ANN, friends=[BOB])
    ann, gate = Recorder(ANN), asyncio.Event()
    opening = asyncio.create_task(world.watch(f"friends:{ANN}", ann))
    await until(lambda: world.people.asked["versions"] == 1)
    world.people.gate = gate
    await until(lambda: world.people.asked["shown"] == 1)
    world.show({BOB: online("busy")})
    await world.drained()
    gate.set()
    await opening
    assert seen(ann)[BOB]["status"] == "busy"


async def test_a_list_follows_who_is_befriended_and_unfriended(world: HubWorld) -> None:
    world.people.called = {CID: called(name="Cid")}
    world.show({CID: online()})
    ann = await friends_of(world, ANN, BOB)
    world.tie(ANN, friends=[CID])
    world.tell("accounts", FriendsChanged(accounts=[ANN, CID]))
    await until(lambda: seen(ann) == {CID: {"name": "Cid", "status": "online", "since": 1.0}})
    world.tie(ANN)
    world.tell("accounts", FriendsChanged(accounts=[ANN, CID]))
    await until(lambda: seen(ann) == {})
    assert len(world.hub.roster.people) == 0
    assert ann.gaps == []


async def test_who_is_befriended_is_shown_also_if_others_watch_them_already(
    world: HubWorld,
) -> None:
    world.show({BOB: online()})
    ann, cid = await friends_of(world, ANN), await friends_of(world, CID, BOB)
    world.tie(ANN, friends=[BOB])
    world.tell("accounts", FriendsChanged(accounts=[ANN, BOB]))
    await until(lambda: seen(ann) == {BOB: {"status": "online", "since": 1.0}})
    assert cid.types == ["state"]


async def test_whoever_bans_one_goes_as_if_they_went_offline(world: HubWorld) -> None:
    world.people.called = {BOB: called(name="Bob")}
    world.show({BOB: online()})
    ann, topic = await friends_of(world, ANN, BOB), f"presence:{BOB}"
    await world.watch(f"{topic}:{ANN}", ann)
    world.tie(ANN, friends=[BOB], banned_by=[BOB])
    world.tell("accounts", BansChanged(accounts=[ANN]))
    await until(lambda: seen(ann)[BOB] == {"name": "Bob"} and ann.states[topic] == {})
    world.show({BOB: online("busy")})
    await world.heard()
    world.tie(ANN, friends=[BOB])
    world.tell("accounts", BansChanged(accounts=[ANN]))
    await until(lambda: ann.states[topic].get("status") == "busy")
    await until(lambda: seen(ann)[BOB].get("status") == "busy")
    mine = [frame for frame in ann.frames if frame["topic"] == topic]
    assert [frame["type"] for frame in mine] == ["state", "patch", "patch"]
    assert [frame["version"] for frame in mine] == [1, 2, 3], "changes of the hidden leave no gap"


async def test_a_ban_that_nobody_was_told_of_is_seen_at_a_look(world: HubWorld) -> None:
    world.show({BOB: online()})
    ann = await world.watch(f"presence:{BOB}:{ANN}", ANN)
    world.tie(ANN, banned_by=[BOB])
    async with healing(world):
        await until(lambda: ann.states[f"presence:{BOB}"] == {})


async def test_where_only_friends_see_each_other_both_have_to_list(world: HubWorld) -> None:
    world.show({BOB: online(), CID: online(), ANN: online("away")})
    world.people.tied[ANN] = Ties(frozenset({BOB, CID}), listed_by=frozenset({BOB}))
    ann = await world.watch(f"friends:{ANN}", ANN)
    assert seen(ann) == {BOB: {"status": "online", "since": 1.0}, CID: {}}
    for who, shown in ((BOB, "online"), (CID, None), (ANN, "away")):
        await world.watch(f"presence:{who}:{ANN}", ann)
        assert ann.states[f"presence:{who}"].get("status") == shown


async def test_a_new_name_is_shown_and_an_older_one_is_not(world: HubWorld) -> None:
    world.people.called = {BOB: called(3, name="Bob")}
    ann = await friends_of(world, ANN, BOB)
    world.tell("accounts", ProfileChanged(account=BOB, version=2, name="Bo"))
    world.tell("accounts", ProfileChanged(account=BOB, version=4, name="Rob", nickname="r"))
    await until(lambda: seen(ann)[BOB] == {"name": "Rob", "nickname": "r"})
    world.people.called = {BOB: called(5, name="Bert")}
    world.miss("accounts")
    await until(lambda: seen(ann)[BOB] == {"name": "Bert"})


async def test_changes_in_a_row_are_at_most_four_frames_a_second(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB)
    loop = asyncio.get_running_loop()
    begun, n = loop.time(), 0
    while loop.time() - begun < 1.0:
        n += 1
        world.show({BOB: online(["away", "busy"][n % 2])})
        await asyncio.sleep(0.005)
    last = ["away", "busy"][n % 2]
    await until(lambda: seen(ann)[BOB].get("status") == last)
    await asyncio.sleep(0.3)
    assert seen(ann)[BOB]["status"] == last
    assert n > 2 * len(ann.types)
    assert len(ann.types) - 1 <= (loop.time() - begun) / 0.25 + 1


async def test_who_reads_too_slowly_gets_the_rest_later(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB)
    ann.behind = True
    for status in ("away", "busy", "playing"):
        world.show({BOB: online(status)})
        await world.heard()
    await asyncio.sleep(0.6)
    assert ann.types == ["state"]
    ann.behind = False
    world.hub.caught_up(ann)
    assert seen(ann)[BOB]["status"] == "playing"
    assert ann.gaps == []


async def test_who_comes_back_is_sent_what_they_lack(world: HubWorld) -> None:
    ann = await friends_of(world, ANN, BOB)
    world.hub.leave(ann)
    world.show({BOB: online()})
    topic = f"friends:{ANN}"
    await until(lambda: world.hub.current(topic)["people"][BOB].get("status") == "online")
    await world.heard()
    again = Recorder(ANN)
    again.states["friends"] = ann.states["friends"]
    again.known["friends"] = ann.known["friends"]
    world.hub.enter(again)
    await world.hub.open(topic)
    await world.hub.join(topic, again, known=ann.known["friends"])
    assert again.types == ["patch"]
    assert seen(again)[BOB]["status"] == "online"


async def test_what_cannot_be_read_is_not_watched_and_leaves_nothing(world: HubWorld) -> None:
    world.people.away = True
    with pytest.raises(Unreachable):
        await friends_of(world, ANN, BOB)
    world.people.away = False
    assert not len(world.hub.roster.people)
    ann = await friends_of(world, ANN, BOB)
    world.people.away = True
    world.show({BOB: online()}, quietly=True)
    tell(world, 3, {})
    await until(lambda: world.people.asked["gathered"] == 1)
    world.people.away = False
    async with healing(world):
        await until(lambda: seen(ann)[BOB].get("status") == "online")
