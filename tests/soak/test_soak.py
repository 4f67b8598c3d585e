"""A short soak: everybody leaves, a month passes, and nothing is left. `make soak` is long."""

from __future__ import annotations

import asyncio
import glob
from pathlib import Path

import pytest

from tests.soak.__main__ import LIBRARY
from tests.soak.measures import Sample, slope
from tests.soak.run import Plan, Soak, serving
from tests.support.services import RedisServer

PLAN = Plan(sockets=20, seconds=4, churn=10.0, every=1, settling=60)


def test_r28_rows_and_descriptors_come_back_when_everybody_has_left(tmp_path: Path) -> None:
    found = glob.glob(LIBRARY)
    if not found:
        pytest.skip("faketime is not installed")
    with serving(tmp_path, None, faketime=found[0]) as (lobby, clock):
        soak = Soak(lobby, None, PLAN, clock)
        wrong = asyncio.run(soak.run())
        assert not wrong
        assert soak.came > PLAN.sockets
        most = max(one.rows["account"] for one in soak.samples)
        assert most >= PLAN.sockets
        assert max(one.descriptors for one in soak.samples) > PLAN.sockets


def test_r28_the_same_with_redis_where_a_token_is_all_that_has_time_to_end(
    tmp_path: Path, own_redis: RedisServer
) -> None:
    """Keys in Redis go with those whom they are about."""
    plan = Plan(sockets=20, seconds=4, churn=10.0, every=1, settling=0)
    with serving(tmp_path, own_redis) as (lobby, _):
        soak = Soak(lobby, own_redis, plan)
        wrong = asyncio.run(soak.run())
        assert [one for one in wrong if not one.startswith(("account", "claims", "labels"))] == []


def test_memory_that_grows_is_seen() -> None:
    def at(minute: int, memory: float) -> Sample:
        return Sample(minute * 60.0, memory, 9, 9, {}, 0)

    assert slope([at(n, 100.0) for n in range(20)]) == 0
    assert round(slope([at(n, 100 + n * 0.2) for n in range(20)]), 3) == 2.0
