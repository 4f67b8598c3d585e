"""Fixtures that every test may use: real servers, and the stores and live parts on top."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import structlog

from persistence.live.redis_presence import GATHERING_SECONDS
from persistence.ports import Live, Store
from persistence.urls import open_live, open_store
from tests.support.file_order import spread
from tests.support.processes import LobbyProcess
from tests.support.redis_groups import RedisClusterGroup, RedisGroup, SentinelGroup
from tests.support.services import (
    Missing,
    PostgresServer,
    RedisServer,
    Server,
    absent,
    valkey_program,
)
from tests.support.stores import new_store_url

structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # print nothing between tests

S = TypeVar("S", bound=Server | RedisGroup)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = spread(items)


def serve(make: Callable[[], S]) -> Iterator[S]:
    try:
        server = make()
    except Missing as reason:
        absent(reason)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """Shared by all tests: to be left alive, and thawed."""
    for server in serve(RedisServer):
        server.settle(GATHERING_SECONDS)
        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[RedisClusterGroup]:
    """Three nodes, shared by all tests: to be left alive, and thawed."""
    for group in serve(RedisClusterGroup):
        group.servers[0].settle(GATHERING_SECONDS)
        yield group


@pytest.fixture(scope="session")
def redis_sentinels() -> Iterator[SentinelGroup]:
    """A primary, its replica, and their sentinels, shared by all tests."""
    for group in serve(SentinelGroup):
        group.primary.settle(GATHERING_SECONDS)
        yield group


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[RedisServer]:
    """Shared by all tests: to be left alive, and thawed."""
    for server in serve(lambda: RedisServer(valkey_program())):
        server.settle(GATHERING_SECONDS)
        yield server


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Shared by all tests: to be left alive, and thawed."""
    yield from serve(PostgresServer)


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """One for this test alone, to be killed and frozen."""
    yield from serve(RedisServer)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """One for this test alone, to be killed and frozen."""
    yield from serve(PostgresServer)


@pytest.fixture
def redis_prefix() -> str:
    """Begins every name in Redis that this test uses."""
    return f"test-{uuid.uuid4().hex}:"


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """An empty Redis."""
    redis_server.ask("FLUSHALL")
    return redis_server.url


@pytest.fixture
async def postgres_url(postgres_server: PostgresServer) -> str:
    """An empty database."""
    return await postgres_server.new_database()


@pytest.fixture(params=["sqlite-memory", "sqlite-file", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a new store may be opened, for each kind of store."""
    return new_store_url(request, tmp_path)


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    store = await open_store(store_url)
    yield store
    await store.close()


@pytest.fixture(params=["memory", "redis"])
def live_url(request: pytest.FixtureRequest) -> str:
    """Where live parts may be opened, for each kind of them."""
    return "memory:" if request.param == "memory" else str(request.getfixturevalue("redis_url"))


@pytest.fixture
async def live(live_url: str, redis_prefix: str) -> AsyncIterator[Live]:
    live = await open_live(live_url, prefix=redis_prefix)
    yield live
    await live.close()


@pytest.fixture(scope="module")
def lobby_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """One process with SQLite and nothing beside it, shared by the tests of a module."""
    server = LobbyProcess(tmp_path_factory.mktemp("lobby")).start()
    yield server
    server.remove()


@pytest.fixture
def own_lobby(tmp_path: Path) -> Iterator[LobbyProcess]:
    """One for this test alone, to be stopped, killed and frozen. Not started yet."""
    server = LobbyProcess(tmp_path)
    yield server
    server.remove()
