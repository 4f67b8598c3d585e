"""Who may do what over HTTP: every operation, asked by everybody."""

from __future__ import annotations

import httpx2
import pytest

from tests.api.good_requests import GOOD, NAMES
from tests.support.callers import ACTORS, ApiCallers

ANYBODY = "200 200 200 200 200 200 200 200 200 200"
SELF = "401 401 200 200 401 401 401 401 401 404"
USER = "401 403 200 403 403 200 401 401 401 401"

MATRIX = {
    # In the order of ACTORS: nobody, anonymous, self user, self host, other, admin,
    # expired, forged, revoked, deleted
    "POST /hosts": ANYBODY,
    "GET /hosts/access_token/renew": "401 401 200 200 200 200 401 401 401 404",
    "DELETE /hosts/access_token": "401 200 200 200 200 200 401 401 200 401",
    "GET /hosts/{host}/access_token": "200 404 404 200 200 200 200 200 200 404",
    "GET /hosts/{host}": SELF,
    "PUT /hosts/{host}/only_friends": SELF,
    "PUT /hosts/{host}/allow_nonames": SELF,
    "POST /hosts/{host}/friends": SELF,
    "DELETE /hosts/{host}/friends/{former_friend}": SELF,
    "POST /hosts/{host}/banlist": SELF,
    "DELETE /hosts/{host}/banlist/{banned}": SELF,
    "POST /sessions": SELF.replace("200", "201"),
    "POST /sessions/players": "401 200 200 200 401 401 401 401 401 404",
    "GET /users": USER,
    "POST /users": ANYBODY.replace("200", "201"),
    "POST /users/login": ANYBODY,
    "GET /slots": USER,
    "GET /slots/{slot}": USER,
    "POST /slots/{slot}/reserve": USER,
    "POST /slots/{slot}/release": "401 403 200 403 403 403 401 401 401 401",
    "GET /presence": ANYBODY,
    "GET /presence/{uuid}": "401 200 200 200 200 200 401 401 401 401",
    "GET /friends/presence": "401 200 200 200 200 200 401 401 401 401",
    "POST /sessions/search": "200 200 200 200 200 200 401 401 401 401",
    "GET /health/live": ANYBODY,
    "GET /health/ready": ANYBODY,
    "GET /openapi.json": ANYBODY,
    "GET /asyncapi.json": ANYBODY,
}


def test_every_operation_has_its_line_in_the_matrix_and_a_good_request() -> None:
    assert set(MATRIX) == set(GOOD) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_caller_gets_what_the_matrix_says(
    name: str, http: httpx2.Client, people: ApiCallers
) -> None:
    got = {}
    for actor in ACTORS:
        person = people.get(actor)
        good = GOOD[name](people, person)
        people.invalidate(person)
        got[actor] = good.send(http, name, person.headers).status_code
    assert got == dict(zip(ACTORS, map(int, MATRIX[name].split()), strict=True))
