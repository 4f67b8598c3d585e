"""Whatever is sent to whatever operation of the document is answered as the document says, and what
is refused changes nothing. Each answer is held to the document by the client itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from lobby.api.dialect import Row
from tests.api.player_services.good_requests import LINES, ROWS
from tests.api.player_services.rows import Good
from tests.support.field_formats import fits, fits_text, names
from tests.support.hostile_bodies import BODIES
from tests.support.hostile_values import TEXTS, VALUES
from tests.support.player_services import Callers, player_services_server
from tests.support.store_contents import kept

ANYTHING_NAMED = {"a kind that is none", "an empty object", "Infinity", "1e400", "NUL"}
"""Bodies that are good where nothing has to be said. Of what kind they say they are counts not, nor
what stands in fields that nobody knows."""
LINK = "/session/v1/platform/{platform}/platform-session/{platform_session_id_base64}"
ANYTHING_SOUGHT = {
    "GET /session/v1/session/{session_id}/event",
    "POST " + LINK + "/session/{session_id}",
}
"""Operations that show nothing where there is nothing, or for which a text may be a new name."""


class Sender:
    """Asks as who may, and knows whether anything was changed."""

    def __init__(self, http: httpx2.Client, callers: Callers) -> None:
        self.http, self.callers = http, callers

    def good(self, row: Row) -> Good:
        """Theirs, made anew: what was done with the one before must not be in the way."""
        self.caller = self.callers.get("player")
        return LINES[row.name].good(self.callers, self.caller)

    def refused(self, row: Row, good: Good, **sent: Any) -> bool:
        """By the client's fault, and nothing has changed; or else it was done."""
        headers = self.caller.headers | (good.headers or {}) | sent.pop("headers", {})
        url = sent.pop("url", None) or good.url(row.name)
        before = self.callers.served.do(self._kept_at_rest())
        answer = self.http.request(row.method, url, headers=headers, **sent)
        assert answer.status_code < 500, answer.text
        if answer.status_code < 400:
            return False
        assert self._kept() == before
        return True

    async def _kept_at_rest(self) -> Any:
        """When nothing that was done before is still on its way to the store."""
        lobby = self.callers.served.lobby
        while await lobby.submissions.find("open", "yes", limit=1):
            await asyncio.sleep(0.01)
        while writing := lobby.inbox._writing:
            await asyncio.wait([writing])
        return await kept(lobby)

    def _kept(self) -> Any:
        return self.callers.served.do(kept(self.callers.served.lobby))


@pytest.fixture(scope="module")
def sender() -> Iterator[Sender]:
    with player_services_server() as (http, callers):
        yield Sender(http, callers)


def chosen(part: str) -> pytest.MarkDecorator:
    """Those rows that take it; last those that may leave something behind."""
    rows = [row for row in ROWS.values() if getattr(row, part)]
    rows.sort(key=lambda row: row.name in ANYTHING_SOUGHT)
    return pytest.mark.parametrize("row", rows, ids=[row.name for row in rows])


@chosen("takes")
def test_a_body_that_is_none_of_ours_is_refused(row: Row, sender: Sender) -> None:
    assert row.takes
    good, taken = sender.good(row), set()
    for name, (content, type_) in BODIES.items():
        if not sender.refused(row, good, content=content, headers={"Content-Type": type_}):
            taken.add(name)
            good = sender.good(row)
    needed = any(field.is_required() for field in row.takes.model_fields.values())
    assert taken <= (set() if needed else ANYTHING_NAMED)


UUIDS = {"0" * 32: "00000000-0000-0000-0000-000000000000"}
"""Without hyphens they mean the same."""


@chosen("takes")
def test_a_field_of_another_kind_is_refused(row: Row, sender: Sender) -> None:
    good = sender.good(row)
    assert row.takes
    for field in names(row.takes):
        for value in VALUES:
            taken = not sender.refused(row, good, json=good.json | {field: value})
            known = UUIDS.get(str(value), value)
            assert not taken or fits(row.takes, field, known), (field, value)
            if taken:
                good = sender.good(row)


@chosen("takes")
def test_a_body_without_a_field_that_it_needs_is_refused(row: Row, sender: Sender) -> None:
    assert row.takes
    for field, described in row.takes.model_fields.items():
        if described.is_required():
            good = sender.good(row)
            rest = {name: value for name, value in good.json.items() if name != field}
            assert sender.refused(row, good, json=rest), field


FIRST_TEAM = ("team_id", "0")
"""Every session has it."""


@chosen("path")
def test_a_path_that_names_nothing_is_refused(row: Row, sender: Sender) -> None:
    assert row.path
    good = sender.good(row)
    for field in row.path.model_fields:
        for text in TEXTS:
            url = Good(good.path | {field: quote(text, safe="")}).url(row.name)
            refused = sender.refused(row, good, url=url, json=good.json)
            known = row.name in ANYTHING_SOUGHT or (field, text) == FIRST_TEAM
            assert refused or known, (field, text)


@chosen("query")
def test_a_query_is_answered_whatever_it_says(row: Row, sender: Sender) -> None:
    assert row.query
    good = sender.good(row)
    for name in names(row.query):
        for text in TEXTS:
            params = good.query | {name: text}
            taken = not sender.refused(row, good, params=params, json=good.json)
            assert not taken or fits_text(row.query, name, text), (name, text)
