"""Every operation of every HTTP door that changes something, to be sent with an Idempotency-Key."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from typing import Any

import httpx2
import pytest

from lobby import idempotency
from lobby.api.dialect import Row
from lobby.api.idempotency_key import UNSAFE
from persistence import urls
from persistence.ports import Store
from persistence.store.plan import Plan
from persistence.store.sql_store import SqlStore
from tests.api import good_requests as hosts_and_users
from tests.api.player_services import good_requests as player_services
from tests.api.server_status import good_requests as server_status
from tests.support.callers import ApiCaller
from tests.support.player_services import ACTORS, Callers, player_services_server
from tests.support.server_thread import Served

ROWS: dict[str, Row] = {
    **hosts_and_users.ROWS,
    **server_status.ROWS,
    **player_services.ROWS,
}
CHANGING = {name: row for name, row in ROWS.items() if row.method in UNSAFE}
ANYBODYS = {name for name, row in CHANGING.items() if row.needs.open}
"""They have no caller whose key it would be, and their replies are secrets."""
ENDING = {"POST /api/deauth"}
"""They end the token that they are sent with, so that a repeat is nobody's."""
KEYED = sorted(set(CHANGING) - ANYBODYS - ENDING)
EVERYBODY = "DELETE /api/users"
keys = count(1)


@dataclass
class Keyed:
    """A request, and the key that it is sent with."""

    http: httpx2.Client
    method: str
    url: str
    query: dict[str, Any]
    content: bytes
    headers: dict[str, str]
    key: str

    def send(self, *, more: bytes = b"") -> httpx2.Response:
        """`more`: behind the body, which makes it another text of the same meaning."""
        return self.http.request(
            self.method,
            self.url,
            params=self.query,
            content=self.content + more,
            headers={
                "Content-Type": "application/json",
                **self.headers,
                "Idempotency-Key": self.key,
            },
        )

    def under(self, key: str) -> Keyed:
        return replace(self, key=key)


class Requests:
    """One new good request for any operation, by somebody who may make it."""

    def __init__(self, http: httpx2.Client, callers: Callers) -> None:
        self.http, self.callers = http, callers
        self.users = server_status.Callers(callers.served)
        callers.people = self.users.people

    def get(self, name: str) -> Keyed:
        if name == EVERYBODY:
            self._prepared(EVERYBODY).send()  # so that each time there are as many left
        return self._prepared(name)

    def _prepared(self, name: str) -> Keyed:
        good, caller = self._good(name)
        method, _, path = name.partition(" ")
        body = None if good.json is None else json.dumps(good.json)
        return Keyed(
            self.http,
            method,
            path.format(**good.path),
            getattr(good, "query", {}),
            (body or "").encode(),
            caller.headers,
            f"key-{next(keys)}",
        )

    def _good(self, name: str) -> tuple[Any, Any]:
        if name in hosts_and_users.ROWS:
            person = self._user()
            return hosts_and_users.GOOD[name](self.users.people, person), person
        if name in server_status.ROWS:
            admin = self.users.get("admin")
            return server_status.GOOD[name](self.users, admin), admin
        line = player_services.LINES[name]
        statuses = dict(zip(ACTORS, line.outcomes.split(), strict=True))
        able = [actor for actor in ("player", *ACTORS) if statuses[actor].startswith("2")]
        caller = self.callers.get(able[0] if able else "boss")
        return line.good(self.callers, caller), caller

    def _user(self) -> ApiCaller:
        """A new one, without a password, whom everybody may join."""
        people, account = self.users.people, self.users.user()
        people.welcome_all(account)
        return ApiCaller("self user", people.token(account), account, account)


def _everything() -> Plan[list[tuple[str, str, int]]]:
    documents = yield "SELECT kind, key, version FROM documents", ()
    return sorted((str(kind), str(key), int(version)) for kind, key, version in documents)


def documents_of(served: Served) -> list[tuple[str, str, int]]:
    """Every document, and how often it was changed."""
    store: Any = served.lobby.store
    return served.do(sql_store(store)._read(_everything()))


def _texts() -> Plan[str]:
    commands = yield "SELECT id, digest, outcome FROM commands", ()
    documents = yield "SELECT body FROM documents", ()
    return "\n".join(str(cell) for row in [*commands, *documents] for cell in row)


def everything_kept(served: Served) -> str:
    """All documents, and all that is kept of commands."""
    store: Any = served.lobby.store
    return served.do(sql_store(store)._read(_texts()))


def sql_store(store: Any) -> SqlStore:
    found = store.inner if isinstance(store, FatalStore) else store
    assert isinstance(found, SqlStore)
    return found


def differences(
    before: list[tuple[str, str, int]], after: list[tuple[str, str, int]]
) -> list[tuple[str, int]]:
    """The kinds of what was changed between the two, and how often; deleted: below zero."""
    then, now = [{(kind, key): version for kind, key, version in one} for one in (before, after)]
    return sorted(
        (kind, 1 if kind in WORKED else now.get((kind, key), -1) - then.get((kind, key), 0))
        for kind, key in then.keys() | now.keys()
        if then.get((kind, key)) != now.get((kind, key))
        and kind not in PASSING
        and not (kind in WORKED and then.get((kind, key)) and now.get((kind, key)))
    )


PASSING = ("rank_update", "family", "order")
"""Kinds of documents that come and go behind what was asked for."""
WORKED = ("submission",)
"""Kinds that a worker changes further, at any time."""


class Killed(BaseException):
    """As if the process had been killed here."""


class FatalStore:
    """The real store; the process of a request with a key dies behind its n-th write."""

    def __init__(self, store: Store) -> None:
        self.inner, self.dies_behind, self.writes = store, 0, 0

    def die(self, *, behind: int) -> None:
        self.dies_behind, self.writes = behind, 0

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self.inner, name)
        if name not in ("put", "delete", "append", "remember", "settle"):
            return call  # type: ignore[no-any-return]

        async def fatal(*args: Any, **options: Any) -> Any:
            result = await call(*args, **options)
            if self.dies_behind and (_under_way() or name in ("remember", "settle")):
                self.writes += 1
                if self.writes == self.dies_behind:
                    self.dies_behind = 0
                    raise Killed
            return result

        return fatal


def _under_way() -> bool:
    command = idempotency._CARRIED.get()
    return command is not None and command.task is asyncio.current_task()


@contextmanager
def requests_for_all_doors() -> Iterator[tuple[Requests, FatalStore]]:
    """One server with all doors; its store can kill it."""
    opened: list[FatalStore] = []

    async def fatal(*args: Any, **options: Any) -> Any:
        opened.append(FatalStore(await urls.open_store(*args, **options)))
        return opened[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lobby.main.open_store", fatal)
        with (
            player_services_server() as (_, callers),
            httpx2.Client(base_url=callers.served.url, timeout=20) as http,
        ):
            yield Requests(http, callers), opened[0]
