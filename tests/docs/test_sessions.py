"""What sessions answer, tell and take beyond the published document stands on a page for people."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from lobby.api.player_services.routes import every
from lobby.domain.reasons import Reason
from lobby.domain.sessions.powers import Power
from protocol.events import InboxKind
from tests.api.player_services import schema_file
from tests.api.player_services.schema_file import CONTRACT
from tests.support.repository import ROOT

PAGES = {
    page.name: page.read_text()
    for page in (ROOT / "docs").glob("*.md")
    if page.name not in ("limits.md", "reliability.md", "security.md")
}
REFUSALS = {
    "coming-in.md": {
        *("kept_out", "already_seated", "session_not_joinable", "guest_not_welcome"),
        *("password_needed", "wrong_password", "session_full", "template_forbids", "too_many"),
    },
    "in-a-session.md": {
        *("team_occupied", "too_many_seats", "leader_stays", "host_stays", "list_full"),
        *("not_seated", "kept_out", "forbidden", "insufficient_permissions"),
    },
    "player-services.md": {
        *("kept_out", "password_needed", "wrong_password", "template_forbids", "teams_locked"),
        *("backfill_not_found", "instance_id_mismatch", "team_not_found", "session_not_joinable"),
    },
}
WORDS = {
    "player-services.md": {
        *("short_code", "joinability", "friend_uuid", "password", "session_permissions"),
        *("queue_ids", "passed_queue_time_seconds", "Lobby-About", "backfill_id", "deep_link"),
    },
    "the-channel.md": {*("code", "link", "permits", "teams_locked", "entry", "nonames", "free")},
}


def said(page: str) -> set[str]:
    """The words in a typewriter's letters."""
    text = re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL)
    quoted = re.findall(r"`([^`]+)`", text)
    return {word for text in quoted for word in re.findall(r"[\w-]+", text)}


@pytest.mark.parametrize("page", REFUSALS)
def test_each_refusal_of_sessions_is_on_its_page(page: str) -> None:
    assert REFUSALS[page] - said(page) == set()


@pytest.mark.parametrize("page", WORDS)
def test_each_word_of_codes_permits_and_queues_is_on_its_page(page: str) -> None:
    assert WORDS[page] - said(page) == set()


def test_every_kind_of_an_inbox_and_every_reason_is_on_the_page_of_the_channel() -> None:
    assert {*get_args(InboxKind), *Reason} - said("the-channel.md") == set()


def test_every_power_is_on_the_page_of_sessions() -> None:
    assert {*Power} - said("in-a-session.md") == set()


@schema_file.needed
def test_every_operation_of_sessions_that_is_ours_is_on_a_page() -> None:
    published = {
        (method.upper(), re.sub(r"{\w+}", "{}", path))
        for path, methods in CONTRACT["paths"].items()
        for method in methods
    }
    ours = {
        row.path_template
        for row in every
        if row.path_template.startswith("/session/")
        and (row.method, re.sub(r"{\w+}", "{}", row.path_template)) not in published
    }
    assert len(ours) > 12
    text = "\n".join(PAGES.values())
    assert {
        path for path in ours if not re.search(rf"{re.escape(path)}(?![\w/:{{])", text)
    } == set()
