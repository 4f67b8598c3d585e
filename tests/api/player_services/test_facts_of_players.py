"""What games depend on and the document does not say, from the ninth fact on: players, teams, ids,
texts. The others are in test_facts, which says where some more are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

import pytest

from tests.support.http_players import HttpGame, http_game, of, refusal, seat, seats

MATCH, INSTANCE = "/match", "/instance"
numbers = count(1)


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


# 9. What is not said of a player stays


def test_a_status_that_is_not_said_stays(game: HttpGame) -> None:
    ann, bob, invited = game.players(3)
    id = ann.open("game", bob)
    ann.invite(id, invited)
    for who, status in ((ann, "leader"), (bob, "member"), (invited, "invited")):
        answer = ann.place(id, who, custom_data={"hat": "red"})
        assert (answer.json()["status"], answer.json()["custom_data"]) == (status, {"hat": "red"})


def test_member_does_not_take_the_lead_away(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    for answer in (ann.place(id, ann, status="member"), ann.join(id, status="member")):
        assert answer.json()["status"] == "leader"


def test_a_promotion_does_not_mind_the_team(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open()
    bob.join(id, team_id=1)
    answer = ann.place(id, bob, status="leader", team_id=0)
    assert (answer.json()["status"], answer.json()["team_id"]) == ("leader", 1)
    assert seats(ann.read(id)) == [{ann.uuid: "member"}, {bob.uuid: "leader"}]


def test_who_comes_to_a_seat_that_was_held_keeps_its_team(game: HttpGame) -> None:
    ann, invited, reserved = game.players(3)
    id = ann.open()
    ann.place(id, invited, status="invited", team_id=1)
    game.machine().place(id, reserved, status="reserved", team_id=1)
    for who in (invited, reserved):
        assert who.join(id, team_id=0).json()["team_id"] == 1


def test_who_finds_the_team_full_gets_a_seat_in_another(game: HttpGame) -> None:
    ann, *others = game.players(5)
    id = ann.open("game", *others[:2])
    third = others[2].join(id, team_id=0)
    assert (third.status_code, third.json()["team_id"]) == (200, 1)
    assert others[3].join(id, team_id=9).json()["team_id"] == 1


def test_custom_data_with_team_0_moves_nobody_and_a_team_alone_does(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open()
    bob.join(id, team_id=1)
    edited = bob.place(id, bob, custom_data={"hat": "red"}, team_id=0)
    assert (edited.json()["team_id"], edited.json()["custom_data"]) == (1, {"hat": "red"})
    moved = bob.place(id, bob, team_id=0)
    assert (moved.json()["team_id"], moved.json()["custom_data"]) == (0, {"hat": "red"})


# 10. Clients count teams and seats


def test_every_team_is_listed_in_order_the_empty_ones_too(game: HttpGame) -> None:
    ann = game.player()
    teams = ann.read(ann.create("game"))["teams"]
    assert [(team["team_id"], team["max_size"], len(team["players"])) for team in teams] == [
        (0, 3, 1),
        (1, 3, 0),
    ]


def test_who_is_invited_or_reserved_is_listed_and_holds_a_seat(game: HttpGame) -> None:
    ann, invited, reserved, late = game.players(4)
    id = ann.open("party")
    ann.invite(id, invited)
    game.machine().place(id, reserved, status="reserved")
    assert seats(ann.read(id)) == [
        {ann.uuid: "leader", invited.uuid: "invited", reserved.uuid: "reserved"}
    ]
    assert late.join(id).status_code == 200
    assert refusal(game.player().join(id)) == (409, "session_full")


# 11. The older paths are complete


@pytest.mark.parametrize("form", ["{uuid}", "uuid/{uuid}", "id/{number}"])
def test_players_are_invited_promoted_moved_and_kicked_on_the_older_paths_too(
    game: HttpGame, form: str
) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    path = f"{of(id)}/player/{form.format(uuid=bob.uuid, number=bob.account.number)}"
    tagged = form != "id/{number}"
    invited = ann.call("POST", path, {"status": "invited", "team_id": 1})
    assert (invited.json()["status"], "etag" in invited.headers) == ("invited", tagged)
    assert bob.join(id).json()["team_id"] == 1
    assert ann.call("POST", path, {"team_id": 0}).json()["team_id"] == 0
    promoted = ann.call("POST", path, {"status": "leader", "team_id": 0})
    assert promoted.json()["status"] == "leader"
    bob.place(id, ann, status="leader")
    kicked = ann.call("DELETE", path)
    assert (kicked.status_code, "etag" in kicked.headers) == (204, tagged)
    assert seats(ann.read(id)) == [{ann.uuid: "leader"}, {}]


# 12. Two paths that the document does not have


def test_a_player_lists_their_own_sessions_and_leaves_without_saying_who_they_are(
    game: HttpGame,
) -> None:
    ann, bob = game.players(2)
    party, invited = ann.create(), bob.create("game")
    bob.invite(invited, ann)
    answer = ann.call("GET", "/session/v1/player/me/session")
    same = ann.call("GET", f"/session/v1/player/{ann.uuid}/session")
    assert answer.json() == same.json()
    assert ann.sessions() == {
        "party": {"type": "party", "session_ids": [party], "pending_invites": {}},
        "game": {
            "type": "game",
            "session_ids": [],
            "pending_invites": {invited: {"session_id": invited, "inviting_player_uuid": bob.uuid}},
        },
    }
    tag = {"If-None-Match": answer.headers["ETag"]}
    assert ann.call("GET", "/session/v1/player/me/session", headers=tag).status_code == 304
    assert (ann.leave(party).status_code, ann.leave(invited).status_code) == (204, 204)
    assert ann.sessions() == {}


# 13. Who asks for a session does not get the one they leave


@pytest.mark.parametrize("order", ["leave first", "create first"])
def test_leaving_and_creating_in_one_breath_ends_in_another_session(
    game: HttpGame, order: str
) -> None:
    ann, bob = game.players(2)
    plaza = ann.create("plaza")
    assert bob.create("plaza") == plaza
    if order == "leave first":
        bob.leave(plaza)
    created = bob.create("plaza")
    bob.leave(plaza)
    assert created != plaza
    for leader, id in ((ann, plaza), (bob, created)):
        leader.revise(id, joinable=False)  # not for the players of another test


def test_a_player_may_be_in_several_sessions_of_one_type(game: HttpGame) -> None:
    ann = game.player()
    two = [ann.create(), ann.create()]
    assert ann.sessions()["party"]["session_ids"] == two
    assert two[0] != two[1]


# 14. Empty texts are said


def test_an_empty_match_id_misc_params_and_platform_token_are_taken(game: HttpGame) -> None:
    ann = game.player()
    id = ann.create("game")
    startup = {"map": "/Game/Canyon", "misc_params": "", "mode": "/Game/Duel", "custom_data": {}}
    said = {"host_type": "player", "instance_startup_params": startup}
    assert ann.call("POST", of(id) + INSTANCE, said).status_code == 200
    match = ann.call("POST", of(id) + MATCH, {"match_id": "", "custom_data": {}})
    assert match.status_code == 200
    assert match.json()["match_id"]


# 15. One thing may be spelt in several ways


def test_a_uuid_comes_in_any_case_and_goes_out_in_lower(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    path = f"{of(id)}/player/uuid/{bob.uuid.upper()}"
    assert ann.call("POST", path, {"status": "invited", "team_id": 0}).status_code == 200
    found = ann.call("GET", f"/session/v1/player/{ann.uuid.upper()}/session")
    assert found.json()["sessions"]["game"]["session_ids"] == [id]
    assert seats(ann.read(id))[0] == {ann.uuid: "leader", bob.uuid: "invited"}
    assert ann.call("DELETE", path).status_code == 204


def test_the_id_of_an_instance_counts_in_any_case(game: HttpGame) -> None:
    ann = game.player()
    id = ann.create("game")
    name = f"AbCdEf-{next(numbers)}"
    ann.call("POST", of(id) + INSTANCE, {"host_type": "player", "instance_id": name})
    said = {"instance_id": name.upper(), "instance_health": "healthy"}
    assert ann.call("POST", of(id) + INSTANCE + "/health", said).status_code == 200
    assert ann.read(id)["instance"]["instance_id"] == name.lower()


# 16. Times and types


def test_times_end_in_z_and_have_at_most_three_decimals(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create()
    ann.invite(id, bob)
    read = ann.read(id)
    times = [read["created"], seat(read, ann)["joined"], seat(read, bob)["invited"]]
    for time in times:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?Z", time), time


def test_json_is_said_to_be_so_and_no_body_is_none(game: HttpGame) -> None:
    ann = game.player()
    id = ann.create()
    read = ann.get(id)
    assert read.headers["Content-Type"] == "application/json"
    known, left = ann.get(id, read.headers["ETag"]), ann.leave(id)
    for answer, status in ((known, 304), (left, 204)):
        assert (answer.status_code, answer.content) == (status, b"")
        assert "content-type" not in answer.headers
