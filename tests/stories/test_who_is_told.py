"""Every door that may tell that somebody is online, with each value of `LOBBY_SEEN_BY`.

Every operation that reads is asked while somebody is offline and again while they are online, by
nobody in particular, by a stranger and by a friend; every topic is watched by them meanwhile. What
differs tells. An operation or a topic that is new, and has no decision here, fails.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from protocol import topics
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import PLAIN, openapi
from tests.support.people import Person, new_user
from tests.support.player_services import GAME
from tests.support.server_status import API
from tests.support.server_thread import Served, serving
from tests.support.waiting import until

WHO, COUNT, NOTHING = "who", "how many", "nothing"
VIEWERS = ("nobody", "stranger", "friend")
Told = tuple[str, str, str]
"""What each of the viewers is told."""

NAMED_TO_ALL, NAMED_TO_SIGNED_IN = (WHO, WHO, WHO), (NOTHING, WHO, WHO)
NAMED_TO_FRIENDS, COUNTED = (NOTHING, NOTHING, WHO), (COUNT, COUNT, COUNT)
SILENT = (NOTHING, NOTHING, NOTHING)

OPERATIONS: dict[str, tuple[Told, Told]] = {
    # With `everybody`, and with `friends`.
    "/presence": (COUNTED, COUNTED),
    "/presence/{uuid}": (NAMED_TO_SIGNED_IN, NAMED_TO_FRIENDS),
    "/friends/presence": (NAMED_TO_FRIENDS, NAMED_TO_FRIENDS),
    "/api/users": (NAMED_TO_ALL, NAMED_TO_FRIENDS),
    "/api/users/{user}": (NAMED_TO_ALL, NAMED_TO_FRIENDS),
    "/api/users/{user}/online": (NAMED_TO_ALL, NAMED_TO_FRIENDS),
    "/api/users/{user}/is-online": (NAMED_TO_ALL, NAMED_TO_FRIENDS),
    "/api/server": (NAMED_TO_ALL, COUNTED),
    "/api/server/players": (NAMED_TO_ALL, COUNTED),
    "/api/server/players/sample": (NAMED_TO_ALL, SILENT),
    "/api/server/players/count": (COUNTED, COUNTED),
    "/api/server/players/online": (COUNTED, COUNTED),
}
"""Those that tell; all others tell nothing."""
NOT_ASKED = {
    "/hosts/access_token/renew": "gives a new token",
    "/hosts/{host}/access_token": "gives a token, for the host's own key",
    "/session/v1/audit": "of the caller's own game host, one entry of the request itself",
    "/config/v1/time/utc": "the time",
}
OF_ONE_PERSON = ("uuid", "user", "host", "player_uuid", "player_id")
"""Parameters that name a person."""
OF_NOBODY = {
    *("allocation_id", "id", "instance_id", "instance_launch_template_id", "key", "platform"),
    *("instance_request_template_id", "notification_id", "platform_session_id_base64", "rank_id"),
    *("request_id", "session", "session_id", "session_type", "setting_type_id"),
    *("setting_version_id", "slot", "template_group_id"),
}
"""Parameters that name none."""

TOPICS: dict[str, tuple[Told, Told]] = {
    "PRESENCE": (NAMED_TO_ALL, SILENT),
    "PEOPLE": (NAMED_TO_ALL, SILENT),
    "PRESENCE_COUNT": (COUNTED, COUNTED),
    "person": (NAMED_TO_SIGNED_IN, NAMED_TO_FRIENDS),
    "FRIENDS": (NAMED_TO_FRIENDS, NAMED_TO_FRIENDS),
    "SESSIONS": (SILENT, SILENT),
    "host": (SILENT, SILENT),
    "INBOX": (SILENT, SILENT),
}
OF_SESSIONS = {
    "session": "who sits in it, whether they are connected or not",
    "chat": "what was said",
    "queue": "the ticket of those who watch it",
}
NOT_ON_THE_CHANNEL = {
    "ACCOUNTS", "friends", "inbox", "session_events", "client_events", "trail", "instance",
}  # fmt: skip
NO_NAMES = {"is_personal", "split", "public_name"}


@pytest.fixture(scope="module", params=["everybody", "friends"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    settings = {"seen_by": request.param, "anonymous_access": True, "catalogue": str(GAME)}
    with serving(grace_seconds=1, **settings) as one:
        yield one


@dataclass
class Asking:
    """`other` comes online; a friend and they list each other."""

    served: Served
    stranger: Person
    friend: Person
    other: Person
    at_server_status: dict[str, dict[str, str]]

    @property
    def at(self) -> int:
        """Of the decisions, which counts."""
        return ("everybody", "friends").index(self.served.lobby.settings.seen_by)

    @property
    def viewers(self) -> dict[str, Person | None]:
        return dict(zip(VIEWERS, (None, self.stranger, self.friend), strict=True))

    @asynccontextmanager
    async def online(self) -> AsyncIterator[None]:
        async with await self.other.connect():
            await self.counted(1)
            yield

    async def counted(self, many: int) -> None:
        async def are() -> bool:
            said = await self.stranger.call("GET", "/presence")
            return bool(said.json()["online"] == many)

        await until(are)

    async def answers(self) -> dict[tuple[str, str], str]:
        """By operation and viewer."""
        return {
            (path, name): await self._answer(path, viewer)
            for path in asked()
            for name, viewer in self.viewers.items()
        }

    async def _answer(self, path: str, viewer: Person | None) -> str:
        other = self.other
        number = (await self._number()) if "{player_id}" in path else 0
        named = {"user": other.name, "player_id": number}
        url = re.sub(r"\{(\w+)\}", lambda found: str(named.get(found[1], other.uuid)), path)
        headers = self._headers(viewer, path) if viewer else {}
        async with httpx2.AsyncClient(base_url=self.served.url, **PLAIN) as http:
            said = await http.get(url, headers=headers)
        return f"{said.status_code} {said.text}"

    def _headers(self, viewer: Person, path: str) -> dict[str, str]:
        return self.at_server_status[viewer.uuid] if path.startswith(API) else viewer.headers

    async def _number(self) -> int:
        lobby = self.served.lobby
        return self.served.do(lobby.accounts.get(self.other.uuid)).number


@pytest.fixture
async def asking(served: Served) -> Asking:
    stranger, friend, other = [await new_user(served.url) for _ in range(3)]
    for one, two in ((friend, other), (other, friend)):
        async with await one.connect() as client:
            await client.command("host.befriend", friend=two.uuid)
    ids = {one.uuid: await one.at_server_status() for one in (stranger, friend)}
    made = Asking(served, stranger, friend, other, ids)
    await made.counted(0)
    return made


def asked() -> list[str]:
    """Every operation that reads, but for those that wait for news or are not asked."""
    document: Any = openapi().content
    reads = [path for path, operations in document["paths"].items() if "get" in operations]
    return [path for path in reads if path not in NOT_ASKED and not path.endswith("/lp")]


def told(before: str, after: str) -> str:
    if before == after:
        return NOTHING
    return COUNT if re.sub(r"\d+", "#", before) == re.sub(r"\d+", "#", after) else WHO


def test_each_parameter_of_an_operation_names_a_person_or_nobody() -> None:
    parameters = {name for path in asked() for name in re.findall(r"\{(\w+)\}", path)}
    assert parameters - OF_NOBODY - set(OF_ONE_PERSON) == set()
    assert OPERATIONS.keys() <= set(asked())


async def test_each_operation_tells_who_is_online_to_whom_it_is_decided(asking: Asking) -> None:
    before = await asking.answers()
    async with asking.online():
        after = await asking.answers()
    found = {
        path: tuple(told(before[path, name], after[path, name]) for name in VIEWERS)
        for path in asked()
    }
    assert found == {path: OPERATIONS.get(path, (SILENT, SILENT))[asking.at] for path in asked()}


def test_every_topic_is_decided() -> None:
    names = {name for name, value in vars(topics).items() if name.isupper() or _makes_name(value)}
    decided = TOPICS.keys() | OF_SESSIONS.keys() | NOT_ON_THE_CHANNEL | NO_NAMES
    assert names == decided


def _makes_name(value: object) -> bool:
    return inspect.isfunction(value) and value.__module__ == topics.__name__


async def test_each_topic_tells_who_is_online_to_whom_it_is_decided(asking: Asking) -> None:
    clients = [await Client.connect(asking.served.url)]
    clients += [await one.connect() for one in (asking.stranger, asking.friend)]
    await asking.counted(2)
    watching = [Watching(client, await watched(client, asking.other)) for client in clients]
    before = [one.shown() for one in watching]
    other = await asking.other.connect()
    decided = {name: said[asking.at] for name, said in TOPICS.items()}

    def found() -> dict[str, Told]:
        now = [one.shown() for one in watching]
        changes = {
            name: [told(old[name], new[name]) for old, new in zip(before, now, strict=True)]
            for name in TOPICS
        }
        return {name: (one, two, three) for name, (one, two, three) in changes.items()}

    await until(lambda: found() == decided, story=found)
    await asyncio.gather(*(client.close() for client in (*clients, other)))


@dataclass
class Watching:
    """`topics`: as frames name them; None where it was refused."""

    client: Client
    topics: dict[str, str | None]

    def shown(self) -> dict[str, str]:
        states = self.client.states
        return {
            name: json.dumps(states.get(topic or ""), sort_keys=True)
            for name, topic in self.topics.items()
        }


async def watched(client: Client, other: Person) -> dict[str, str | None]:
    """Each topic that is about nobody's session."""
    asked = {name: getattr(topics, name) for name in TOPICS if name.isupper()}
    asked |= {"person": f"presence:{other.uuid}", "host": topics.host(other.uuid)}
    found: dict[str, str | None] = {}
    for name, topic in asked.items():
        more: dict[str, Any] = {"limit": 50} if topic == topics.PEOPLE else {}
        try:
            found[name] = (await client.command("watch", topic=topic, **more))["topic"]
        except Refused:
            found[name] = None
    documents = [one for one in found.values() if one not in (None, topics.INBOX)]
    await client.until(lambda: all(one in client.states for one in documents))
    return found
