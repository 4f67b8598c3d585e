"""Whatever is sent to whatever operation: a documented status that blames the client, and nothing
is changed. Each answer's body is held to the document by the client itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from lobby.api.dialect import Row
from tests.api.good_requests import ROWS, Good
from tests.support.callers import PASSWORD, ApiCaller, ApiCallers
from tests.support.field_formats import example, fits
from tests.support.hostile_bodies import BODIES, FORM, JSON
from tests.support.hostile_values import PASSWORDS, TEXTS, USERNAMES, VALUES
from tests.support.server_thread import Served
from tests.support.store_contents import kept

EXTRA = ("uuid", "id", "isAdmin", "admin", "kind", "token_version", "password_hash", "locked")


@pytest.fixture(scope="module")
def caller(people: ApiCallers) -> ApiCaller:
    """Who may do it, were it asked well."""
    return people.get("self user")


@pytest.fixture(autouse=True)
def unchanged(served: Served, caller: ApiCaller) -> Iterator[None]:
    """Nothing that is sent here changes anything."""
    before = served.do(kept(served.lobby))
    yield
    assert served.do(kept(served.lobby)) == before


def ask(http: httpx2.Client, row: Row, person: ApiCaller, good: Good, **sent: Any) -> int:
    headers = person.headers | sent.pop("headers", {})
    url = sent.pop("url", None) or good.url(row.name)
    return http.request(row.method, url, headers=headers, **sent).status_code


def refused(status: int) -> bool:
    """And not by an accident."""
    return 400 <= status < 500


@pytest.fixture
def good(caller: ApiCaller) -> Good:
    uuid = caller.account.uuid
    return Good({"host": uuid, "uuid": uuid, "former_friend": uuid, "banned": uuid, "slot": 5})


def chosen(*parts: str) -> pytest.MarkDecorator:
    """Those rows that take any of these."""
    rows = [row for row in ROWS.values() if any(getattr(row, part) for part in parts)]
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


@chosen("takes", "form")
def test_a_body_that_is_none_of_ours_is_refused(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    got = {}
    for name, (content, type_) in BODIES.items():
        headers = {"Content-Type": type_}
        got[name] = ask(http, row, caller, good, content=content, headers=headers)
    if row.takes and not any(field.is_required() for field in row.takes.model_fields.values()):
        assert got.pop("an empty object") == 200, "it says all that it has to"
    assert not {name: status for name, status in got.items() if not refused(status)}


def right(row: Row, caller: ApiCaller) -> dict[str, Any]:
    """A body whose fields have their formats."""
    assert row.takes
    return example(row.takes, [caller.account.uuid, "a text", True, 1, [], {}])


@chosen("takes")
def test_a_field_of_the_wrong_kind_is_refused(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    assert row.takes
    for field in (body := right(row, caller)):
        for value in VALUES:
            if not fits(row.takes, field, value):
                status = ask(http, row, caller, good, json=body | {field: value})
                assert refused(status), (field, value)


@chosen("takes")
def test_a_field_that_is_missing_or_there_twice_is_refused(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    body = right(row, caller)
    for field in body:
        rest = {name: value for name, value in body.items() if name != field}
        assert ask(http, row, caller, good, json=rest) == 422
        twice = json.dumps(body)[:-1] + f', "{field}": 1}}'
        headers = {"Content-Type": JSON}
        assert ask(http, row, caller, good, content=twice, headers=headers) == 422


@chosen("form")
def test_bad_credentials_are_refused(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    for field, values in {"username": USERNAMES, "password": PASSWORDS}.items():
        for value in values:
            form = {"username": "somebody", "password": PASSWORD} | {field: value}
            assert ask(http, row, caller, good, data=form) == 400, (field, value)
            files = {name: (None, text) for name, text in form.items()}
            assert ask(http, row, caller, good, files=files) == 400, (field, value)


@chosen("path")
def test_a_path_that_names_nothing_is_refused(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    assert row.path
    for field in row.path.model_fields:
        for text in TEXTS:
            path = good.path | {field: quote(text, safe="")}
            assert refused(ask(http, row, caller, good, url=Good(path).url(row.name))), text


@chosen("query")
def test_a_query_that_is_none_of_ours_is_refused(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    assert row.query
    optional = not any(field.is_required() for field in row.query.model_fields.values())
    for field in row.query.model_fields:
        for text in TEXTS:
            status = ask(http, row, caller, good, params={field: text})
            assert refused(status) or (optional and status == 200), text
        assert refused(ask(http, row, caller, good, params={})) or optional


def test_a_uuid_is_the_same_in_any_case(http: httpx2.Client, caller: ApiCaller) -> None:
    uuid = caller.account.uuid
    mixed = "".join(c.upper() if n % 2 else c for n, c in enumerate(uuid))
    for spelling in (uuid, uuid.upper(), mixed):
        answer = http.get(f"/hosts/{spelling}", headers=caller.headers)
        assert (answer.status_code, answer.json()["uuid"]) == (200, uuid.upper())


def test_a_body_is_not_read_for_who_may_not_ask(http: httpx2.Client, caller: ApiCaller) -> None:
    url = f"/hosts/{caller.account.uuid}/only_friends"
    headers = {"Content-Type": JSON}
    assert http.put(url, content=b"x" * 100_000, headers=headers).status_code == 401
    headers |= caller.headers
    assert http.put(url, content=b"x" * 100_000, headers=headers).status_code == 413


TYPES_THAT_ARE_NONE = [
    *(
        None,
        "",
        "text/plain",
        "text/json",
        "application/ld+json",
        "application/json5",
        "application/octet-stream",
        "application/jsonx",
        "json",
        "*/*",
    ),
    *("text/plain;charset=UTF-8", "text/html; application/json", FORM, "multipart/form-data"),
]


@chosen("takes")
def test_a_body_is_read_as_json_where_it_says_so_alone(
    row: Row, http: httpx2.Client, caller: ApiCaller, good: Good
) -> None:
    for type_ in TYPES_THAT_ARE_NONE:
        headers = {} if type_ is None else {"Content-Type": type_}
        content = json.dumps(right(row, caller))
        answer = http.request(
            row.method,
            good.url(row.name),
            content=content,
            headers=caller.headers | headers,
        )
        assert answer.status_code == 422, type_
        assert answer.json()["detail"][0]["loc"] == ["header", "Content-Type"]
