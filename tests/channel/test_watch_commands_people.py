"""People are watched by a question, as sessions are: never whole, nor where nobody may see all."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.people import new_user
from tests.support.server_thread import Served, serving


@pytest.fixture
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


async def watch(client: Client, **question: Any) -> str:
    said = await client.command("watch", topic="people", **question)
    topic: str = said["topic"]
    await client.until(lambda: client.states[topic])
    return topic


def shows(client: Client, topic: str, *people: str) -> bool:
    return set(client.states[topic]["people"]) == set(people)


async def test_who_is_online_comes_changes_and_goes(served: Served) -> None:
    ada, ben = await new_user(served.url, "AdaLovelace"), await new_user(served.url, "Ben")
    async with await ada.connect() as client:
        everybody = await watch(client)
        named = await watch(client, filter={"name": "LOVE"}, limit=1)
        busy = await watch(client, filter={"status": ["busy", "playing"]}, sort="-since")
        newest = await watch(client, sort="-since", limit=1)
        assert shows(client, named, ada.uuid)
        async with await ben.connect() as other:
            await client.until(partial(shows, client, everybody, ada.uuid, ben.uuid))
            await client.until(partial(shows, client, newest, ben.uuid))
            await other.command("presence.set", status="busy")
            await client.until(partial(shows, client, busy, ben.uuid))
            await other.command("presence.set", status="invisible")
            await client.until(partial(shows, client, everybody, ada.uuid))
            assert client.states[everybody]["total"] == 1
            await other.command("presence.set", status="online")
            await client.until(partial(shows, client, everybody, ada.uuid, ben.uuid))
        await client.until(partial(shows, client, newest, ada.uuid))
        assert shows(client, busy)
        assert client.gaps == 0


@pytest.mark.parametrize(
    ("said", "path"),
    [
        ({"filter": {"status": "invisible"}}, "watch.filter.status"),
        ({"filter": {"free": 1}}, "watch.filter.free"),
        ({"sort": "-name"}, "watch.sort"),
        ({"limit": 0}, "watch.limit"),
    ],
)
async def test_nonsense_about_people_is_refused_with_its_path(
    served: Served, said: dict[str, Any], path: str
) -> None:
    ada = await new_user(served.url)
    async with await ada.connect() as client:
        with pytest.raises(Refused) as no:
            await client.command("watch", topic="people", **said)
        assert no.value.code == "malformed"
        assert no.value.message.startswith(path)


async def test_people_are_shown_to_friends_alone_where_it_is_so() -> None:
    with serving(seen_by="friends") as served:
        ada = await new_user(served.url)
        async with await ada.connect() as client:
            with pytest.raises(Refused) as no:
                await client.command("watch", topic="people", limit=5)
            assert no.value.code == "forbidden"


async def test_too_many_people_are_asked_nothing() -> None:
    with serving(people_limit=1) as served:
        ada, ben = await new_user(served.url), await new_user(served.url)
        async with await ben.connect() as first, await ada.connect() as client:
            await first.watch("presence:count")
            await first.until(lambda: first.states["presence:count"]["online"] == 2)
            with pytest.raises(Refused) as no:
                await client.command("watch", topic="people", limit=5)
            assert no.value.code == "roster_too_large"


async def test_the_whole_roster_may_be_too_large_where_questions_are_answered() -> None:
    with serving(roster_limit=1) as served:
        ada = await new_user(served.url)
        ben, cat = await new_user(served.url), await new_user(served.url)
        async with await ada.connect() as client:
            await client.watch("presence")
            topic = await watch(client, limit=5)
            async with await ben.connect(), await cat.connect():
                await client.until(lambda: client.ended["presence"] == "roster_too_large")
                await client.until(lambda: client.states[topic]["total"] == 3)
