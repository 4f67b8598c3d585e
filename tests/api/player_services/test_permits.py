"""Permits and sizes of teams over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.http_players import HttpGame, http_game, of, refusal


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def test_permits_are_given_read_and_taken_one_at_a_time(game: HttpGame) -> None:
    ann, bob, eve = game.players(3)
    id = ann.open("game", bob)
    path = f"{of(id)}/player/{bob.uuid}/permission"
    for permission in ("move", "kick", "kick"):
        given = ann.call("PATCH", f"{path}/{permission}")
    assert given.json() == {"player_uuid": bob.uuid, "permissions": ["kick", "move"]}
    assert bob.call("GET", path).json() == given.json()
    assert eve.call("GET", path).status_code == 403
    assert ann.call("DELETE", f"{path}/kick").json()["permissions"] == ["move"]
    assert ann.call("DELETE", f"{path}/kick").json()["permissions"] == ["move"]
    assert ann.call("PATCH", f"{path}/close").status_code == 422
    missing = ann.call("PATCH", f"{of(id)}/player/{eve.uuid}/permission/kick")
    assert refusal(missing) == (404, "player_not_in_session")


def test_a_permit_opens_the_published_operations(game: HttpGame) -> None:
    ann, bob, cat, dan = game.players(4)
    id = ann.open("game", bob, cat)
    assert bob.remove(id, cat).status_code == 403
    for permission in ("invite", "kick"):
        ann.call("PATCH", f"{of(id)}/player/{bob.uuid}/permission/{permission}")
    assert bob.remove(id, cat).status_code == 204
    assert bob.place(id, dan, status="invited").status_code == 200
    assert bob.place(id, dan, status="reserved").status_code == 403
    assert bob.revise(id, joinable=False).status_code == 403


def test_a_team_gets_seats_and_custom_data(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    said = ann.call("PATCH", f"{of(id)}/team/1", {"max_size": 4, "custom_data": {"a": "b"}})
    assert (said.json()["max_size"], said.json()["custom_data"]) == (4, {"a": "b"})
    teams = ann.revise(id, teams=[{"max_size": 2}]).json()["teams"]
    assert [team["max_size"] for team in teams] == [2, 4]
    assert [team.get("custom_data") for team in teams] == [None, {"a": "b"}]
    for wanted, refused in ((1, (409, "team_occupied")), (0, (422, None)), (101, (422, None))):
        answer = ann.call("PATCH", f"{of(id)}/team/0", {"max_size": wanted})
        assert (answer.status_code, answer.json().get("error_code")) == refused
    assert refusal(ann.call("PATCH", f"{of(id)}/team/2", {})) == (404, "team_not_found")
    assert ann.revise(id, teams=[{}, {}, {}]).status_code == 404


def test_what_a_patch_says_of_teams_and_the_rest_is_one_change(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    before = ann.read(id)
    answer = ann.revise(id, custom_data={"map": "canyon"}, teams=[{"max_size": 1}])
    assert answer.status_code == 409
    assert ann.read(id) == before
