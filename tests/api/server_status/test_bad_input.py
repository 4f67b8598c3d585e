"""Whatever is sent to whatever operation of the document is answered as the document says, and what
is refused changes nothing. Each answer is held to the document by the client itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from lobby.api.dialect import Row
from tests.api.server_status.good_requests import GOOD, ROWS, Caller, Callers, Good, asked
from tests.api.test_bad_input import EXTRA
from tests.support.field_formats import fits, names
from tests.support.hostile_bodies import BODIES
from tests.support.hostile_values import TEXTS, VALUES
from tests.support.store_contents import kept

FREE_TEXT = {"POST /api/users/{user}", "POST /api/users/{user}/nicknames/{nickname}"}
"""Operations for which a text in the path may be a good new name."""
BODIES_AFTER_ALL = {
    "PUT /api/users/{user}": {"an empty object"},
    "PUT /api/users/{user}/nicknames": {"a list"},
}
"""Nothing to change is no fault."""


TYPES = ("application/json", "APPLICATION/JSON", "application/json; charset=utf-8")
TYPES_THAT_ARE_NONE = [
    *(
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "json",
        "*/*",
        ";;;",
    ),
    *("application/json5", "application/ld+json", "application/jsonp", "multipart/form-data"),
    *("text/plain;charset=UTF-8", "application/octet-stream", "text/html; application/json"),
]
MORE_VALUES = [*VALUES, "a/b", "x" * 129, "x" * 100_000, "\u202e", "ä" * 33, " ", "data:,", False]
PARTS = [
    "a/b",
    "/",
    "a/../b",
    "ä/ö",
    "x" * 65,
    "x" * 20_000,
    "\u202e",
    "%2F",
    "a%2Fb",
    "?",
    "#",
    "\ufffd",
]
"""Texts of which some have to be escaped in a path."""


def as_type(type: str | None) -> dict[str, str]:
    return {} if type is None else {"Content-Type": type}


class Sender:
    """Asks as an administrator, and knows whether anything was changed."""

    def __init__(self, http: httpx2.Client, callers: Callers) -> None:
        self.http, self.callers = http, callers
        self.caller: Caller = callers.get("admin")
        self.before = self._kept()

    def good(self, row: Row) -> Good:
        return GOOD[row.name](self.callers, self.caller)

    def ask(self, row: Row, good: Good, **sent: Any) -> httpx2.Response:
        url = row.path_template.format(**good.path)
        headers = self.caller.headers | sent.pop("headers", {})
        self.before = self._kept()
        return self.http.request(row.method, url, headers=headers, **sent)

    def refused(self, answer: httpx2.Response) -> bool:
        """By the client's fault, and nothing has changed."""
        said = answer.json()
        error = answer.status_code == 200 and isinstance(said, dict) and "error" in said
        no = error or 400 <= answer.status_code < 500
        assert not no or self.before == self._kept()
        return no

    def _kept(self) -> Any:
        return self.callers.served.do(kept(self.callers.served.lobby))


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    with asked() as (http, callers):
        yield Sender(http, callers)


def chosen(part: str) -> pytest.MarkDecorator:
    """Those rows that take it; last those that may leave something behind."""
    rows = [row for row in ROWS.values() if getattr(row, part)]
    rows.sort(key=lambda row: row.name in FREE_TEXT)
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


def fields(row: Row) -> list[str]:
    assert row.takes
    return names(row.takes)


@chosen("takes")
def test_a_body_that_is_none_of_ours_is_refused(row: Row, sender: Sender) -> None:
    good, taken = sender.good(row), []
    for name, (content, type_) in BODIES.items():
        answer = sender.ask(row, good, content=content, headers={"Content-Type": type_})
        if not sender.refused(answer):
            taken.append(name)
        else:
            assert answer.status_code in (400, 413), name
    assert set(taken) == BODIES_AFTER_ALL.get(row.name, set())


@chosen("takes")
def test_a_body_is_read_as_json_where_it_says_so_alone(row: Row, sender: Sender) -> None:
    for type in TYPES_THAT_ARE_NONE:
        good = sender.good(row)
        answer = sender.ask(row, good, content=json.dumps(good.json), headers=as_type(type))
        assert (sender.refused(answer), answer.status_code) == (True, 400), type
        assert "Content-Type" in answer.json()["error"]
    for type in TYPES:
        good = sender.good(row)
        answer = sender.ask(row, good, content=json.dumps(good.json), headers=as_type(type))
        assert answer.status_code == 200, type


@chosen("takes")
def test_a_value_of_the_wrong_type_is_malformed_and_one_that_breaks_a_rule_is_told_so(
    row: Row, sender: Sender
) -> None:
    assert row.takes
    good = sender.good(row)
    for field in fields(row):
        for value in MORE_VALUES:
            answer = sender.ask(row, good, json=good.json | {field: value})
            sender.refused(answer)
            told = 200 if fits(row.takes, field, value) else 400
            assert answer.status_code == told, (field, value)
    if not fields(row):
        for value in MORE_VALUES:
            answer = sender.ask(row, good, json=[value])
            assert sender.refused(answer) or isinstance(value, str)
            assert answer.status_code == (200 if isinstance(value, str) else 400), value
        sender.ask(row, good, json=[])


@chosen("takes")
def test_a_field_twice_or_one_too_many_is_refused(row: Row, sender: Sender) -> None:
    good = sender.good(row)
    for extra in {*EXTRA, "reg", "login", "nickname"} - set(fields(row)):
        body = good.json | {extra: True} if fields(row) else {extra: True}
        assert sender.refused(sender.ask(row, good, json=body)), extra
    for field in fields(row):
        twice = json.dumps(good.json)[:-1] + f', "{field}": 1.5}}'
        answer = sender.ask(row, good, content=twice, headers=as_type("application/json"))
        assert sender.refused(answer), field


@chosen("path")
def test_a_path_that_names_nothing_is_refused(row: Row, sender: Sender) -> None:
    assert row.path
    good = sender.good(row)
    for field in row.path.model_fields:
        for text in filter(None, [*TEXTS, *PARTS]):
            path = good.path | {field: quote(text, safe="")}
            answer = sender.ask(row, Good(path), json=good.json)
            assert sender.refused(answer) or row.name in FREE_TEXT, (field, text)
            assert answer.status_code == 200, (field, text)


@chosen("query")
def test_a_query_asks_by_its_names_alone(row: Row, sender: Sender) -> None:
    good = sender.good(row)
    for text in TEXTS:
        params = {"nicknames": text, "icon": text, text: text}
        answer = sender.ask(row, good, params=params)
        assert answer.status_code == 200
        shown = answer.json() if isinstance(answer.json(), list) else [answer.json()]
        assert all({"nicknames", "icon"} <= user.keys() for user in shown)
