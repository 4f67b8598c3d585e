"""Requests that nobody thought of, made from the document itself: none breaks anything, and none is
answered in a way that the document does not know.
"""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lobby.api.dialect import Row
from tests.api.people import People
from tests.api.requests import ROWS
from tests.api.serving import Served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ALLOWED = list(HealthCheck)


@pytest.fixture(scope="module")
def document(served: Served) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


TAKING = {name: row for name, row in ROWS.items() if row.path or row.query or row.takes or row.form}
WAYS = [
    *(
        pytest.param(row, GenerationMode.POSITIVE, id=f"{name} as told")
        for name, row in ROWS.items()
    ),
    *(
        pytest.param(row, GenerationMode.NEGATIVE, id=f"{name} not so")
        for name, row in TAKING.items()
    ),
]


@pytest.mark.parametrize(("row", "mode"), WAYS)
def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(
    row: Row, mode: GenerationMode, document: Any, people: People
) -> None:
    operation = document[row.path_template][row.method]
    headers = people.get("self user").headers

    @seed(1)
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=ALLOWED)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
