"""The deployments in which every story must come out the same."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.processes import LobbyProcess
from tests.services import PostgresServer, RedisServer

SECRET = "stories-are-signed-with-this-key-0123456789"


@dataclass
class Deployment:
    """Two addresses of one lobby; with a single process they are the same."""

    here: LobbyProcess
    there: LobbyProcess


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("lobby")
    if request.param == "one-process":
        alone = LobbyProcess(home, grace_seconds=1).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    yield from two_processes(request, home_factory=tmp_path_factory)


def two_processes(
    request: pytest.FixtureRequest, home_factory: pytest.TempPathFactory, **settings: object
) -> Iterator[Deployment]:
    redis = request.getfixturevalue("redis_server")
    postgres = request.getfixturevalue("postgres_server")
    yield from over(redis, postgres, home_factory, **settings)


def over(
    redis: RedisServer,
    postgres: PostgresServer,
    home_factory: pytest.TempPathFactory,
    **settings: object,
) -> Iterator[Deployment]:
    """Two processes over one Redis and a new database."""
    shared: dict[str, Any] = {
        "database_url": asyncio.run(postgres.new_database()),
        "redis_url": redis.url,
        "redis_prefix": f"story-{home_factory.mktemp('prefix').name}:",
        "secret": SECRET,
        "grace_seconds": 1,
        **settings,
    }
    pair = [LobbyProcess(home_factory.mktemp("lobby"), **shared).start() for _ in range(2)]
    yield Deployment(*pair)
    for process in pair:
        process.remove()


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Two processes for this test alone."""
    yield from two_processes(request, tmp_path_factory, keeper_seconds=4)
