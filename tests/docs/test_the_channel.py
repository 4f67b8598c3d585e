"""The page for those who write clients of the channel names all that they may be shown."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from lobby.domain.permissions import Kind
from protocol.events import InboxEntry, InboxKind, ReachableInstance, SeatState, SessionState
from tests.docs.shell_sessions import Page

PAGE = Page("docs/the-channel.md")


def named(start: str, end: str) -> set[str]:
    """The words in code between two places."""
    part = PAGE.text[PAGE.text.index(start) :]
    return set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]+)`", part[: part.index(end)]))))


def test_every_way_to_have_come_in_is_named() -> None:
    assert named("`kind` is", "what does not apply") == {"kind", *Kind}


@pytest.mark.parametrize("shown", [SessionState, ReachableInstance, SeatState])
def test_every_field_of_a_session_is_named(
    shown: type[SessionState | ReachableInstance | SeatState],
) -> None:
    words = named("| `session:<id>` |", "| `host:<uuid>`") | named("A session: ", "Times are")
    assert set(shown.model_fields) <= words


def test_every_field_of_an_inbox_is_named_and_no_other() -> None:
    assert named("| `inbox` |", "; what each") - {"inbox"} == set(InboxEntry.model_fields)


def test_every_kind_of_an_inbox_is_explained_and_no_other() -> None:
    table = PAGE.text[
        PAGE.text.index("### What an inbox tells") : PAGE.text.index("`session` is the id of")
    ]
    kinds = re.findall(r"`(\w+)`", " ".join(re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)))
    assert sorted(kinds) == sorted(get_args(InboxKind))
