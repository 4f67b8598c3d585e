"""What leading players and game servers report over HTTP: listings, matches, events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx2
import pytest

from lobby.domain.accounts import Account
from tests.api.player_services.rows.made import led, playing
from tests.support.player_services import Caller, Callers, bearer

LINE = {"event_code": "lap", "timestamp": "2023-11-01T12:30:00+02:00"}


@dataclass
class Game:
    """A session that is being played, and whoever leads it."""

    http: httpx2.Client
    callers: Callers
    leader: Account
    id: int

    def ask(self, method: str, part: str, json: Any = None, **sent: Any) -> httpx2.Response:
        headers = bearer(self.callers.token(self.leader))
        path = f"/session/v1/session/{self.id}/{part}"
        return self.http.request(method, path, json=json, headers=headers, **sent)

    def listed(self, **query: Any) -> httpx2.Response:
        params = {"session_type": "game", **query}
        headers = bearer(self.callers.token(self.leader))
        return self.http.get("/session/v1/browser", params=params, headers=headers)


@pytest.fixture
def game(door: tuple[httpx2.Client, Callers]) -> Game:
    http, callers = door
    leader = callers.player()
    session = led(callers, Caller(None, leader), instance=playing())
    return Game(http, callers, leader, session.id)


def code(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


# Matches


def test_an_empty_match_id_is_answered_with_a_new_one(game: Game) -> None:
    begun = game.ask("POST", "match", {"match_id": ""})
    id = begun.json()["match_id"]
    assert str(UUID(id)) == id
    ended = game.ask("DELETE", "match")
    assert (ended.status_code, ended.json()) == (200, {})


def test_a_match_id_is_lower_case_and_alike_in_any_case(game: Game) -> None:
    begun = game.ask("POST", "match", {"match_id": "A-B", "custom_data": {"map": "canyon"}})
    assert begun.json() == {"match_id": "a-b"}
    updated = game.ask("PATCH", "match", {"match_id": "A-b", "custom_data": {"map": "harbour"}})
    assert (updated.status_code, updated.json()) == (200, {})
    assert code(game.ask("PATCH", "match", {"match_id": "other"})) == (409, "match_id_mismatch")
    assert code(game.ask("POST", "match", {"match_id": "a-b"})) == (409, "match_already_exists")


def test_custom_data_that_is_not_said_stays(game: Game) -> None:
    lobby, served = game.callers.served.lobby, game.callers.served
    game.ask("POST", "match", {"match_id": "one", "custom_data": {"map": "canyon"}})
    game.ask("PATCH", "match", {"match_id": "one"})
    session = served.do(lobby.sessions.get(str(game.id)))
    assert session.match is not None
    assert session.match.custom_data == {"map": "canyon"}


def test_without_a_match_or_an_instance_there_is_nothing_to_report(game: Game) -> None:
    assert code(game.ask("DELETE", "match")) == (404, "match_not_found")
    session = led(game.callers, Caller(None, game.leader))
    game.id = session.id
    assert code(game.ask("POST", "match", {"match_id": ""})) == (404, "instance_not_found")
    game.id += 1
    assert code(game.ask("POST", "match", {"match_id": ""})) == (404, "session_not_found")


# The browser


def test_a_listing_is_seen_by_everybody_with_what_is_said_of_it(game: Game) -> None:
    shown = game.ask("POST", "browser", {"custom_data": {"map": "canyon"}})
    assert shown.json() == {"custom_data": {"map": "canyon"}}
    (mine,) = [
        s for s in game.listed().json()["browser_sessions"] if s["session_id"] == str(game.id)
    ]
    assert mine == {
        "session_id": str(game.id),
        "player_count": 1,
        "max_player_count": 6,
        "custom_data": {"map": "canyon"},
    }


def test_the_tag_of_a_page_changes_with_what_is_on_it(game: Game) -> None:
    game.ask("POST", "browser", {})
    first = game.listed()
    assert game.listed().headers["etag"] == first.headers["etag"]
    game.ask("PATCH", "browser", {"custom_data": {"map": "harbour"}})
    assert game.listed().headers["etag"] != first.headers["etag"]


def test_pages_are_followed_by_their_cursor_until_it_is_0(game: Game) -> None:
    made = [led(game.callers, Caller(None, game.leader), listing={}, region="us") for _ in range(5)]
    found, cursor, pages = [], 0, 0
    while cursor or not pages:
        page = game.listed(region_id="us", page_size=2, cursor=cursor).json()
        found += [int(one["session_id"]) for one in page["browser_sessions"]]
        cursor, pages = page["cursor"], pages + 1
    assert (found, pages) == ([session.id for session in made], 3)


def test_what_is_not_said_of_a_listing_stays_and_what_is_not_listed_is_not_found(
    game: Game,
) -> None:
    assert code(game.ask("PATCH", "browser", {})) == (404, "browser_not_found")
    game.ask("POST", "browser", {"custom_data": {"a": "b"}}, params={"refresh_ttl": "false"})
    assert game.ask("PATCH", "browser", {}).json() == {"custom_data": {"a": "b"}}
    emptied = game.ask("PATCH", "browser", {"custom_data": {}})
    assert emptied.json() == {"custom_data": {}}
    for _ in range(2):
        assert game.ask("DELETE", "browser").status_code == 204


def test_a_party_is_not_listed(game: Game) -> None:
    game.id = led(game.callers, Caller(None, game.leader), "party").id
    assert code(game.ask("POST", "browser", {})) == (403, "browser_not_allowed")


# The log


def test_what_a_client_tells_is_read_with_its_time_in_utc(game: Game) -> None:
    game.ask("POST", "match", {"match_id": "final"})
    told = game.ask("POST", "event", {**LINE, "description": "fast", "custom_data": {"n": "3"}})
    assert (told.status_code, told.json()) == (200, {})
    entry = game.ask("GET", "event").json()["events"][-1]
    instance = entry.pop("instance")
    assert instance.startswith("instance-")
    assert entry == {
        "event_code": "lap",
        "description": "fast",
        "source_player_id": game.leader.number,
        "source_player_uuid": game.leader.uuid,
        "match": "final",
        "custom_data": {"n": "3"},
        "timestamp": "2023-11-01T10:30:00.000Z",
    }


def test_the_log_tells_what_the_lobby_saw_and_outlives_the_session(game: Game) -> None:
    headers = bearer(game.callers.token(game.leader))
    made = game.http.post(
        "/session/v1/session",
        json={
            "client_version": "1.0.0",
            "client_settings": {"input": "gamepad"},
            "session_type": "game",
        },
        headers=headers,
    )
    game.id = int(made.json()["session_id"])
    game.ask("POST", "browser", {})
    assert game.ask("DELETE", "player/me").status_code == 204
    assert code(game.ask("POST", "event", LINE)) == (404, "session_not_found")
    codes = [entry["event_code"] for entry in game.ask("GET", "event").json()["events"]]
    assert codes[:3] == ["session_created", "player_joined", "browser_added"]
    assert codes[-1] == "session_deleted"


@pytest.mark.parametrize("id", ["5", "no-session", "9" * 30])
def test_of_a_session_that_is_none_the_log_is_empty(game: Game, id: str) -> None:
    headers = bearer(game.callers.token(game.leader))
    answer = game.http.get(f"/session/v1/session/{id}/event", headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"events": []})
