"""The OpenAPI document and the doors say the same thing: held to each other both ways."""

from __future__ import annotations

import inspect
import json
import re
from typing import Any, get_type_hints

import httpx2
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel, RootModel
from starlette.routing import Route

from lobby.api.dialect import Row
from lobby.api.idempotency_key import HEADER
from protocol import hosts
from protocol.player_services.types import Message
from tests.api.good_requests import NAMES, ROWS
from tests.api.player_services import good_requests as players
from tests.api.player_services import schema_file
from tests.api.server_status import good_requests as status
from tests.support.checked_clients import texts
from tests.support.processes import LobbyProcess
from tests.support.server_thread import Served

EVERY = {**ROWS, **status.ROWS, **players.ROWS}
PLACES = {"GET /", "GET /s/{session}", "GET /people", "GET /inbox"}
FILES = {"GET /web/{name}", "GET /client/v1/", "GET /client/v1/{name}"}
PAGES = {*PLACES, *FILES, "GET /j/{code}"}
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


@pytest.mark.parametrize("path", ["/openapi.json", "/asyncapi.json"])
def test_each_process_gives_the_document_that_tests_hold_answers_to(
    path: str, lobby_server: LobbyProcess
) -> None:
    assert httpx2.get(lobby_server.url + path).text == texts()[path]


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
    assert set(said["responses"]) == {str(status) for status in row.answers}
    assert said["security"] == ([] if row.needs.open else [{"bearer": []}])
    assert said["x-needs"]["own"] == sorted(row.needs.own)
    assert ("requestBody" in said) == bool(row.takes or row.form or row.any_body)
    names = {each["name"] for each in said.get("parameters", [])}
    models = [model for model in (row.path, row.query, row.headers_in) if model]
    keys = {HEADER} if row.keyed and row.name not in players.ROWS else set()
    assert names - keys == {f.alias or n for m in models for n, f in m.model_fields.items()}
    assert keys <= names
    assert (HEADER in names) == bool(keys)


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
    """Forms and lists of pages are older than this rule, and harmless. Player services and hosts
    pass over what they do not know: their clients are older and newer than they are."""
    for model in (row.path, row.takes):
        if model is not None and not issubclass(model, Message | hosts.HostsInput):
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


def test_no_operation_and_no_schema_is_called_by_a_number_or_by_a_module(
    document: dict[str, Any],
) -> None:
    ids = [said["operationId"] for said in operations(document).values()]
    assert not [id for id in ids if re.search(r"_[0-9]+$", id)]
    assert not [name for name in document["components"]["schemas"] if "__" in name]
    assert not {"Live", "Ready", "Count", "Max", "Pair", "Add", "Change", "Server"} & set(
        document["components"]["schemas"]
    )


@schema_file.needed
def test_operations_of_player_services_are_called_as_they_are_published(
    document: dict[str, Any],
) -> None:
    said = {name: about["operationId"] for name, about in operations(document).items()}
    for path, methods in schema_file.CONTRACT["paths"].items():
        for method, published in methods.items():
            assert said[f"{method.upper()} {path}"] == published["operationId"]


def test_every_schema_is_used(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    found: set[str] = set()
    wanted = schema_names(document["paths"])
    while wanted:
        found |= wanted
        wanted = set().union(*(schema_names(schemas[name]) for name in wanted)) - found
    assert found == set(schemas)


def schema_names(part: object) -> set[str]:
    return set(re.findall(r"#/components/schemas/(\w+)", json.dumps(part)))


def test_every_tag_says_what_it_is_for(document: dict[str, Any]) -> None:
    assert all(tag["description"] for tag in document["tags"])


PUBLISHED = {
    "POST /hosts": "register_hosts_post",
    "GET /hosts/{host}/access_token": "login_hosts__host__access_token_get",
    "GET /hosts/access_token/renew": "renew_hosts_access_token_renew_get",
    "GET /hosts/{host}": "get_hosts__host__get",
    "PUT /hosts/{host}/only_friends": "set_only_friends_hosts__host__only_friends_put",
    "PUT /hosts/{host}/allow_nonames": "set_allow_nonames_hosts__host__allow_nonames_put",
    "POST /hosts/{host}/friends": "befriend_hosts__host__friends_post",
    "DELETE /hosts/{host}/friends/{former_friend}": (
        "unfriend_hosts__host__friends__former_friend__delete"
    ),
    "POST /hosts/{host}/banlist": "ban_hosts__host__banlist_post",
    "DELETE /hosts/{host}/banlist/{banned}": "unban_hosts__host__banlist__banned__delete",
    "POST /sessions": "launch_session_sessions_post",
    "POST /sessions/players": "join_sessions_players_post",
}
"""Operation ids of hosts and sessions: generated clients name their methods after them."""


def resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: dict[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def test_hosts_and_sessions_are_described_as_they_are_published(document: dict[str, Any]) -> None:
    for name, id in PUBLISHED.items():
        said = operations(document)[name]
        assert said["operationId"] == id
        if unknown := said["responses"].get("404"):
            schema = resolved(document, unknown["content"]["application/json"]["schema"])
            assert schema["properties"]["message"]["enum"] == ["not found this", "not found other"]
        located = [answer["headers"].get("Location") for answer in said["responses"].values()]
        assert [each["schema"] for each in located if each] == (
            [{"type": "string", "format": "uri"}] if name.startswith("POST /sessions") else []
        )
        body = said.get("requestBody", {}).get("content", {})
        for type_, content in body.items():
            assert type_ == "application/json"
            schema = resolved(document, content["schema"])
            assert schema.get("additionalProperties") is not False
            host = schema["properties"].get("host", {"format": "uuid"})
            assert host["format"] == "uuid"
        published = [one for one in said.get("parameters", []) if one["in"] != "header"]
        assert all(one["schema"]["format"] == "uuid" for one in published)
    host = document["components"]["schemas"]["Host"]["properties"]
    assert host["uuid"]["format"] == host["friends"]["items"]["format"] == "uuid"
