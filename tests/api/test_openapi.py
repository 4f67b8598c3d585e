"""The OpenAPI document and the doors say the same thing: held to each other both ways."""

from __future__ import annotations

import inspect
from typing import Any, get_type_hints

import httpx2
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, RootModel
from starlette.routing import Route

from lobby.api.dialect import Row
from protocol.player_services.terms import Message
from tests.api.requests import NAMES, ROWS
from tests.api.serving import Served
from tests.player_services import requests as players
from tests.server_status import requests as status

EVERY = {**ROWS, **status.ROWS, **players.ROWS}
PAGES = {"GET /", "GET /web/{name}"}
"""Routes for people's browsers: no operations, so not in the document."""


@pytest.fixture(scope="module")
def document(http: httpx2.Client) -> dict[str, Any]:
    found: dict[str, Any] = http.get("/openapi.json").json()
    return found


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": said
        for path, methods in document["paths"].items()
        for method, said in methods.items()
    }


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_is_in_the_document_and_the_reverse(
    document: dict[str, Any], served: Served
) -> None:
    routes = {
        f"{method} {route.path}"
        for route in served.app.routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert routes - PAGES == set(operations(document))


def test_every_operation_is_in_the_matrix_and_sent_bad_input(document: dict[str, Any]) -> None:
    assert set(operations(document)) == {*NAMES, *status.ROWS, *players.ROWS}


def test_every_operation_has_a_name_of_its_own_and_says_what_it_does(
    document: dict[str, Any],
) -> None:
    said = operations(document).values()
    assert len({each["operationId"] for each in said}) == len(said)
    assert not [each["operationId"] for each in said if not each["summary"].endswith(".")]


@pytest.mark.parametrize("row", EVERY.values(), ids=EVERY)
def test_what_an_operation_needs_and_gives_is_what_its_row_says(
    row: Row, document: dict[str, Any]
) -> None:
    said = operations(document)[row.name]
    assert set(said["responses"]) == {str(status) for status in row.gives}
    assert said["security"] == ([] if row.needs.open else [{"bearer": []}])
    assert said["x-needs"]["own"] == sorted(row.needs.own)
    assert ("requestBody" in said) == bool(row.takes or row.form or row.passes_on)
    names = {each["name"] for each in said.get("parameters", [])}
    models = [model for model in (row.path, row.query, row.headers_in) if model]
    assert names == {f.alias or n for model in models for n, f in model.model_fields.items()}


@pytest.mark.parametrize("row", EVERY.values(), ids=EVERY)
def test_an_endpoint_takes_what_its_row_hands_it(row: Row) -> None:
    call, *taken = inspect.signature(row.endpoint).parameters.values()
    assert call.name == "call"
    models = {"path": row.path, "query": row.query, "body": row.takes}
    handed = {name: model for name, model in models.items() if model}
    assert {each.name for each in taken if each.default is each.empty} <= handed.keys()
    hints = get_type_hints(row.endpoint)
    assert {
        name: model for name, model in handed.items() if issubclass(model, hints[name])
    } == handed


@pytest.mark.parametrize("row", EVERY.values(), ids=EVERY)
def test_whatever_comes_in_must_be_nothing_but_what_is_said(row: Row) -> None:
    """Forms and lists of pages are older than this rule, and harmless. Player services pass over
    what they do not know: their clients are older and newer than they are."""
    for model in (row.path, row.takes):
        if model is not None and not issubclass(model, Message):
            assert issubclass(model, BaseModel)
            whole = issubclass(model, RootModel) and model.model_config.get("strict")
            assert whole or model.model_config.get("extra") == "forbid"


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json"])
def test_a_document_that_is_known_is_not_sent_again(path: str, http: httpx2.Client) -> None:
    tag = http.get(path).headers["etag"]
    assert http.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert http.get(path, headers={"If-None-Match": f'"other", W/{tag}'}).status_code == 304
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
    assert http.head(path).headers["etag"] == tag
