"""A deployment of the lobby: one process, or two that share a Redis and a PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.postgres_pair import PostgresPair
from tests.support.processes import LobbyProcess
from tests.support.redis_groups import RedisClusterGroup, SentinelGroup
from tests.support.services import PostgresServer, RedisServer

GRACE_SECONDS = 1
"""For which a seat is kept, so that stories need not wait long until it is free."""
SECRET = "stories-are-signed-with-this-key-0123456789"


@dataclass
class Deployment:
    """Two addresses of one lobby; with a single process they are the same."""

    here: LobbyProcess
    there: LobbyProcess


def two_processes(
    request: pytest.FixtureRequest, home_factory: pytest.TempPathFactory, **settings: Any
) -> Iterator[Deployment]:
    redis = request.getfixturevalue("redis_server")
    postgres = request.getfixturevalue("postgres_server")
    yield from over(redis, postgres, home_factory, **settings)


def over(
    redis: RedisServer | RedisClusterGroup | SentinelGroup,
    postgres: PostgresServer | PostgresPair,
    home_factory: pytest.TempPathFactory,
    *,
    there: dict[str, str] | None = None,
    **settings: object,
) -> Iterator[Deployment]:
    """Two processes over one Redis and a new database. `there`: more of the environment of the
    second."""
    shared: dict[str, Any] = {
        "database_url": asyncio.run(postgres.new_database()),
        "redis_url": redis.url,
        "redis_prefix": f"story-{home_factory.mktemp('prefix').name}:",
        "secret": SECRET,
        "grace_seconds": GRACE_SECONDS,
        **settings,
    }
    pair = [LobbyProcess(home_factory.mktemp("lobby"), **shared) for _ in range(2)]
    pair[1].more = there or {}
    for process in pair:
        process.start()
    yield Deployment(*pair)
    for process in pair:
        process.remove()
