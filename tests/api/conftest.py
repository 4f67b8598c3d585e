"""One server for the tests of a module, and clients whose every answer is checked."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.support.callers import ApiCallers
from tests.support.checked_clients import recorded
from tests.support.server_thread import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with recorded(served.url) as client:
        yield client


@pytest.fixture(scope="module")
def people(served: Served) -> ApiCallers:
    return ApiCallers(served)
