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
from tests.api.hostile import PASSWORDS, TEXTS, USERNAMES, VALUES
from tests.api.people import PASSWORD, People, Person
from tests.api.requests import ROWS, Good
from tests.api.serving import Served
from tests.api.store import kept

DEEP = b"[" * 30_000 + b"]" * 30_000
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", JSON),
    "no JSON": (b"{", JSON),
    "null": (b"null", JSON),
    "a number": (b"1", JSON),
    "a list": (b"[]", JSON),
    "an empty object": (b"{}", JSON),
    "deep": (DEEP, JSON),
    "deep object": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON),
    "very deep": (b"[" * 100_000, JSON),
    "a megabyte": (b'{"host": "' + b"x" * 1_000_000 + b'"}', JSON),
    "NaN": (b"NaN", JSON),
    "Infinity": (b'{"host": Infinity}', JSON),
    "1e400": (b'{"host": 1e400}', JSON),
    "an endless integer": (b'{"host": ' + b"9" * 5_000 + b"}", JSON),
    "half a surrogate": (b'{"host": "\\ud800"}', JSON),
    "half a surrogate as name": (b'{"\\udc00": 1}', JSON),
    "NUL": (b'{"host": "\\u0000"}', JSON),
    "a byte order mark": (b"\xef\xbb\xbf{}", JSON),
    "no UTF-8": (b'{"host": "\xff"}', JSON),
    "UTF-16": ('{"host": 1}'.encode("utf-16"), JSON),
    "a form": (b"host=1&guest=2", FORM),
    "XML": (b"<host/>", "application/xml"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
    "parts without a boundary": (b"--x\r\n", "multipart/form-data"),
    "parts without an end": (b"--x\r\nContent-Dis", "multipart/form-data; boundary=x"),
    "parts in no charset": (
        b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\xff\r\n--x--\r\n',
        "multipart/form-data; boundary=x; charset=nonsense",
    ),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="username"; filename="f"\r\n\r\nf\r\n'
        b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "many fields": (b"a=1&" * 1_000, FORM),
    "a long field": (b"username=" + b"x" * 20_000, FORM),
    "no UTF-8 in a form": (b"username=%ff%fe&password=%ed%a0%80%ed%a0%80%ed%a0%80", FORM),
    "NUL in a form": (b"username=a%00bc&password=" + PASSWORD.encode() + b"%00", FORM),
    "brackets": (b"username[]=admin&password[$ne]=1", FORM),
    "a kind that is none": (b"{}", ";;;"),
}

EXTRA = ("uuid", "id", "isAdmin", "admin", "kind", "token_version", "password_hash", "locked")


@pytest.fixture(scope="module")
def caller(people: People) -> Person:
    """Who may do it, were it asked well."""
    return people.get("self user")


@pytest.fixture(autouse=True)
def unchanged(served: Served, caller: Person) -> Iterator[None]:
    """Nothing that is sent here changes anything."""
    before = served.do(kept(served.lobby))
    yield
    assert served.do(kept(served.lobby)) == before


def ask(http: httpx2.Client, row: Row, person: Person, good: Good, **sent: Any) -> int:
    headers = person.headers | sent.pop("headers", {})
    url = sent.pop("url", None) or good.url(row.name)
    return http.request(row.method, url, headers=headers, **sent).status_code


def refused(status: int) -> bool:
    """And not by an accident."""
    return 400 <= status < 500


@pytest.fixture
def good(caller: Person) -> Good:
    uuid = caller.account.uuid
    return Good({"host": uuid, "former_friend": uuid, "banned": uuid, "slot": 5})


def chosen(*parts: str) -> pytest.MarkDecorator:
    """Those rows that take any of these."""
    rows = [row for row in ROWS.values() if any(getattr(row, part) for part in parts)]
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


@chosen("takes", "form")
def test_a_body_that_is_none_of_ours_is_refused(
    row: Row, http: httpx2.Client, caller: Person, good: Good
) -> None:
    got = {}
    for name, (content, type_) in BODIES.items():
        headers = {"Content-Type": type_}
        got[name] = ask(http, row, caller, good, content=content, headers=headers)
    assert not {name: status for name, status in got.items() if not refused(status)}


def right(row: Row, caller: Person) -> dict[str, Any]:
    """A body that would do."""
    assert row.takes
    fields = row.takes.model_fields
    return {n: True if f.annotation is bool else caller.account.uuid for n, f in fields.items()}


@chosen("takes")
def test_a_field_of_the_wrong_kind_is_refused(
    row: Row, http: httpx2.Client, caller: Person, good: Good
) -> None:
    for field, fine in (body := right(row, caller)).items():
        for value in VALUES:
            if type(value) is not type(fine) or isinstance(value, str):
                status = ask(http, row, caller, good, json=body | {field: value})
                assert refused(status), (field, value)


@chosen("takes")
def test_a_field_that_is_missing_or_one_too_many_is_refused(
    row: Row, http: httpx2.Client, caller: Person, good: Good
) -> None:
    body = right(row, caller)
    for field in body:
        rest = {name: value for name, value in body.items() if name != field}
        assert ask(http, row, caller, good, json=rest) == 422
        twice = json.dumps(body)[:-1] + f', "{field}": 1}}'
        assert ask(http, row, caller, good, content=twice) == 422
    for extra in EXTRA:
        assert ask(http, row, caller, good, json=body | {extra: True}) == 422


@chosen("form")
def test_bad_credentials_are_refused(
    row: Row, http: httpx2.Client, caller: Person, good: Good
) -> None:
    for field, values in {"username": USERNAMES, "password": PASSWORDS}.items():
        for value in values:
            form = {"username": "somebody", "password": PASSWORD} | {field: value}
            assert ask(http, row, caller, good, data=form) == 400, (field, value)
            files = {name: (None, text) for name, text in form.items()}
            assert ask(http, row, caller, good, files=files) == 400, (field, value)


@chosen("path")
def test_a_path_that_names_nothing_is_refused(
    row: Row, http: httpx2.Client, caller: Person, good: Good
) -> None:
    assert row.path
    for field in row.path.model_fields:
        for text in TEXTS:
            path = good.path | {field: quote(text, safe="")}
            assert refused(ask(http, row, caller, good, url=Good(path).url(row.name))), text


@chosen("query")
def test_a_query_that_is_none_of_ours_is_refused(
    row: Row, http: httpx2.Client, caller: Person, good: Good
) -> None:
    assert row.query
    optional = not any(field.is_required() for field in row.query.model_fields.values())
    for field in row.query.model_fields:
        for text in TEXTS:
            status = ask(http, row, caller, good, params={field: text})
            assert refused(status) or (optional and status == 200), text
        assert refused(ask(http, row, caller, good, params={})) or optional


def test_a_uuid_is_the_same_in_any_case(http: httpx2.Client, caller: Person) -> None:
    uuid = caller.account.uuid
    mixed = "".join(c.upper() if n % 2 else c for n, c in enumerate(uuid))
    for spelling in (uuid, uuid.upper(), mixed):
        answer = http.get(f"/hosts/{spelling}", headers=caller.headers)
        assert (answer.status_code, answer.json()["uuid"]) == (200, uuid.upper())


def test_a_body_is_not_read_for_who_may_not_ask(http: httpx2.Client, caller: Person) -> None:
    url = f"/hosts/{caller.account.uuid}/only_friends"
    assert http.put(url, content=b"x" * 100_000).status_code == 401
    assert http.put(url, content=b"x" * 100_000, headers=caller.headers).status_code == 413
