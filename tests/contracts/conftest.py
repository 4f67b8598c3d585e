"""Two living keepers, and somebody who follows the roster that they keep."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from persistence.ports import Leases, Live
from tests.contracts.listening import listening
from tests.contracts.rosters import Seen


@pytest.fixture
async def leases(live: Live) -> Leases:
    """With two living keepers, here and there."""
    await live.leases.beat("here", 30)
    await live.leases.beat("there", 30)
    return live.leases


@pytest.fixture
async def seen(live: Live, leases: Leases) -> AsyncIterator[Seen]:
    async with listening(live.bus, "presence") as listener:
        yield Seen(leases, listener)
