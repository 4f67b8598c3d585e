"""What games depend on and the document does not say; each fact by its name. Those about players,
ids and texts, from the ninth on, are in test_facts_of_players.

Some are told of elsewhere in this folder: that a good poll never ends early and an empty one ends
well, that a poll which says nothing of its place goes on where the last one ended
(test_notifications_waiting), that ids, tokens and secrets are read in either base64 alphabet
(test_dialect, test_login, test_platform_sessions), that each hostile token is told to renew itself
(test_dialect), that a player's own notifications are found by either id (test_notifications).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.http_players import HttpGame, http_game, of, refusal, seat, seats

INSTANCE = "/instance"


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


# 1. auth_success tells when to renew the token


def test_only_a_token_that_is_no_good_is_told_to_renew_itself(game: HttpGame) -> None:
    ann, bob = game.players(2)
    private = ann.create()
    for headers in ({}, {"Authorization": "Bearer worn out"}, {"Authorization": "Basic eA=="}):
        answer = game.http.get(of(private), headers=headers)
        assert (answer.status_code, answer.json()["auth_success"]) == (403, False)
    for answer in (bob.join(private), bob.revise(private, joinable=True), ann.get("1")):
        assert answer.json()["auth_success"] is True


@pytest.mark.parametrize(
    "said",
    [
        {"grant_type": "anon", "portal_access_token": ""},
        {"grant_type": "basic", "portal_access_token": "ds-eu:not the password"},
        {"grant_type": "refresh", "portal_access_token": "worn out"},
        {"grant_type": "steam", "portal_access_token": "x"},
    ],
)
def test_a_login_is_never_told_to_renew_a_token(game: HttpGame, said: dict[str, str]) -> None:
    answer = game.http.post(
        "/users/v1/login", json=said, headers={"Authorization": "Bearer worn out"}
    )
    assert answer.status_code == 403
    assert answer.json()["auth_success"] is True


# 2. A session that is no more is said to be so in one way


def test_a_session_that_is_no_more_is_session_not_found_on_every_path(game: HttpGame) -> None:
    ann, bob = game.players(2)
    gone = ann.create()
    ann.leave(gone)
    answers = [
        ann.get(gone),
        ann.get(gone, '"1-f"'),
        ann.revise(gone, joinable=True),
        ann.join(gone),
        ann.leave(gone),
        ann.place(gone, bob, status="invited"),
        ann.place(gone, ann, status="leader"),
        ann.remove(gone, bob),
        *(ann.call(verb, of(gone) + INSTANCE, {}) for verb in ("PATCH", "DELETE")),
    ]
    assert {refusal(answer) for answer in answers} == {(404, "session_not_found")}
    for never in ("1", "abc", "01234567-89ab-cdef-0123-456789abcdef"):
        assert refusal(ann.get(never)) == (404, "session_not_found")


def test_who_has_left_reads_it_without_themselves_or_not_at_all(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    held = bob.get(id).headers["ETag"]
    assert bob.leave(id).status_code == 204
    again = bob.get(id, held)
    assert (again.status_code, seats(again.json())) == (200, [{ann.uuid: "leader"}, {}])
    ann.leave(id)
    assert refusal(ann.get(id, held)) == (404, "session_not_found")


# 3. Who was kicked or is invited may still read it


def test_who_was_kicked_or_is_invited_reads_it_limited(game: HttpGame) -> None:
    ann, kicked, invited = game.players(3)
    id = ann.open("game", kicked)
    ann.invite(id, invited)
    assert ann.remove(id, kicked).status_code == 204
    for outsider in (kicked, invited):
        answer = outsider.get(id)
        assert answer.status_code == 200
        assert answer.headers["ETag"].endswith('-l"')
    assert seat(invited.read(id), invited)["status"] == "invited"
    assert seats(kicked.read(id)) == [{ann.uuid: "leader", invited.uuid: "invited"}, {}]


# 4. A notification says which session, and how it looks by now


def test_a_notification_carries_the_very_tag_that_a_read_gives(game: HttpGame) -> None:
    ann, member, invited = game.players(3)
    id = ann.open("game", member)
    ann.invite(id, invited)
    ann.revise(id, custom_data={"rh.MapName": "canyon"})
    for who in (ann, member, invited):
        newest = who.told_of(who.get(id).headers["ETag"])
        assert newest["rh_url"] == of(id)
        assert who.get(id, newest["etag"]).status_code == 304


def test_who_is_removed_gets_one_last_notification_without_a_tag(game: HttpGame) -> None:
    ann, member, invited = game.players(3)
    id = ann.open("game", member)
    ann.invite(id, invited)
    for who in (member, invited):
        who.told(lambda found: found)
        ann.remove(id, who)
        last = who.told(lambda found: "etag" not in found[0])
        assert last[0]["rh_url"] == of(id)
        seen = len(last)
        ann.revise(id, joinable=False)
        ann.told_of(ann.get(id).headers["ETag"])
        assert len(who.notices()) == seen


def test_whoever_does_it_is_notified_too_for_their_other_devices(game: HttpGame) -> None:
    ann = game.player()
    id = ann.create()
    ann.told_of(ann.revise(id, joinable=True).headers["ETag"])


# 7. A reserved seat is not to be seen by whom it is for


def test_whose_seat_is_reserved_knows_nothing_of_it(game: HttpGame) -> None:
    server, leader, reserved = game.machine(), *game.players(2)
    id = leader.open()
    assert server.place(id, reserved, status="reserved").status_code == 200
    assert reserved.sessions() == {}
    assert reserved.notices() == []
    assert seats(reserved.read(id)) == [{leader.uuid: "leader"}, {}]
    assert seats(leader.read(id)) == [{leader.uuid: "leader", reserved.uuid: "reserved"}, {}]
    assert server.remove(id, reserved).status_code == 204
    assert reserved.notices() == []


# 8. Who was matched is invited when they can travel, not before


def test_who_was_matched_is_invited_when_the_instance_can_be_joined(game: HttpGame) -> None:
    server, matched = game.machine(), game.player()
    id = server.create("match")
    game.change(id, created_by_matchmaking=True)
    server.place(id, matched, status="reserved", team_id=1)
    assert server.call("POST", of(id) + INSTANCE, {"host_type": "player"}).status_code == 200
    assert (matched.sessions(), matched.notices()) == ({}, [])
    there = {"public_conn_str": "203.0.113.7:7777", "private_conn_str": "", "custom_data": {}}
    said = {"join_status": "joinable", "join_params": there}
    assert server.call("PATCH", of(id) + INSTANCE, said).status_code == 200
    notice = matched.told(lambda found: found)[0]
    assert notice["rh_url"] == of(id)
    assert list(matched.sessions()["match"]["pending_invites"]) == [id]
    read = matched.read(id)
    assert (read["created_by_matchmaking"], read["instance"]["join_status"]) == (True, "joinable")
    assert "inviting_player_uuid" not in seat(read, matched)
    joined = matched.join(id)
    assert (joined.json()["status"], joined.json()["team_id"]) == ("member", 1)
    assert matched.read(id)["instance"]["join_params"] == there
