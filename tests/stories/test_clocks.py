"""Two processes whose machines do not agree on the time."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.support.deployments import Deployment, over
from tests.support.people import new_host, new_user
from tests.support.services import (
    Missing,
    PostgresServer,
    RedisServer,
    absent,
    faketime_library,
)

NEAR = 10.0
"""Seconds that two readings of one time may differ, on a busy machine."""


@pytest.fixture(params=["+120s", "-120s"])
def apart(
    request: pytest.FixtureRequest,
    redis_server: RedisServer,
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Deployment]:
    try:
        library = faketime_library()
    except Missing as reason:
        absent(reason)
    wrong = {
        "LD_PRELOAD": library,
        "FAKETIME": str(request.param),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    yield from over(redis_server, postgres_server, tmp_path_factory, there=wrong)


async def test_r22_tokens_hold_and_times_agree_where_clocks_differ(apart: Deployment) -> None:
    # 1. Either process takes the other's tokens, at once.
    host, guest = await new_host(apart.there.url), await new_user(apart.here.url)
    hosting, joining = await host.connect(apart.here.url), await guest.connect(apart.there.url)
    # 2. Both tell the same time, and it is Redis' own.
    await hosting.watch("presence")
    people = {host.uuid, guest.uuid}
    await hosting.until(lambda: people <= set(hosting.states["presence"]))
    for person in people:
        assert abs(hosting.states["presence"][person]["since"] - time.time()) < NEAR
    # 3. What is held on one holds on the other.
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=id)
    for client in (hosting, joining):
        assert client.closed is None
        assert client.violations == []
        await client.close()
