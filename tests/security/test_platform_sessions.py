"""A stranger who tries to come into a closed party through the session of a platform behind it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.support.http_players import HttpGame, Player
from tests.support.player_services import Callers, player_services_server

ID = urlsafe_b64encode(b"LOBBY:a party of friends").decode()
BEHIND = f"/session/v1/platform/Steam/platform-session/{ID}"


@pytest.fixture
def game() -> Iterator[HttpGame]:
    with player_services_server() as (http, callers):
        yield HttpGame(http, callers)


def steam(game: HttpGame) -> Player:
    callers: Callers = game.callers
    return Player(game.http, callers, callers.of_platform(callers.player()))


def closed_party(leader: Player) -> str:
    id = leader.create("party")
    assert leader.call("POST", f"{BEHIND}/session/{id}").status_code == 200
    return id


def linked(answer: dict[str, Any]) -> list[str]:
    return [one["platform_session_id_base64"] for one in answer["platform_session"]]


def come_in(who: Player, whom: str = "me") -> httpx2.Response:
    return who.call("POST", f"{BEHIND}/player/{whom}", {**who.game, "team_id": 0})


def test_e1_ids_of_platform_sessions_are_shown_to_members_and_invited_alone(
    game: HttpGame,
) -> None:
    leader, invited, stranger = steam(game), steam(game), steam(game)
    id = closed_party(leader)
    leader.invite(id, invited)
    assert linked(leader.read(id)) == linked(invited.read(id)) == [ID]
    assert linked(stranger.read(id)) == []
    assert ID not in stranger.get(id).text
    log = f"/session/v1/session/{id}/event"
    assert ID in leader.call("GET", log).text
    assert ID not in stranger.call("GET", log).text
    assert stranger.call("GET", BEHIND).status_code == 403
    services = Player(game.http, game.callers, game.callers.machine("server"))
    assert linked(services.read(id)) == [ID]


@pytest.mark.parametrize("platform", ["Anon", "PSN", "steam"])
def test_e1_nobody_enters_by_a_platform_that_their_token_is_not_of(
    game: HttpGame, platform: str
) -> None:
    leader, friend = steam(game), steam(game)
    id = closed_party(leader)
    account = game.callers.of_platform(game.callers.player(), platform)
    stranger = Player(game.http, game.callers, account, says="Steam")
    for whom in ("me", stranger.uuid, stranger.uuid.upper()):
        answer = come_in(stranger, whom)
        assert answer.status_code == 403, answer.text
        assert answer.json()["error_code"] == "insufficient_permissions"
    players = [p["player_uuid"] for team in leader.read(id)["teams"] for p in team["players"]]
    assert players == [leader.uuid]
    assert come_in(friend).status_code == 200, "who has logged in by it comes in"
