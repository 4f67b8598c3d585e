"""What is read at the end of a run, from the store and from fresh connections, for the checkers."""

from __future__ import annotations

from tests.chaos.hall import read_logs, read_seats
from tests.chaos.people import Channel
from tests.chaos.world import World
from tests.support.channel_client import Client, Refused
from tests.support.people import call


async def read_back(world: World) -> None:
    """What was added: friends by HTTP, chats from their beginning; the logs of sessions; who sits
    where in the end, and whom hosts have banned."""
    for id, lines in (await read_logs(world)).items():
        world.history.add("log", what=id, value=lines)
    for one in world.people:
        answer = await call(world.urls[0], "GET", f"/hosts/{one.uuid}", headers=one.person.headers)
        for what, key in (("friends", "friends"), ("bans", "banlist")):
            there = [uuid.lower() for uuid in answer.json()[key]]
            world.history.add("read", what=f"{what}:{one.uuid}", value=there)
    for id, seats in (await read_seats(world)).items():
        world.history.add("stood", what=id, value=seats)
    for one in world.people:
        for topic in [topic for topic in one.watched if topic.startswith("chat:")]:
            await read_chat(world, one, topic)


async def read_chat(world: World, one: Channel, topic: str) -> None:
    client = Client(world.urls[0])
    client.token = one.person.token
    await client.open()
    try:
        newest = (await client.command("watch", topic=topic, after=0))["cursor"]
        await client.until(lambda: not newest or newest in client.entries.get(topic, {}))
    except Refused:
        return  # its session is over, or they sit in it no longer
    finally:
        await client.close()
    if len(client.entries.get(topic, {})) == newest:  # else some have been trimmed
        lines = [entry["text"] for entry in client.entries.get(topic, {}).values()]
        world.history.add("read", what=topic, value=lines)
