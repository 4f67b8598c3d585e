"""Who is in a session, over HTTP: each way in and out with its refusals, and whose sessions are
whose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from tests.api.player_services.rows.sessions import GAME
from tests.support.http_players import HttpGame, Player, http_game, of, refusal, seat, seats

Way = Callable[[Player, str], httpx2.Response]
XBOX = {
    "permitted_platform": "desired_platforms_xboxlike",
    "permitted_input": "desired_inputs_any",
}
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


# 21. Coming in


def test_who_comes_in_is_answered_with_their_seat_and_the_whole_sessions_tag(
    game: HttpGame,
) -> None:
    ann, bob = game.players(2)
    id = ann.open()
    joined = bob.join(id, team_id=1, custom_data={"hat": "red"})
    assert joined.json() == {"status": "member", "team_id": 1, "custom_data": {"hat": "red"}}
    assert joined.headers["ETag"] == bob.get(id).headers["ETag"]
    assert bob.sessions()["game"]["session_ids"] == [id]


REFUSED: dict[str, tuple[Callable[[HttpGame, Player, str], httpx2.Response], tuple[int, str]]] = {
    "none": (lambda game, bob, id: bob.join("1"), (404, "session_not_found")),
    "private": (lambda game, bob, id: bob.join(id), (403, "session_not_joinable")),
    "invite": (lambda game, bob, id: bob.join(id, status="invited"), (400, "unacceptable")),
    "reserve": (lambda game, bob, id: bob.join(id, status="reserved"), (400, "unacceptable")),
}


@pytest.mark.parametrize("why", REFUSED)
def test_who_cannot_come_in_is_told_why(game: HttpGame, why: str) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    way, refused = REFUSED[why]
    before = game.kept(id)
    assert refusal(way(game, bob, id)) == refused
    assert game.kept(id) == before


def test_the_reasons_are_looked_at_one_after_the_other(game: HttpGame) -> None:
    """Each player is kept out by all that is still in the way."""
    ann, bob = game.from_platform("XboxLive"), game.from_platform("PSN")
    id = ann.create("party")
    ann.join(id, crossplay_preferences=XBOX)
    ann.invite(id, *game.players(3))
    wrong = {"client_version": "2.0.0"}
    assert refusal(bob.join(id, **wrong)) == (403, "session_not_joinable")
    ann.revise(id, joinable=True)
    assert refusal(bob.join(id, **wrong)) == (409, "version_incompatible")
    assert refusal(bob.join(id)) == (409, "crossplay_incompatible")
    ann.join(id, crossplay_preferences=GAME["crossplay_preferences"])
    assert refusal(bob.join(id)) == (409, "session_full")


def test_the_platform_of_the_token_counts_whatever_the_game_says(game: HttpGame) -> None:
    ann, bob = game.from_platform("XboxLive"), game.from_platform("PSN")
    id = ann.open()
    ann.join(id, crossplay_preferences=XBOX)
    settings = {"platform": "XboxLive", "input": "gamepad"}
    assert refusal(bob.join(id, client_settings=settings)) == (409, "crossplay_incompatible")


def test_a_version_counts_up_to_its_first_dot_and_never_behind_a_plus(game: HttpGame) -> None:
    ann, *others = game.players(3)
    id = ann.open()
    for other, version in zip(others, ("1.9.0+build.77", "1.0.0-rc.1"), strict=True):
        assert other.join(id, client_version=version).status_code == 200
    game.change(id, instance=Instance(f"i-{id}", HostType.DEDICATED, JoinStatus.PENDING, 1.0))
    instance = game.kept(id).instance
    assert instance is not None
    instance.version = "2.0.0"
    game.change(id, instance=instance)
    assert refusal(game.player().join(id)) == (409, "version_incompatible")


def test_an_instance_is_of_a_version_that_suits_everybody(game: HttpGame) -> None:
    ann = game.player()
    id = ann.create()
    ann.call("POST", f"{of(id)}/instance", {"host_type": "player"})
    said = {"join_status": "pending", "version": "2.0.0"}
    assert refusal(ann.call("PATCH", f"{of(id)}/instance", said)) == (409, "version_incompatible")


def test_a_game_server_comes_in_and_brings_others_in_where_players_could_not(
    game: HttpGame,
) -> None:
    ann, bob = game.players(2)
    server, id = game.machine(), ann.create()
    assert server.join(id).json()["status"] == "member"
    assert server.place(id, bob, status="member").json()["status"] == "member"
    assert server.place(id, bob, status="leader").json()["status"] == "leader"
    assert seats(bob.read(id)) == [
        {ann.uuid: "member", server.uuid: "member", bob.uuid: "leader"},
    ]


# 22. Placing


def test_who_places_another_is_answered_with_their_seat_and_ones_own_tag(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    answer = ann.place(id, bob, status="invited", team_id=1, custom_data={"from": "ann"})
    assert answer.json() == {"status": "invited", "team_id": 1, "custom_data": {"from": "ann"}}
    assert answer.headers["ETag"] == ann.get(id).headers["ETag"]
    assert seat(ann.read(id), bob)["inviting_player_uuid"] == ann.uuid
    assert "invited" in seat(bob.read(id), bob)
    moved = ann.place(id, ann, team_id=1)
    assert (moved.json()["status"], moved.json()["team_id"]) == ("leader", 1)


def test_who_cannot_be_placed_and_by_whom(game: HttpGame) -> None:
    ann, bob, cat, outside = game.players(4)
    id = ann.open("game", bob, cat)
    denied = (403, "insufficient_permissions")
    assert refusal(ann.place("1", bob)) == (404, "session_not_found")
    for form in (NOBODY, f"uuid/{NOBODY}", "id/999999999"):
        answer = ann.call("POST", f"{of(id)}/player/{form}", {"status": "invited", "team_id": 0})
        assert refusal(answer) == (404, "player_not_found")
    assert refusal(ann.place(id, outside)) == (404, "player_not_in_session")
    assert refusal(ann.place(id, outside, status="leader")) == (404, "player_not_in_session")
    assert refusal(ann.place(id, outside, status="member")) == denied
    assert refusal(ann.place(id, outside, status="reserved")) == denied
    assert refusal(bob.place(id, cat, team_id=1)) == denied
    assert refusal(bob.place(id, bob, status="leader")) == denied
    assert refusal(bob.place(id, outside, status="invited")) == denied
    assert refusal(ann.place(id, bob, status="invited")) == (409, "already_seated")
    assert refusal(ann.place(id, bob, team_id=7)) == (409, "team_full")
    late = game.players(2)
    for one in late:
        one.join(id, team_id=1)
    outside.join(id, team_id=1)
    assert refusal(ann.place(id, bob, team_id=1)) == (409, "team_full")
    assert refusal(ann.place(id, game.player(), status="invited")) == (409, "session_full")


def test_an_open_door_or_an_invitation_lets_in_by_this_path_too(game: HttpGame) -> None:
    ann, bob, invited, outside = game.players(4)
    id = ann.create("party")
    ann.invite(id, invited)
    assert refusal(outside.place(id, outside)) == (403, "session_not_joinable")
    assert invited.place(id, invited).json()["status"] == "member"
    ann.revise(id, joinable=True)
    assert bob.place(id, bob, status="member").json()["status"] == "member"


def test_where_teams_are_drawn_players_do_not_change_theirs(game: HttpGame) -> None:
    server, ann, bob = game.machine(), *game.players(2)
    id = server.create("match")
    for one in (ann, bob):
        server.place(id, one, status="member")
    server.place(id, ann, status="leader")
    assert seat(bob.read(id), bob)["team_id"] == 1
    assert refusal(bob.place(id, bob, team_id=0)) == (403, "team_change_not_allowed")
    server.leave(id)
    assert ann.place(id, bob, team_id=0).json()["team_id"] == 0


# 23 and its companion. Going


LEAVING: dict[str, Way] = {
    "me": lambda player, id: player.leave(id),
    "uuid": lambda player, id: player.call("DELETE", f"{of(id)}/player/{player.uuid}"),
    "uuid/uuid": lambda player, id: player.remove(id, player),
    "id": lambda player, id: player.call("DELETE", f"{of(id)}/player/id/{player.account.number}"),
}


@pytest.mark.parametrize("how", LEAVING)
def test_a_member_leaves_an_invited_player_declines_and_the_last_one_ends_it(
    game: HttpGame, how: str
) -> None:
    ann, bob, invited = game.players(3)
    id = ann.open("game", bob)
    ann.invite(id, invited)
    for who in (ann, invited, bob):
        gone = LEAVING[how](who, id)
        assert (gone.status_code, gone.content) == (204, b"")
        assert who.sessions() == {}
        assert refusal(LEAVING[how](who, id))[0] == 404
    assert refusal(bob.get(id)) == (404, "session_not_found")


def test_who_is_not_there_cannot_go_or_be_asked_to(game: HttpGame) -> None:
    ann, bob, outside = game.players(3)
    id = ann.open("game", bob)
    missing = (404, "player_not_in_session")
    for answer in (outside.leave(id), ann.remove(id, outside), game.machine().leave(id)):
        assert refusal(answer) == missing
    for form in (NOBODY, f"uuid/{NOBODY}", "id/999999999"):
        assert refusal(ann.call("DELETE", f"{of(id)}/player/{form}")) == missing
    for answer in (bob.remove(id, ann), outside.remove(id, bob), outside.remove(id, ann)):
        assert refusal(answer) == (403, "insufficient_permissions")
    assert refusal(ann.remove("1", bob)) == (404, "session_not_found")


def test_who_is_asked_to_go_goes_and_the_tag_left_is_that_of_who_asked(game: HttpGame) -> None:
    ann, bob, invited = game.players(3)
    id = ann.open("game", bob)
    ann.invite(id, invited)
    assert ann.remove(id, invited).status_code == 204
    gone = ann.remove(id, bob)
    assert gone.headers["ETag"] == ann.get(id).headers["ETag"]
    assert bob.sessions() == invited.sessions() == {}
    assert bob.join(id).status_code == 200


def test_when_the_leader_goes_whoever_came_first_leads(game: HttpGame) -> None:
    ann, bob, cat, invited = game.players(4)
    id = ann.open("game", bob, cat)
    ann.invite(id, invited)
    left = ann.leave(id)
    assert left.status_code == 204
    assert seats(bob.read(id))[0][bob.uuid] == "leader"
    assert game.machine().remove(id, bob).status_code == 204
    assert seat(cat.read(id), cat)["status"] == "leader"
    assert cat.leave(id).status_code == 204
    assert refusal(invited.get(id)) == (404, "session_not_found")
    assert invited.sessions() == {}


# 30. Whose sessions are whose


def test_sessions_and_invitations_are_listed_by_type_and_the_tag_tells_of_changes(
    game: HttpGame,
) -> None:
    ann, bob = game.players(2)
    tags = []

    def look() -> dict[str, Any]:
        answer = bob.call("GET", f"/session/v1/player/{bob.uuid}/session")
        tags.append(answer.headers["ETag"])
        found: dict[str, Any] = answer.json()["sessions"]
        return found

    assert look() == {}
    id = ann.create()
    ann.invite(id, bob)
    assert list(look()["party"]["pending_invites"]) == [id]
    bob.join(id)
    assert (look()["party"]["session_ids"], look()["party"]["pending_invites"]) == ([id], {})
    ann.revise(id, custom_data={"map": "x"})
    look()
    bob.leave(id)
    assert look() == {}
    assert tags[2] == tags[3] == tags[4]
    assert len({*tags[:3]}) == 3
    assert tags[0] == tags[5]


@pytest.mark.parametrize("form", ["{uuid}", "uuid/{uuid}", "id/{number}"])
def test_another_players_sessions_are_for_who_may_read_them(game: HttpGame, form: str) -> None:
    ann, bob = game.players(2)
    id = ann.create()
    named = form.format(uuid=ann.uuid, number=ann.account.number)
    path = f"/session/v1/player/{named}/session"
    for reader in (ann, game.machine(), game.machine("support")):
        answer = reader.call("GET", path)
        assert answer.json()["sessions"]["party"]["session_ids"] == [id]
        assert ("etag" in answer.headers) is ("number" not in form)
    assert refusal(bob.call("GET", path)) == (403, "insufficient_permissions")


@pytest.mark.parametrize("form", [NOBODY, f"uuid/{NOBODY}", "id/999999999"])
def test_of_nobody_there_are_none(game: HttpGame, form: str) -> None:
    answer = game.machine().call("GET", f"/session/v1/player/{form}/session")
    assert (answer.status_code, answer.json()) == (200, {"sessions": {}})
