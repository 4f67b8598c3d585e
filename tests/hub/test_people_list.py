"""The list of people for questions: fed by the roster feed, right after any gap, and kept only
while somebody asks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lobby.hub import Known
from lobby.live_queries import query_of
from persistence.ports import Unreachable
from protocol.queries import read_query
from protocol.roster import RosterChanged
from tests.support.hub import Frame, HubWorld, Recorder, healing, hub_world
from tests.support.waiting import until


def online(status: str = "online", **more: Any) -> Frame:
    return {"name": "N", "status": status, "since": 1.0, **more}


async def ask(world: HubWorld, who: str = "", **question: Any) -> tuple[str, Recorder]:
    watcher, queries = Recorder(who), world.hub.queries
    world.hub.enter(watcher)
    topic = await queries.open(query_of(read_query("people", **question)), watcher, known=None)
    await queries.join(topic, watcher, known=None)
    return topic, watcher


def kept(world: HubWorld) -> dict[str, Frame | None]:
    engine = world.hub.queries.lists["people"].windows.engine
    return {who: engine.state(who) for who in engine.ids()}


async def test_nobody_pays_for_the_whole_document_where_only_questions_are_asked(
    world: HubWorld,
) -> None:
    world.show({"ann": online(), "bob": online("busy", region="eu", colour="red")})
    topic, ada = await ask(world, limit=5)
    assert ada.states[topic]["people"] == world.people.online
    assert "presence" not in world.hub._topics
    world.show({"cid": online(nickname="ace", icon="i"), "ann": None})
    await until(lambda: ada.states[topic]["people"] == world.people.online)
    assert kept(world) == world.people.online
    assert world.people.asked["everybody"] == 1


async def test_what_is_heard_while_it_is_read_is_newer() -> None:
    async with hub_world(shards=3) as world:
        world.show({f"p{n}": online() for n in range(9)})
        world.people.gate = asyncio.Event()
        asking = asyncio.create_task(ask(world, limit=50))
        await until(lambda: world.people.asked["versions"] == 1)
        world.people.gate.set()
        world.people.gate = asyncio.Event()
        await until(lambda: world.people.asked["everybody"] == 1)
        world.show({f"p{n}": online("busy") for n in range(9)})
        world.show({"p0": None, "p10": online("away")})
        world.people.gate.set()
        topic, ada = await asking
        await until(lambda: kept(world) == world.people.online)
        await until(lambda: ada.states[topic]["people"] == world.people.online)
        assert ada.gaps == []


@pytest.mark.parametrize("lost", ["one", "epoch"])
async def test_after_a_gap_the_shard_is_read_again_and_nothing_else(lost: str) -> None:
    async with hub_world(shards=2) as world:
        names = [f"p{n}" for n in range(8)]
        world.show(dict.fromkeys(names, online()))
        topic, ada = await ask(world, limit=50)
        mine = [one for one in names if world.people.shard_of(one) == 0]
        world.people.asked.clear()
        world.show({mine[0]: None, mine[1]: online("busy")}, quietly=True)
        if lost == "epoch":
            world.people.at[0] = Known("second", 1)
        world.show({mine[2]: online("away")})
        await until(lambda: kept(world) == world.people.online)
        await until(lambda: ada.states[topic]["people"] == world.people.online)
        assert world.people.asked["everybody"] == 1
        assert ada.gaps == []


async def test_changes_with_a_gap_while_it_is_read_are_read_once_more(world: HubWorld) -> None:
    world.show({"ann": online(), "bob": online()})
    _, ada = await ask(world, limit=50)
    world.people.gate = gate = asyncio.Event()
    reading = asyncio.create_task(world.hub.roster.everybody.read_again(0))
    await until(lambda: world.people.asked["everybody"] == 2)
    world.show({"ann": None}, quietly=True)
    world.show({"bob": online("busy")})
    await world.drained()
    gate.set()
    await reading
    await until(lambda: kept(world) == {"bob": online("busy")})
    assert ada.gaps == []


async def test_a_change_of_an_epoch_that_is_over_is_not_taken(world: HubWorld) -> None:
    world.show({"ann": online()})
    await ask(world, limit=50)
    world.people.at[0] = Known("second", 0)
    world.people.gate = gate = asyncio.Event()
    reading = asyncio.create_task(world.hub.roster.everybody.read_again(0))
    await until(lambda: world.people.asked["everybody"] == 2)
    late = RosterChanged(epoch="first", version=2, patch={"ghost": online()})
    world.bus.publish("presence", late.model_dump_json())
    await world.drained()
    gate.set()
    await reading
    await until(lambda: kept(world) == {"ann": online()})


async def test_while_the_roster_is_away_what_is_heard_is_shown_and_later_all(
    world: HubWorld,
) -> None:
    world.show({"ann": online(), "bob": online()})
    topic, ada = await ask(world, limit=50)
    world.people.away = True
    world.show({"ann": None}, quietly=True)
    world.show({"bob": online("busy")})
    await until(lambda: ada.states[topic]["people"]["bob"]["status"] == "busy")
    world.people.away = False
    async with healing(world):
        await until(lambda: kept(world) == {"bob": online("busy")})
    await until(lambda: ada.states[topic]["people"] == world.people.online)


async def test_a_first_question_fails_while_the_roster_is_away(world: HubWorld) -> None:
    world.show({"ann": online()})
    world.people.away = True
    with pytest.raises(Unreachable):
        await ask(world, limit=50)
    assert kept(world) == {}
    assert "presence" not in world.listening()
    world.people.away = False
    topic, ada = await ask(world, limit=50)
    assert ada.states[topic]["total"] == 1


async def test_nobody_is_kept_once_nobody_asks(
    world: HubWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lobby.hub.windows.KEPT_SECONDS", 0.0)
    world.show({f"p{n}": online() for n in range(50)})
    _, ada = await ask(world, limit=5)
    async with healing(world):
        world.hub.leave(ada)
        await until(lambda: not kept(world))
        await until(lambda: "presence" not in world.listening())
        world.show({"p0": None})
        topic, ben = await ask(world, limit=5)
        assert ben.states[topic]["total"] == 49
