"""Logins with a password are our own, for our own accounts: no grant of OAuth to somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.player_services import ServerAndCallers, player_services_server
from tests.support.repository import ROOT

TOKEN = "/users/v2/oauth/token"
PASSWORD = "correct horse 9"


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server() as door:
        yield door


def test_f3_the_documents_say_so() -> None:
    page = " ".join((ROOT / "docs" / "security.md").read_text().split())
    for words in ("`POST /auth`", "`/users/login`", "`grant_type: password`", "no OAuth grant"):
        assert words in page, words


def test_f3_no_flow_of_oauth_is_offered(door: ServerAndCallers) -> None:
    http, _ = door
    document = http.get("/openapi.json").json()
    assert {one["type"] for one in document["components"]["securitySchemes"].values()} == {"http"}
    for path in ("/.well-known/oauth-authorization-server", "/oauth/authorize", "/authorize"):
        assert http.get(path).status_code == 404


def test_f3_the_grant_in_the_form_of_oauth_is_none(door: ServerAndCallers) -> None:
    http, _ = door
    user = {"username": "ann.somebody", "password": PASSWORD}
    assert http.post("/users", data=user).status_code == 201
    asks: dict[str, Any] = {"grant_type": "password", **user}
    assert "access_token" in http.post(TOKEN, json=asks).json()
    for answer in (http.post(TOKEN, data=asks), http.post(TOKEN, params=asks)):
        assert answer.status_code == 422
        assert "access_token" not in answer.text
    plain = http.post(TOKEN, json=asks).json()
    scoped = http.post(TOKEN, json=asks | {"scope": "*", "client_id": "another"})
    assert scoped.status_code == 422 or scoped.json().keys() == plain.keys(), "no scope is granted"
