"""A lobby of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.actions.houses import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as home:
        yield home
