"""Members over HTTP: pages of them, one of them, and two who swap."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.http_players import HttpGame, Player, http_game, of, refusal


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def page(who: Player, id: str, **query: Any) -> dict[str, Any]:
    answer = who.call("GET", f"{of(id)}/player", **query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def on(page: dict[str, Any]) -> list[list[str]]:
    return [[player["player_uuid"] for player in team["players"]] for team in page["teams"]]


def test_pages_hold_everybody_once_on_their_teams(game: HttpGame) -> None:
    ann, bob, cat, dan = game.players(4)
    id = ann.open("game")
    for player, team in ((bob, 1), (cat, 0), (dan, 1)):
        player.join(id, team_id=team)
    first = page(ann, id, page_size="3")
    assert on(first) == [[ann.uuid, cat.uuid], [bob.uuid]]
    rest = page(ann, id, page_size="3", cursor=str(first["cursor"]))
    assert (on(rest), rest["cursor"]) == ([[], [dan.uuid]], 0)
    assert [team["max_size"] for team in rest["teams"]] == [3, 3]
    assert page(ann, id)["teams"] == ann.read(id)["teams"]


def test_a_page_ends_where_it_was_to_end_whoever_left_meanwhile(game: HttpGame) -> None:
    ann, bob, cat = game.players(3)
    id = ann.open("game", bob, cat)
    cursor = page(ann, id, page_size="1")["cursor"]
    bob.leave(id)
    assert on(page(ann, id, cursor=str(cursor))) == [[cat.uuid], []]


def test_outsiders_read_no_more_by_pages_than_in_the_session(game: HttpGame) -> None:
    ann, bob, eve = game.players(3)
    id = ann.open("game", bob)
    ann.call("PATCH", f"{of(id)}/player/{bob.uuid}/permission/kick")
    assert page(eve, id)["teams"] == eve.read(id)["teams"]
    one = f"{of(id)}/player/{bob.uuid}"
    assert "session_permissions" not in eve.call("GET", one).json()
    assert ann.call("GET", one).json()["session_permissions"] == ["kick"]
    missing = eve.call("GET", f"{of(id)}/player/{eve.uuid}")
    assert refusal(missing) == (404, "player_not_in_session")


def test_the_banned_find_no_session_there(game: HttpGame) -> None:
    ann, bob, eve = game.players(3)
    id = ann.open("game", bob)
    game.ban(ann, eve)
    for path in ("", f"/{bob.uuid}"):
        found = eve.call("GET", f"{of(id)}/player{path}")
        assert refusal(found) == (404, "session_not_found")


def test_two_swap_in_a_full_session_and_are_answered_in_the_order_asked(game: HttpGame) -> None:
    players = game.players(6)
    ann, bob, *_, fay = players
    id = ann.open("game", *players[1:])
    answer = ann.call("POST", f"{of(id)}/player:swap", {"players": [fay.uuid, bob.uuid]})
    assert [one["player_uuid"] for one in answer.json()["players"]] == [fay.uuid, bob.uuid]
    assert [bob.uuid in team for team in on(page(ann, id))] == [False, True]
    for two, said in (
        ([ann.uuid, bob.uuid], (403, "leader_stays")),
        ([fay.uuid, fay.uuid], (422, None)),
    ):
        again = ann.call("POST", f"{of(id)}/player:swap", {"players": two})
        assert (again.status_code, again.json().get("error_code")) == said


def test_who_may_move_moves_others_by_the_newer_path(game: HttpGame) -> None:
    ann, bob, cat = game.players(3)
    id = ann.open("game", bob, cat)
    move = f"/session/v2/session/{id}/player/{cat.uuid}:move"
    assert bob.call("POST", move, {"team_id": 1}).status_code == 403
    ann.call("PATCH", f"{of(id)}/player/{bob.uuid}/permission/move")
    answer = bob.call("POST", move, {"team_id": 1})
    assert (answer.json()["team_id"], answer.json()["status"]) == (1, "member")
    assert refusal(bob.call("POST", move, {"team_id": 7})) == (409, "team_full")
