"""For everything that is kept, the operator's page says what ends it."""

from __future__ import annotations

import re

from lobby.actions.sessions.leftovers import OWNERLESS
from lobby.storage import kinds
from persistence.store.sql import SCHEMA
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "operating.md").read_text()
SECTION = re.search(r"## What is kept, and for how long\n(.*?)\n## ", PAGE, re.DOTALL)
assert SECTION
ROWS = [row.strip("|").split(" | ") for row in SECTION[1].splitlines() if row.startswith("| ")][1:]


def named(where: str) -> list[str]:
    return [
        name for row in ROWS if row[1] == where for name in re.findall(r"`(\w+)`", row[0].strip())
    ]


def test_every_row_says_what_ends_it() -> None:
    assert len(ROWS) > 20
    assert all(len(row) == 3 and all(cell.strip() for cell in row) for row in ROWS)


def test_every_kind_of_document_has_a_row() -> None:
    there = [one.name for one in vars(kinds).values() if isinstance(one, kinds.DocumentKind)]
    assert len(there) > 10
    assert sorted(named("document")) == sorted(there)


STREAMS = "inbox|chat|session_events|client_events|instance|trail"


def test_every_kind_of_stream_has_a_row_and_something_that_finds_it_without_an_owner() -> None:
    written = set[str]()
    for path in (ROOT / "lobby").rglob("*.py"):
        text = path.read_text()
        if "store.append(" in text or "inbox.put" in text or "notify.append(" in text:
            written |= set(re.findall(rf"topics\.({STREAMS})\(", text))
    assert len(written) == 6, "streams are written here"
    assert sorted(named("stream")) == sorted(OWNERLESS)


def test_every_table_has_a_row() -> None:
    tables = set(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", SCHEMA))
    rows = {"documents", "streams", *named("table")}  # these two are told kind by kind
    assert tables == rows
