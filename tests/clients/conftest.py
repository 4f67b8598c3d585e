"""What the clients are tried against, in JavaScript and in Python."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.links import Link
from tests.clients.python_scenes import scene, wire  # noqa: F401  # fixtures of its tests
from tests.support.processes import LobbyProcess
from tests.support.tcp_proxy import tcp_proxy


@pytest.fixture(scope="session")
def lobby_of_scenarios(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """One for all that do not end it."""
    lobby = LobbyProcess(tmp_path_factory.mktemp("lobby"), database_url="sqlite::memory:").start()
    yield lobby
    lobby.remove()


@pytest.fixture
def link(lobby_of_scenarios: LobbyProcess) -> Iterator[Link]:
    """A line of its own to the lobby that all share."""
    with tcp_proxy(lobby_of_scenarios.port) as proxy:
        yield Link(lobby_of_scenarios, proxy)
