"""Requests that nobody thought of, made from the document itself: none breaks anything, and none is
answered in a way that the document does not know.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from lobby.api.dialect import Row
from tests.api.good_requests import ROWS
from tests.support.callers import ApiCallers
from tests.support.generated_requests import ask, ways
from tests.support.server_thread import Served


@pytest.fixture(scope="module")
def document(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


@pytest.mark.parametrize(("row", "mode"), ways(ROWS))
def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(
    row: Row, mode: GenerationMode, document: Any, people: ApiCallers
) -> None:
    ask(document, row, mode, headers=people.get("self user").headers)
