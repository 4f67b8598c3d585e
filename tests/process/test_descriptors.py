"""A server that is started where few descriptors are usual takes what the system allows it."""

from __future__ import annotations

import resource
from collections.abc import Iterator

import pytest

from lobby.config import Settings
from lobby.process import descriptors
from tests.support.processes import LobbyProcess

USUAL = 1_024


@pytest.fixture
def usual_limit() -> Iterator[int]:
    """The hard limit; the soft one is what most systems set."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (USUAL, hard))
    yield hard
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_the_program_raises_its_limit_to_what_its_connections_need(
    usual_limit: int, own_lobby: LobbyProcess
) -> None:
    own_lobby.settings["LOBBY_CONNECTIONS"] = "2000"
    own_lobby.start()
    soft, hard = resource.prlimit(own_lobby.pid, resource.RLIMIT_NOFILE)
    assert (soft, hard) == (min(usual_limit, 2_000 + descriptors.SPARE), usual_limit)


def test_a_limit_that_is_enough_stays(usual_limit: int) -> None:
    descriptors.raise_limit(Settings(connections=100))
    assert descriptors.allowed() == USUAL
    assert descriptors.attainable() == usual_limit
