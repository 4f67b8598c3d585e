"""A running hub for every test that wants one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.hub import HubWorld, hub_world


@pytest.fixture
async def world() -> AsyncIterator[HubWorld]:
    async with hub_world() as world:
        yield world
