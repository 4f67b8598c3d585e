"""A server with the game of these tests for each module, and somebody new who asks it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.support.player_services import ServerAndCallers, bearer, player_services_server


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server() as door:
        yield door


@pytest.fixture
def http(door: ServerAndCallers) -> httpx2.Client:
    http, callers = door
    http.headers.update(bearer(callers.token(callers.player())))
    return http
