"""Whether to restart the process, and whether to send it anybody, are two questions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest

from lobby.api.health import LATE_FOR_SECONDS, LATE_SECONDS, LoopLag
from tests.support.checked_clients import recorded
from tests.support.server_thread import Served, serving
from tests.support.services import RedisServer
from tests.support.slowness import within

READY = {"status": "ready", "parts": {"database": "ok", "redis": "embedded"}}


@pytest.fixture
def own() -> Iterator[Served]:
    with serving() as served:
        yield served


def test_a_process_with_nothing_beside_it_is_ready(http: httpx2.Client) -> None:
    assert http.get("/health/live").json() == {"status": "live"}
    assert http.get("/health/ready").json() == READY


def test_a_process_that_stops_is_alive_but_not_ready(own: Served) -> None:
    own.app.state.draining = True
    with recorded(own.url) as http:
        answer = http.get("/health/ready")
        assert http.get("/health/live").status_code == 200
    assert answer.status_code == 503
    assert answer.json() == {
        **READY,
        "status": "not ready",
        "why": ["this process is stopping"],
    }


def test_a_process_without_its_database_is_alive_but_not_ready(own: Served) -> None:
    own.do(own.lobby.store.close())
    with recorded(own.url) as http:
        answer = http.get("/health/ready")
        assert http.get("/health/live").status_code == 200
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"] == "unreachable"


def test_a_process_without_its_redis_is_not_ready_until_it_is_back(own_redis: RedisServer) -> None:
    with serving(redis_url=own_redis.url) as served, recorded(served.url) as http:
        assert http.get("/health/ready").json()["parts"]["redis"] == "ok"
        own_redis.freeze()
        with within(3):
            answer = http.get("/health/ready")
        own_redis.thaw()
        assert (answer.status_code, answer.json()["parts"]["redis"]) == (503, "unreachable")
        assert answer.json()["why"] == ["redis cannot be reached"]


async def test_only_lateness_that_lasts_is_overload() -> None:
    now, late = asyncio.get_running_loop().time(), LATE_SECONDS * 2
    long_ago = now - LATE_FOR_SECONDS - 1
    assert not overloaded_after((now - 1, late))
    assert overloaded_after((long_ago, late), (now, late))
    assert not overloaded_after((long_ago, late), (now - 1, 0.0), (now, late))
    assert not overloaded_after((long_ago, 0.0), (now, late))


def overloaded_after(*wakings: tuple[float, float]) -> bool:
    """Each: when it was due, and how much later it came."""
    loop_lag = LoopLag()
    for due, late in wakings:
        loop_lag.measure(due=due, now=due + late)
    return loop_lag.overloaded
