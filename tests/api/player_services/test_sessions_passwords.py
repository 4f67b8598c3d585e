"""Passwords of sessions in player services: set, shown, cleared, forbidden; and what the older
doors say of such a session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from lobby.actions.accounts import accounts
from lobby.actions.sessions import lifecycle
from lobby.actions.sessions.passwords import Said
from lobby.domain.sessions.seats import seat_id
from tests.support.callers import ApiCallers
from tests.support.game import entry, written
from tests.support.http_players import HttpGame, http_game, refusal
from tests.support.lobby import ADDRESS, leading
from tests.support.player_services import GAME, bearer


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def about(answer: httpx2.Response) -> object:
    return json.loads(answer.headers["Lobby-About"])


def test_a_leader_sets_it_and_a_guest_shows_it_once(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game")
    shown = ann.revise(id, password="sésame")
    assert (shown.status_code, "sésame" in shown.text) == (200, False)
    assert bob.ask(id).json() == {"may": "password"}
    needed = bob.join(id)
    assert (refusal(needed), about(needed)) == ((403, "password_needed"), {"left": 5})
    assert needed.json()["auth_success"] is True
    wrong = bob.join(id, password="sesame")
    assert (refusal(wrong), about(wrong)) == ((403, "wrong_password"), {"left": 4})
    assert bob.join(id, password="sésame").status_code == 200
    assert bob.leave(id).status_code == 204
    assert bob.ask(id).json() == {"may": "join"}
    assert bob.join(id).status_code == 200


def test_null_clears_it_and_a_patch_without_it_does_not(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game")
    ann.revise(id, password="sesame")
    ann.revise(id, custom_data={"mood": "casual"})
    assert refusal(bob.join(id)) == (403, "password_needed")
    assert ann.revise(id, password=None).status_code == 200
    assert bob.join(id).status_code == 200


def test_after_five_wrong_ones_the_right_one_has_to_wait(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game")
    ann.revise(id, password="sesame")
    for _ in range(5):
        bob.join(id, password="open")
    late = bob.join(id, password="sesame")
    assert late.status_code == 429
    assert 0 < int(late.headers["Retry-After"]) <= 60


def test_what_is_made_with_one_is_joined_by_who_knows_it(game: HttpGame) -> None:
    ann, bob = game.players(2)
    made = ann.create("plaza", password="sesame")
    assert bob.create("plaza") != made
    assert bob.join(made, password="sesame").status_code == 200


@pytest.mark.parametrize("bad", ["", "x" * 129, "a\0b", 7])
def test_what_is_no_password_is_refused_and_not_repeated(game: HttpGame, bad: object) -> None:
    ann, bob = game.players(2)
    id = ann.open("game")
    for answer in (ann.revise(id, password=bad), bob.join(id, password=bad)):
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", "password"]
        assert "x" * 129 not in answer.text


def test_who_may_not_change_the_session_is_told_so(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    assert bob.revise(id, password="sesame").status_code == 403
    assert bob.ask(id).json() == {"may": "no"}


def test_a_type_may_have_none(tmp_path: Path) -> None:
    words = {"can_be_created_by_players_directly": True, "passwords": False}
    rules = GAME.read_text() + entry("templates", session_type="sealed", **words)
    with http_game(catalogue=str(written(tmp_path, rules))) as game:
        ann, *_ = game.players(1)
        id = ann.create("sealed")
        for answer in (
            ann.revise(id, password="x"),
            ann.ask_to_create(session_type="sealed", password="x"),
        ):
            assert refusal(answer) == (403, "template_forbids")
            assert about(answer) == {"word": "password"}
        assert ann.revise(id, password=None).status_code == 200


def test_hosts_and_slots_say_what_they_say_to_any_guest_who_is_not_welcome(game: HttpGame) -> None:
    people = ApiCallers(game.callers.served)
    host, stranger, guest = (
        people.host(),
        people.host(),
        people.served.do(
            accounts.register_user(
                people.served.lobby, login="without.it", password="correct horse 9"
            )
        ),
    )
    session, _ = people.session_of(host)
    setting = lifecycle.update(
        people.served.lobby, leading(host.actor()), id=session.id, password=Said("x", ADDRESS)
    )
    people.served.do(setting)
    headers = bearer(people.token(guest))
    said = {"host": host.uuid, "guest": guest.uuid}
    joined = game.http.post("/sessions/players", json=said, headers=headers)
    nowhere = {"host": stranger.uuid, "guest": guest.uuid}
    none = game.http.post("/sessions/players", json=nowhere, headers=headers)
    assert (joined.status_code, joined.content) == (none.status_code, none.content)
    assert joined.status_code == 404
    slot = game.http.post(f"/slots/{seat_id(session.id, '2')}/reserve", headers=headers)
    assert (slot.status_code, slot.text) == (403, "not welcome")
