"""Lists are watched by questions; nonsense is refused with its path, and nothing of it is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest

from lobby.hub.subscribers import MOST_QUESTIONS, QUESTIONS_BURST
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.people import new_host
from tests.support.queries import asked
from tests.support.server_thread import Served, serving
from tests.support.waiting import until

SORTS = {"sessions": "-created", "people": "name"}
UUID = "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(window_limit=200, list_limit=3) as served:
        yield served


async def test_where_fewer_are_shown_than_usual_a_question_without_a_limit_is_for_so_many() -> None:
    with serving(window_limit=7) as small:
        async with await Client.connect(small.url) as client:
            for named in ("sessions", "people"):
                said = await client.command("watch", topic=named, sort=SORTS[named])
                same = await client.command("watch", topic=named, sort=SORTS[named], limit=7)
                assert said["topic"] == same["topic"]
                with pytest.raises(Refused, match="malformed"):
                    await client.command("watch", topic=named, limit=8)


def windows(served: Served) -> int:
    async def count() -> int:
        return len(served.lobby.hub.queries.lists["sessions"].windows)

    return served.do(count())


async def watch(client: Client, **question: Any) -> str:
    """The topic, once its state is there."""
    said = await client.command("watch", topic="sessions", **question)
    topic: str = said["topic"]
    await client.until(lambda: client.states[topic])
    return topic


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown field": ({"filter": {"mode": "duel"}}, "watch.filter.mode"),
    "an operator": ({"filter": {"$or": []}}, "watch.filter.$or"),
    "a text": ({"filter": "free > 1"}, "watch.filter"),
    "a list": ({"filter": []}, "watch.filter"),
    "a number as text": ({"filter": {"free": "1"}}, "watch.filter.free"),
    "a flag as number": ({"filter": {"free": True}}, "watch.filter.free"),
    "a number as flag": ({"filter": {"full": 1}}, "watch.filter.full"),
    "a text as flag": ({"filter": {"full": "true"}}, "watch.filter.full"),
    "not welcome": ({"filter": {"welcome": False}}, "watch.filter.welcome"),
    "null": ({"filter": {"region": None}}, "watch.filter.region"),
    "an empty list": ({"filter": {"region": []}}, "watch.filter.region"),
    "a list too long": ({"filter": {"region": ["x"] * 65}}, "watch.filter.region"),
    "uuids too many": ({"filter": {"host": [UUID] * 101}}, "watch.filter.host"),
    "no uuid": ({"filter": {"with": "ada"}}, "watch.filter.with"),
    "an unknown entry": ({"filter": {"entry": "ajar"}}, "watch.filter.entry"),
    "an empty range": ({"filter": {"free": {}}}, "watch.filter.free"),
    "a range upside down": ({"filter": {"free": {"min": 2, "max": 1}}}, "watch.filter.free"),
    "a range of text": ({"filter": {"free": {"min": "1"}}}, "watch.filter.free.min"),
    "another bound": ({"filter": {"free": {"above": 1}}}, "watch.filter.free.above"),
    "no text": ({"filter": {"name": ""}}, "watch.filter.name"),
    "a text too long": ({"filter": {"name": "x" * 65}}, "watch.filter.name"),
    "an object": ({"filter": {"attributes": {"a": {"b": 1}}}}, "watch.filter.attributes.a.b"),
    "deep": ({"filter": {"attributes": {"a": [[[1]]]}}}, "watch.filter.attributes.a.0"),
    "not nothing": ({"filter": {"region": {"not": []}}}, "watch.filter.region.not"),
    "too many": ({"filter": {"attributes": {f"a{n}": 1 for n in range(17)}}}, "watch.filter"),
    "too large": ({"filter": {"attributes": {"a": ["x" * 64] * 64}}}, "watch.filter"),
    "a key too long": ({"filter": {"attributes": {"x" * 65: 1}}}, "watch.filter.attributes"),
    "an unknown sort": ({"sort": "rank"}, "watch.sort"),
    "two sorts": ({"sort": ["free", "name"]}, "watch.sort"),
    "no limit": ({"limit": 0}, "watch.limit"),
    "a limit too high": ({"limit": 201}, "watch.limit"),
    "a limit as text": ({"limit": "10"}, "watch.limit"),
    "a limit as flag": ({"limit": True}, "watch.limit"),
    "a part": ({"limit": 1.5}, "watch.limit"),
}


@pytest.mark.parametrize("name", BAD)
async def test_nonsense_is_refused_with_its_path_and_nothing_of_it_is_kept(
    served: Served, name: str
) -> None:
    said, path = BAD[name]
    before = windows(served)
    async with await RecordedChannel.connect(served.url, anonymous=True) as client:
        with pytest.raises(Refused) as no:
            await client.command("watch", topic="sessions", **said)
        assert no.value.code == "malformed"
        assert no.value.message.startswith(path), no.value.message
        assert windows(served) == before
        # In a batch too: all of it, or the one that asks for too much.
        told = await refused(client, topics=[{"topic": "sessions", **said}])
        assert told.startswith((path.replace("watch.", "watch.topics.0."), "watch.limit"))
        assert windows(served) == before


async def refused(client: Client, **said: Any) -> str:
    """The message of the refusal, of the command or of its first topic."""
    try:
        answered = await client.command("watch", **said)
    except Refused as no:
        return no.message
    message: str = answered["topics"][0]["message"]
    return message


@pytest.mark.parametrize(
    "filter",
    ['{"a":' * 3_000 + "1" + "}" * 3_000, "[" * 3_000 + "]" * 3_000, '{"free":1e999}', "NaN"],
    ids=["deep object", "deep list", "beyond numbers", "no number"],
)
async def test_a_text_that_is_no_question_is_refused(served: Served, filter: str) -> None:
    async with await RecordedChannel.connect(served.url, anonymous=True) as client:
        await client.socket.send(
            f'{{"type":"watch","id":"odd","topic":"sessions","filter":{filter}}}'
        )
        await client.until(lambda: client.frames[-1].get("code") == "malformed")
        await client.command("ping")


TYPES: list[tuple[Any, set[str]]] = [
    (1, {"1", "list"}),
    ("1", {"text"}),
    (True, {"true"}),
    (1.0, {"1", "list"}),
    (["y", 1], {"1", "list"}),
    ("x", {"list"}),
    (None, {"null"}),
]


async def test_one_the_text_one_and_true_are_three_values(served: Served) -> None:
    host = await new_host(served.url)
    asked = {"1": 1, "text": "1", "true": True, "list": ["x", 1], "null": None}
    async with await host.connect() as client:
        topics = {
            name: await watch(client, filter={"host": host.uuid, "attributes": {"mode": mode}})
            for name, mode in asked.items()
        }

        def shown(id: str) -> set[str]:
            return {n for n, t in topics.items() if id in client.states[t]["sessions"]}

        for mode, expected in TYPES:
            attributes = {} if mode is None else {"mode": mode}
            launched = await client.command("session.launch", attributes=attributes)
            id = launched["session"]["id"]
            await client.until(partial(lambda id, e: shown(id) == e, id, expected))
            await client.command("session.close", session=id)
            await client.until(partial(lambda id: not shown(id), id))


async def test_a_connection_that_ends_leaves_no_question_behind_but_for_a_while(
    served: Served,
) -> None:
    async with await RecordedChannel.connect(served.url, anonymous=True) as client:
        for limit in range(1, MOST_QUESTIONS + 1):
            await watch(client, limit=limit)
        with pytest.raises(Refused) as no:
            await client.command("watch", topic="sessions", limit=100)
        assert no.value.code == "list_full"
        topic = next(iter(client.states))
        assert (await client.command("unwatch", topic=topic)) == {"topic": topic}
        await watch(client, limit=100)

    async def forget() -> int:
        of_sessions = served.lobby.hub.queries.lists["sessions"].windows
        for window in of_sessions._unwatched:
            of_sessions._unwatched[window] = 0.0
        served.lobby.hub.queries.sweep()
        return len(of_sessions)

    await until(lambda: served.do(forget()) == 0)


async def test_a_question_each_millisecond_is_soon_too_many(served: Served) -> None:
    async with await RecordedChannel.connect(served.url, anonymous=True) as client:
        most = 2 * QUESTIONS_BURST
        for limit in range(1, most + 1):  # none waits for its answer: a machine may be slow
            topic = asked("sessions", limit=limit).topic_for("")
            said = {"id": f"w{limit}", "topic": "sessions", "limit": limit}
            await client.say({"type": "watch", **said})
            await client.say({"type": "unwatch", "id": f"u{limit}", "topic": topic})
        await client.until(lambda: any(f.get("re") == f"u{most}" for f in client.frames))
        refused = [f for f in client.frames if f["type"] == "refusal"]
        assert refused
        assert {no["code"] for no in refused} == {"too_many"}
        assert all(no["retry_after"] for no in refused)
        await asyncio.sleep(refused[-1]["retry_after"])
        await watch(client, limit=most + 1)


async def test_what_is_about_oneself_needs_an_identity(served: Served) -> None:
    async with await RecordedChannel.connect(served.url) as spectator:
        await watch(spectator, filter={"free": 1})
        for filter in ({"host": "friends"}, {"welcome": True}):
            with pytest.raises(Refused) as no:
                await spectator.command("watch", topic="sessions", filter=filter)
            assert no.value.code == "forbidden"


async def test_the_name_of_a_topic_alone_says_nothing(served: Served) -> None:
    host = await new_host(served.url)
    async with await host.connect() as client:
        topic = await watch(client, limit=7)
        with pytest.raises(Refused, match="topic_not_found: ask the question again"):
            await client.command("watch", topic=topic)
    async with await RecordedChannel.connect(served.url) as spectator:
        with pytest.raises(Refused, match="topic_not_found: ask the question again"):
            await spectator.command("watch", topic=topic)


async def test_a_long_list_is_watched_with_a_limit(served: Served) -> None:
    hosts = [await new_host(served.url) for _ in range(4)]
    clients = [await host.connect() for host in hosts]
    ids = [(await one.command("session.launch"))["session"]["id"] for one in clients]
    with pytest.raises(Refused) as no:
        await clients[0].command("watch", topic="sessions")
    assert no.value.code == "list_too_large"
    assert "`limit`" in no.value.message
    topic = await watch(clients[0], limit=2)
    await clients[0].until(lambda: clients[0].states[topic]["total"] == 4)
    assert set(clients[0].states[topic]["sessions"]) == set(ids[-2:])
    for client, id in zip(clients, ids, strict=True):
        await client.command("session.close", session=id)
        await client.close()


async def may_join(client: Client, id: str) -> bool:
    said = await client.command("session.ask", sessions=[id])
    return said["sessions"].get(id, {}).get("may") in ("join", "password")


async def test_welcome_is_what_asking_would_say(served: Served) -> None:
    host, guest = await new_host(served.url), await new_host(served.url)
    nameless = await RecordedChannel.connect(served.url, anonymous=True)
    async with await host.connect() as leads, await guest.connect() as named, nameless:
        people = [named, nameless]
        topics = [await watch(one, filter={"welcome": True}) for one in people]
        id = (await leads.command("session.launch"))["session"]["id"]
        acts: list[tuple[str, dict[str, Any]]] = [
            ("host.befriend", {"friend": guest.uuid}),
            ("host.unfriend", {"friend": guest.uuid}),
            ("host.set", {"only_friends": False}),
            ("host.set", {"allow_nonames": True}),
            ("session.update", {"session": id, "password": "sesame"}),
            ("session.update", {"session": id, "entry": "invited"}),
            ("session.invite", {"session": id, "guest": nameless.uuid}),
            ("session.update", {"session": id, "entry": "open"}),
            ("session.kick", {"session": id, "guest": guest.uuid, "for_s": 600}),
            ("session.pardon", {"session": id, "guest": guest.uuid}),
            ("host.ban", {"guest": guest.uuid}),
            ("host.unban", {"guest": guest.uuid}),
        ]
        seen = set()
        for act, said in acts:
            with suppress(Refused):  # whoever sits nowhere is kept out all the same
                await leads.command(act, **said)
            for one, topic in zip(people, topics, strict=True):
                expected = await may_join(one, id)
                await one.until(partial(shows, one, topic, id, expected))
                seen.add(expected)
        assert seen == {True, False}


def shows(client: Client, topic: str, id: str, expected: bool) -> bool:
    return (id in client.states[topic]["sessions"]) is expected
