"""Several processes behind one port."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import Workers
from tests.support.processes import LobbyProcess


@pytest.fixture
def workers(tmp_path: Path, redis_url: str, postgres_url: str) -> Iterator[Workers]:
    process = Workers(tmp_path, redis_url=redis_url, database_url=postgres_url)
    process.start()
    yield process
    process.remove()


@pytest.fixture
def own_lobby(own_lobby: LobbyProcess) -> LobbyProcess:
    """By an interpreter of its own: how the program starts and ends is what is tested here."""
    own_lobby.fresh = True
    return own_lobby
