"""The roster is sent, and asked, up to limits, and a quarter more to those who watch it already."""

from __future__ import annotations

from lobby.hub import Snapshot
from lobby.live_queries import query_of
from protocol.queries import read_query
from tests.support.hub import Frame, HubWorld, Recorder, hub_world
from tests.support.waiting import until


def online() -> Frame:
    return {"name": "N", "status": "online", "since": 1.0}


async def test_the_whole_roster_is_watched_up_to_its_limit_and_a_quarter_more() -> None:
    async with hub_world(roster_limit=8) as world:
        world.source.snapshots["presence"] = snapshot(world)
        page = await world.watch("presence")
        for n in range(10):
            world.show({f"p{n}": online()})
        await until(lambda: len(page.states["presence"]) == 10)
        world.show({"p10": online()})
        await until(lambda: "presence" not in page.states)
        assert page.frames[-1] == {"type": "ended", "topic": "presence", "code": "roster_too_large"}
        assert not world.hub.watching(page)


async def test_questions_about_people_are_answered_up_to_a_limit_of_their_own() -> None:
    async with hub_world(people_limit=8) as world:
        world.source.snapshots["presence"] = snapshot(world)
        whole, asker = await world.watch("presence"), Recorder("ada")
        world.hub.enter(asker)
        query = query_of(read_query("people", limit=3))
        topic = await world.hub.queries.open(query, asker, known=None)
        await world.hub.queries.join(topic, asker, known=None)
        for n in range(10):
            world.show({f"p{n}": online()})
        await until(lambda: asker.states[topic]["total"] == 10)
        world.show({"p10": online()})
        await until(lambda: topic not in asker.states)
        assert asker.frames[-1] == {"type": "ended", "topic": topic, "code": "roster_too_large"}
        assert not world.hub.watching(asker)
        await until(lambda: len(whole.states["presence"]) == 11)
        assert not world.hub.queries.lists["people"].windows.followers()


def snapshot(world: HubWorld) -> Snapshot:
    return Snapshot(dict(world.people.online), epoch="first", version=world.people.at[0].version)
