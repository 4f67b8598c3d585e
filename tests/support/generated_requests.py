"""Property-based requests from the OpenAPI document, valid and invalid; responses are validated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from lobby.api.dialect import Row

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ALLOWED = list(HealthCheck)


def ways(rows: Mapping[str, Row]) -> list[Any]:
    """Each row with valid and, if it takes input, invalid requests."""
    taking = {n: row for n, row in rows.items() if row.path or row.query or row.takes or row.form}
    return [
        *(pytest.param(r, GenerationMode.POSITIVE, id=f"{n} as told") for n, r in rows.items()),
        *(pytest.param(r, GenerationMode.NEGATIVE, id=f"{n} not so") for n, r in taking.items()),
    ]


def ask(
    document: Any,
    row: Row,
    mode: GenerationMode,
    *,
    headers: Mapping[str, str],
    examples: int = 12,
    prepare: Callable[[Any], None] = lambda case: None,
) -> None:
    """Send so many requests, with a fixed seed. `prepare` may change each before it is sent."""
    operation = document[row.path_template][row.method]

    @seed(1)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=ALLOWED)
    @given(case=operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        prepare(case)
        case.call_and_validate(headers=dict(headers), checks=CHECKS)

    one()
