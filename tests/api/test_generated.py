"""Requests that nobody thought of, made from the document itself: none breaks anything, and none is
answered in a way that the document does not know.
"""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.people import People
from tests.api.serving import Served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(scope="module")
def document(served: Served) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


generated = schemathesis.pytest.from_fixture("document")


@generated.parametrize()
@settings(
    max_examples=15,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(
    case: schemathesis.Case, people: People
) -> None:
    headers = people.get("self user").headers
    case.call_and_validate(headers=headers, checks=CHECKS)
