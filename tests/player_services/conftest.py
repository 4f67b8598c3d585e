"""A server with the game of these tests for each module, and somebody new who asks it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.player_services.people import Asked, asked, bearer


@pytest.fixture(scope="module")
def door() -> Iterator[Asked]:
    with asked() as door:
        yield door


@pytest.fixture
def http(door: Asked) -> httpx2.Client:
    http, callers = door
    http.headers.update(bearer(callers.token(callers.player())))
    return http
