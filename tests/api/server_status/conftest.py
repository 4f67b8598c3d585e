"""One server for the tests of a module, a client whose every answer is held to the document, and
an administrator.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.checked_clients import recorded
from tests.support.processes import LobbyProcess
from tests.support.server_status import User, add, new_admin


@pytest.fixture(scope="module")
def http(lobby_server: LobbyProcess) -> Iterator[httpx2.Client]:
    with recorded(lobby_server.url) as client:
        yield client


@pytest.fixture(scope="module")
def admin(lobby_server: LobbyProcess, http: httpx2.Client) -> User:
    return new_admin(lobby_server, http)


@pytest.fixture
def user(admin: User) -> User:
    """One of their own for each test."""
    return add(admin)


@contextmanager
def served(home: Path, **settings: Any) -> Iterator[tuple[LobbyProcess, httpx2.Client]]:
    """A server for one test, with settings of its own, and a client like the others."""
    lobby = LobbyProcess(home, **settings).start()
    try:
        with recorded(lobby.url) as http:
            yield lobby, http
    finally:
        lobby.remove()
