"""The two kinds of no: what is no request is 4xx, what is wrong in meaning is 200 with an error."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from lobby.api.server_status import routes
from tests.support.server_status import API, PASSWORD, User, basic, error, needs_refresh, new_login
from tests.support.slowness import within

ROWS = {row.name: row for row in routes.door(API)[1]}
GUARDED = [name for name, row in ROWS.items() if not row.needs.open]
WRITING = [name for name, row in ROWS.items() if row.takes]


def ask(http: httpx2.Client, name: str, **options: Any) -> httpx2.Response:
    method, _, path = name.partition(" ")
    if "content" in options:
        options["headers"] = options["headers"] | {"Content-Type": "application/json"}
    return http.request(method, path.format(user="somebody", nickname="nick"), **options)


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_token_it_is_401_and_with_one_that_is_unknown_a_refresh_is_needed(
    name: str, http: httpx2.Client
) -> None:
    bare = ask(http, name)
    assert bare.status_code == 401
    assert bare.json()["needRefresh"] is False
    unknown = ask(http, name, headers={"Authorization": f"Bearer {'0' * 96}"})
    assert needs_refresh(unknown)
    for answer in (bare, unknown):
        assert answer.headers["cache-control"] == "no-store"
        assert isinstance(answer.json()["error"], str)


@pytest.mark.parametrize("header", ["Bearer", "Basic YTpi", "xyz", "Bearerabc", ""])
def test_a_header_that_shows_no_access_id_is_malformed(header: str, http: httpx2.Client) -> None:
    answer = http.get(f"{API}/users", headers={"Authorization": header})
    assert answer.status_code == 400
    assert answer.json()["needRefresh"] is False
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("name", ROWS)
def test_who_takes_no_json_is_told_so_whoever_they_are(name: str, http: httpx2.Client) -> None:
    unwanted = ("application/json;q=0, */*", "*/*, application/*; v=1; Q=0.0")
    for accept in ("text/html", "application/json;q=0", "image/*, text/*;q=0.5", *unwanted):
        answer = ask(http, name, headers={"Accept": accept})
        assert answer.status_code == 406
        assert answer.json().keys() == {"error", "needRefresh"}
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "accept", ["*/*", "application/*", "text/html, application/json;q=0.1", "APPLICATION/JSON"]
)
def test_who_takes_json_among_others_gets_it(accept: str, user: User) -> None:
    assert user.call("GET", "/server", headers={"Accept": accept}).status_code == 200


BODIES = [b"", b"{", b"null", b"7", b'"name"', b'{"name": "\xff"}', b'{"nobody": 1}', b"[[]]"]


@pytest.mark.parametrize("name", WRITING)
def test_a_body_that_is_none_is_malformed(name: str, admin: User) -> None:
    for body in BODIES:
        headers = {"Authorization": f"Bearer {admin.access}"}
        answer = ask(admin.http, name, headers=headers, content=body)
        assert answer.status_code == 400, body
        assert answer.json()["needRefresh"] is False
        assert answer.headers["cache-control"] == "no-store"
    large = ask(admin.http, name, headers=headers, content=b'{"name": "' + b"x" * 1_100_000)
    assert large.status_code == 413


def test_what_is_wrong_in_meaning_is_200_and_no_refresh_would_help(user: User) -> None:
    own = f"/users/{user.login}"
    answers = [
        user.http.post(f"{API}/auth", headers=basic(user.login, "wrong password")),
        user.call("GET", "/users/nobody.here"),
        user.call("PUT", f"{own}/name", json={"name": "admin"}),
        user.call("PUT", f"{own}/nicknames", json=[new_login("n") for _ in range(6)]),
        user.call("PUT", f"{own}/icon", json={"icon": "none"}),
        user.call("DELETE", f"{own}/nicknames/{new_login('n')}"),
        user.call(
            "PUT", f"{own}/password", json={"password": "another horse 8", "currentPassword": "b"}
        ),
    ]
    assert all(error(answer) for answer in answers)
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_what_goes_well_is_kept_by_no_cache_either(user: User) -> None:
    answers = [user.http.post(f"{API}/auth", headers=basic(user.login, PASSWORD))]
    answers += [user.call("GET", path) for path in ("/users", "/server", "/max-tokens")]
    answers.append(user.http.get(f"{API}/anonym-access-allowed"))
    assert {answer.headers["cache-control"] for answer in answers} == {"no-store"}


def test_so_many_nicknames_that_nobody_may_have_cost_nothing(user: User) -> None:
    body = [f"{n:08}" for n in range(9_000)]
    with within(0.5):
        answer = user.call("PUT", f"/users/{user.login}/nicknames", json=body)
    assert "at most 5" in error(answer)
