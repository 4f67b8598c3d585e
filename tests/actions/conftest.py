"""A lobby of the test's own, and the stores that several may share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.lobby import LocalLobby, local_lobby
from tests.support.stores import new_store_url


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby() as local:
        yield local


@pytest.fixture(params=["sqlite-memory", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of the stores, one of each kind."""
    return new_store_url(request, tmp_path)
