"""Who may do what: every operation of the document, asked by everybody."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.api.server_status.good_requests import GOOD, ROWS, USER, Callers, asked
from tests.support.callers import ACTORS
from tests.support.server_status import API

# In the order of ACTORS: nobody, anonymous, self user, self host, other, admin,
# expired, forged, revoked, deleted. "renew": a new access token would help. 400: tokens of other
# documents are no ids.
ANYBODY = "200 200 200 200 200 200 200 200 200 200"
READ = "401 400 200 400 200 200 renew renew renew renew"
WRITE = "401 400 200 400 403 200 renew renew renew renew"
ADMIN = "401 400 403 400 403 200 renew renew renew renew"
LOGOUT = READ

OPEN = ("/anonym-access-allowed", "/anonymous-access-allowed")
READS = {f"GET {API}{path}" for path in ("/max-nicknames", "/max-tokens", "/users")}
READS |= {name for name in GOOD if name.startswith((f"GET {USER}", f"GET {API}/server"))}

MATRIX = dict.fromkeys(READS, READ) | {
    f"POST {API}/auth": ANYBODY,
    f"POST {API}/reauth": ANYBODY,
    f"POST {API}/deauth": LOGOUT,
    **{f"GET {API}{path}": ANYBODY for path in OPEN},
    f"GET {API}/console-available": ADMIN,
    f"DELETE {API}/users": ADMIN,
    f"POST {USER}": ADMIN,
    f"PUT {USER}/is-admin": ADMIN,
    f"PUT {USER}": WRITE,
    f"PUT {USER}/name": WRITE,
    f"PUT {USER}/icon": WRITE,
    f"PUT {USER}/password": WRITE,
    f"PUT {USER}/nicknames": WRITE,
    f"POST {USER}/nicknames/{{nickname}}": WRITE,
    f"DELETE {USER}": WRITE,
    f"DELETE {USER}/nicknames": WRITE,
    f"DELETE {USER}/nicknames/{{nickname}}": WRITE,
}


Asked = tuple[httpx2.Client, Callers]


@pytest.fixture(scope="module")
def everybody() -> Iterator[Asked]:
    with asked() as everybody:
        yield everybody


def outcome(answer: httpx2.Response) -> str:
    body = answer.json()
    if answer.status_code == 200 and isinstance(body, dict) and "error" in body:
        return "renew" if body["needRefresh"] else body["error"]
    return str(answer.status_code)


def test_every_operation_has_its_line_in_the_matrix_and_a_good_request() -> None:
    assert set(MATRIX) == set(GOOD) == set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_each_caller_gets_what_the_matrix_says(name: str, everybody: Asked) -> None:
    http, callers = everybody
    got = {}
    for actor in ACTORS:
        caller = callers.get(actor)
        good = GOOD[name](callers, caller)
        callers.invalidate(actor, caller)
        got[actor] = outcome(good.send(http, name, caller))
    assert got == dict(zip(ACTORS, MATRIX[name].split(), strict=True))
