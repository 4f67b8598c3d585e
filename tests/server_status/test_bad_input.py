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
from tests.api.hostile import TEXTS, VALUES
from tests.api.store import kept
from tests.api.test_bad_input import BODIES, EXTRA
from tests.server_status.requests import GOOD, ROWS, Caller, Callers, Good, asked

FREE_TEXT = {"POST /api/users/{user}", "POST /api/users/{user}/nicknames/{nickname}"}
"""Operations for which a text in the path may be a good new name."""
BODIES_AFTER_ALL = {
    "PUT /api/users/{user}": {"an empty object", "a kind that is none"},
    "PUT /api/users/{user}/nicknames": {"a list"},
}
"""Nothing to change is no fault, and of what kind it says it is does not matter."""


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
        return self.http.request(row.method, url, headers=headers, **sent)

    def refused(self, answer: httpx2.Response) -> bool:
        """By the client's fault, and nothing has changed."""
        said = answer.json()
        error = answer.status_code == 200 and isinstance(said, dict) and "error" in said
        no = error or 400 <= answer.status_code < 500
        before, self.before = self.before, self._kept()
        assert not no or self.before == before
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
    return [name for name in row.takes.model_fields if name != "root"]


@chosen("takes")
def test_a_body_that_is_none_of_ours_is_refused(row: Row, sender: Sender) -> None:
    good, taken = sender.good(row), []
    for name, (content, type_) in BODIES.items():
        answer = sender.ask(row, good, content=content, headers={"Content-Type": type_})
        if not sender.refused(answer):
            taken.append(name)
    assert set(taken) == BODIES_AFTER_ALL.get(row.name, set())


@chosen("takes")
def test_a_field_of_any_kind_is_refused_or_is_what_it_says(row: Row, sender: Sender) -> None:
    good = sender.good(row)
    body = good.json
    for field in fields(row):
        for value in VALUES:
            answer = sender.ask(row, good, json=body | {field: value})
            wrong = value is not None and type(value) is not type(body.get(field, "text"))
            assert sender.refused(answer) or not wrong or isinstance(value, str | list | bool)
    if not fields(row):
        for value in VALUES:
            assert sender.refused(sender.ask(row, good, json=[value])) or isinstance(value, str)
        sender.ask(row, good, json=[])


@chosen("takes")
def test_a_field_twice_or_one_too_many_is_refused(row: Row, sender: Sender) -> None:
    good = sender.good(row)
    for extra in {*EXTRA, "reg", "login", "nickname"} - set(fields(row)):
        body = good.json | {extra: True} if fields(row) else {extra: True}
        assert sender.refused(sender.ask(row, good, json=body)), extra
    for field in fields(row):
        twice = json.dumps(good.json)[:-1] + f', "{field}": 1.5}}'
        assert sender.refused(sender.ask(row, good, content=twice)), field


@chosen("path")
def test_a_path_that_names_nothing_is_refused(row: Row, sender: Sender) -> None:
    assert row.path
    good = sender.good(row)
    for field in row.path.model_fields:
        for text in TEXTS:
            path = good.path | {field: quote(text, safe="")}
            answer = sender.ask(row, Good(path), json=good.json)
            assert sender.refused(answer) or row.name in FREE_TEXT, (field, text)


@chosen("query")
def test_a_query_asks_by_its_names_alone(row: Row, sender: Sender) -> None:
    good = sender.good(row)
    for text in TEXTS:
        params = {"nicknames": text, "icon": text, text: text}
        answer = sender.ask(row, good, params=params)
        assert answer.status_code == 200
        shown = answer.json() if isinstance(answer.json(), list) else [answer.json()]
        assert all({"nicknames", "icon"} <= user.keys() for user in shown)
