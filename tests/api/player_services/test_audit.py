"""What happened in a session or to a player, and why: to whom it is shown, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from tests.support.http_players import HttpGame, Player, http_game

AUDIT = "/session/v1/audit"


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def events(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


def kicked(game: HttpGame) -> tuple[Player, Player, str]:
    """Ann, who removed Bob from this session."""
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    ann.remove(id, bob)
    return ann, bob, id


def test_a_session_is_told_by_its_log_with_reasons_a_page_at_a_time(game: HttpGame) -> None:
    ann, bob, id = kicked(game)
    found = events(ann.call("GET", AUDIT, session_id=id))
    (gone,) = [one for one in found if one["event_name"] == "player_kicked"]
    assert (gone["reason"], gone["player_uuid"], gone["session_id"]) == ("kicked", bob.uuid, id)
    assert gone["requesting_user_uuid"] == ann.uuid
    pages = [
        events(ann.call("GET", AUDIT, session_id=id, page_size="1", page_num=str(n)))
        for n in range(len(found) + 1)
    ]
    assert pages == [*([one] for one in found), []]


def test_a_player_reads_why_and_not_by_whom_and_nothing_of_others(game: HttpGame) -> None:
    ann, bob, id = kicked(game)
    found = events(bob.call("GET", AUDIT, player_uuid=bob.uuid))
    assert [(one["event_name"], one.get("reason")) for one in found][-1] == (
        "player_kicked",
        "kicked",
    )
    assert ann.uuid not in str(found)
    assert bob.call("GET", AUDIT, player_uuid=ann.uuid).status_code == 403
    assert events(bob.call("GET", AUDIT, session_id=id)) == []


def test_dates_bound_what_is_read(game: HttpGame) -> None:
    ann, _, id = kicked(game)
    now = datetime.now(UTC)
    before, after = (now - timedelta(hours=1)).isoformat(), (now + timedelta(hours=1)).isoformat()
    whole = events(ann.call("GET", AUDIT, session_id=id))
    assert events(ann.call("GET", AUDIT, session_id=id, start_date=before, end_date=after)) == whole
    assert events(ann.call("GET", AUDIT, session_id=id, start_date=after)) == []
    assert events(ann.call("GET", AUDIT, session_id=id, end_date=before)) == []


def test_an_event_of_a_server_passes_for_none_of_ours(game: HttpGame) -> None:
    ann, bob, id = kicked(game)
    said: dict[str, Any] = {
        "event_name": "player_kicked",
        "session_id": id,
        "player_uuid": bob.uuid,
        "reason": "he cheated",
        "custom_data": {"map": "x"},
    }
    assert game.machine().call("POST", AUDIT, json=said).status_code == 200
    (told,) = [
        one
        for one in events(ann.call("GET", AUDIT, session_id=id))
        if one["event_name"] == "customer.player_kicked"
    ]
    assert (told["reason"], told["custom_data"]) == ("he cheated", {"map": "x"})
    assert ann.call("POST", AUDIT, json=said).status_code == 403


@pytest.mark.parametrize(
    "query",
    [{}, {"page_size": "51"}, {"page_num": "-1"}, {"player_uuid": "x"}, {"start_date": "x"}],
)
def test_what_is_no_question_is_refused(game: HttpGame, query: dict[str, Any]) -> None:
    (ann,) = game.players(1)
    assert ann.call("GET", AUDIT, **query).status_code == 422
