"""The deployments in which every story must come out the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.deployments import GRACE_SECONDS, Deployment, two_processes
from tests.support.processes import LobbyProcess


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("lobby")
    if request.param == "one-process":
        alone = LobbyProcess(home, grace_seconds=GRACE_SECONDS).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    yield from two_processes(request, home_factory=tmp_path_factory)


@pytest.fixture
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Two processes for this test alone."""
    yield from two_processes(request, tmp_path_factory, keeper_seconds=4)
