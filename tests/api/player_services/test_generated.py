"""Requests that nobody thought of, made from the document itself, by somebody who may do anything
and about things that are there: none breaks anything, and none is answered in a way that the
document does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from schemathesis import GenerationMode

from lobby.api.dialect import Row
from tests.api.player_services.good_requests import LINES, ROWS
from tests.support.generated_requests import ask, ways
from tests.support.player_services import Callers, player_services_server

Asked = tuple[Callers, Any]


@pytest.fixture(scope="module")
def asking() -> Iterator[Asked]:
    with player_services_server(registrations_per_hour=1_000_000) as (_, callers):
        yield callers, schemathesis.openapi.from_url(f"{callers.served.url}/openapi.json")


@pytest.mark.parametrize(("row", "mode"), ways(ROWS))
def test_whatever_the_document_allows_or_forbids_is_answered_as_it_says(
    row: Row, mode: GenerationMode, asking: Asked
) -> None:
    callers, document = asking
    caller = callers.get("boss")
    good = LINES[row.name].good(callers, caller)
    told = mode is GenerationMode.POSITIVE

    def about_what_is_there(case: Any) -> None:
        if told and case.path_parameters:
            case.path_parameters.update(good.path)
        if "stream/notification" in row.path_template:
            _make_short(case)

    headers = good.headers or caller.headers
    ask(document, row, mode, headers=headers, examples=4, prepare=about_what_is_there)


def _make_short(case: Any) -> None:
    """Nobody waits here for what does not come."""
    if isinstance(case.query, dict) and str(case.query.get("deadline", 30)).isdecimal():
        case.query["deadline"] = 0
