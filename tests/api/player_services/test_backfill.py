"""Backfill as game servers of later clients meet it: what they read, and how they are refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from lobby.domain.sessions.instances import JoinStatus
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows.backfill import running
from tests.support.player_services import Caller, Callers, bearer, player_services_server


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[httpx2.Client, Callers]]:
    with player_services_server() as there:
        yield there


class GameServer:
    """A running match, and requests of its game server."""

    def __init__(self, http: httpx2.Client, callers: Callers) -> None:
        self.http, self.callers = http, callers
        self.host: Caller = callers.get("server")
        self.session = running(callers, callers.get("player"))

    def __call__(self, method: str, **said: Any) -> httpx2.Response:
        path = f"/session/v1/backfill/session/{self.session.id}"
        instance = self.session.instance
        body = {"instance_id": instance.id if instance else "", **said}
        return self.http.request(method, path, json=body, headers=self.host.headers)

    def shown(self, headers: dict[str, str] | None = None) -> Any:
        path = f"/session/v1/session/{self.session.id}"
        return self.http.get(path, headers=headers or self.host.headers).json()

    def change(self, **fields: Any) -> None:
        def decide(session: Session) -> None:
            vars(session).update(fields)

        sessions = self.callers.served.lobby.sessions
        self.callers.served.do(sessions.change(str(self.session.id), decide))


@pytest.fixture
def server(there: tuple[httpx2.Client, Callers]) -> GameServer:
    return GameServer(*there)


def refused(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


def test_how_often_more_players_are_wanted_is_told(
    there: tuple[httpx2.Client, Callers], server: GameServer
) -> None:
    said = there[0].get("/session/v1/backfill/config", headers=server.host.headers).json()
    assert said == {"timeout": 30.0}


def test_those_inside_read_that_it_may_ask_and_what_it_said_last(server: GameServer) -> None:
    id = str(server.session.id)
    assert server.shown()["backfill"] == {"backfill_id": id, "extensions": {}}
    assert server("POST", extensions={"round": "3"}).json() == {"backfilled_players": []}
    assert server.shown()["backfill"] == {"backfill_id": id, "extensions": {"round": "3"}}
    stranger = bearer(server.callers.token(server.callers.player()))
    assert "backfill" not in server.shown(stranger)


def test_it_is_not_shown_before_the_instance_is_joinable(server: GameServer) -> None:
    assert server.session.instance is not None
    server.session.instance.status = JoinStatus.PENDING
    server.change(instance=server.session.instance)
    assert "backfill" not in server.shown()
    assert refused(server("POST")) == (404, "backfill_not_found")


def test_who_was_invited_is_told_once(server: GameServer) -> None:
    match, player = server.session.match, server.callers.player()
    assert match is not None
    assert match.need is not None
    server.session.seats.invite(Guest(player.uuid), until=4e9, team=1)
    match.need.invite(player.uuid, 1)
    server.change(match=match, seats=server.session.seats)
    assert server("POST").json() == {"backfilled_players": [player.uuid]}
    assert server("POST").json() == {"backfilled_players": []}


def test_what_it_asks_for_is_kept_with_the_session(server: GameServer) -> None:
    teams = [{"team_id": 1, "players_required": 2}]
    assert server("PATCH", teams=teams).status_code == 204
    kept = server.callers.served.do(
        server.callers.served.lobby.sessions.get(str(server.session.id))
    )
    assert kept.match is not None
    assert kept.match.need is not None
    assert kept.match.need.required == {1: 2}
    assert server("PATCH").status_code == 204


def test_another_instance_and_none_at_all_are_refused(server: GameServer) -> None:
    for method in ("PATCH", "POST", "DELETE"):
        assert refused(server(method, instance_id="another")) == (403, "instance_id_mismatch")
    assert server("DELETE").status_code == 204
    for method in ("PATCH", "POST", "DELETE"):
        assert refused(server(method)) == (404, "backfill_not_found")
    server.session.id = 1
    assert refused(server("POST")) == (404, "session_not_found")


def test_a_team_that_is_not_there_or_is_named_twice_is_refused(server: GameServer) -> None:
    unknown = [{"team_id": 7, "players_required": 1}]
    assert refused(server("PATCH", teams=unknown)) == (404, "team_not_found")
    twice = [{"team_id": 0, "players_required": n} for n in (1, 2)]
    assert server("PATCH", teams=twice).status_code == 422
