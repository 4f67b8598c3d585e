"""Sessions as they are stored: what earlier versions wrote is read as what it meant."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter

from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template
from lobby.storage import session_rows

ADAPTER = TypeAdapter(Session)


def document(**fields: Any) -> dict[str, Any]:
    made = Session.launch(SPAN, Template("plaza", 1, 2), Guest("ann"), now=1.0)
    stored: dict[str, Any] = {**json.loads(ADAPTER.dump_json(made)), **fields}
    return stored


def old(**fields: Any) -> str:
    stored = document(**fields)
    for name in ("entry", "by_platform", "terms"):
        del stored[name]
    return json.dumps(stored, separators=(",", ":"))


@pytest.mark.parametrize(
    ("joinable", "entry"), [(True, Entry.OPEN), (False, Entry.INVITED)], ids=["open", "invited"]
)
def test_what_was_joinable_is_open_and_what_was_not_is_by_invitation(
    joinable: bool, entry: Entry
) -> None:
    found = ADAPTER.validate_json(session_rows.migrate(old(joinable=joinable)))
    assert (found.entry, found.by_platform, found.terms) == (entry, True, None)


def test_a_game_may_use_the_old_word_in_its_own_data() -> None:
    now = json.dumps(
        document(entry="friends", attributes={"joinable": False}), separators=(",", ":")
    )
    assert session_rows.migrate(now) == now
    before = old(joinable=True, attributes={"joinable": False, "entry": "x"})
    found = ADAPTER.validate_json(session_rows.migrate(before))
    assert (found.entry, found.attributes) == (Entry.OPEN, {"joinable": False, "entry": "x"})


def labels(**fields: Any) -> set[str]:
    made = ADAPTER.validate_python(document(**fields))
    return {label for label in session_rows.index(made).labels if label.startswith("open:")}


def test_only_what_is_open_to_everybody_is_found_by_who_looks_for_any() -> None:
    assert labels() == {"open:plaza"}
    strict = {"host": "ann", "version": 1, "only_friends": True, "allow_nonames": False}
    for other in ({"entry": "friends"}, {"terms": strict}, {"template": "hosted"}):
        assert labels(**other) == set()
