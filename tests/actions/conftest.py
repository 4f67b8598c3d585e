"""A lobby of the test's own, and the stores that several may share."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.actions.houses import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as home:
        yield home


@pytest.fixture(params=["sqlite-memory", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Of the stores, one of each kind."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return "sqlite::memory:"
