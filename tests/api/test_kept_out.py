"""Who is kept out of a session, at each door over HTTP: in its own words, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from lobby.actions.accounts import accounts
from lobby.actions.sessions import exclusions
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.seats import seat_id
from tests.support.callers import ApiCallers
from tests.support.http_players import HttpGame, Player, http_game, of, refusal
from tests.support.player_services import bearer


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def keep_out(game: HttpGame, session: int | str, player: str, seconds: int = 600) -> None:
    served = game.callers.served
    kicked = exclusions.kick(
        served.lobby, SYSTEM, id=int(session), player=player, seconds=seconds, said="griefing"
    )
    served.do(kicked)


def test_hosts_and_slots_say_what_they_say_to_any_guest_who_is_not_welcome(game: HttpGame) -> None:
    people = ApiCallers(game.callers.served)
    host, stranger = people.host(), people.host()
    registered = accounts.register_user(
        people.served.lobby, login="kept.out", password="correct horse 9"
    )
    guest = people.served.do(registered)
    session, _ = people.session_of(host)
    keep_out(game, session.id, guest.uuid)
    headers = bearer(people.token(guest))
    said = {"host": host.uuid, "guest": guest.uuid}
    joined = game.http.post("/sessions/players", json=said, headers=headers)
    nowhere = {"host": stranger.uuid, "guest": guest.uuid}
    none = game.http.post("/sessions/players", json=nowhere, headers=headers)
    assert (joined.status_code, joined.content) == (none.status_code, none.content)
    assert joined.status_code == 404
    slot = game.http.post(f"/slots/{seat_id(session.id, '2')}/reserve", headers=headers)
    assert (slot.status_code, slot.text) == (403, "not welcome")


def test_player_services_keeps_out_on_every_way_and_lets_in_again(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    keep_out(game, id, bob.uuid)
    assert refusal(bob.join(id)) == (403, "kept_out")
    assert bob.join(id).json()["auth_success"] is True
    assert pardon(ann, id, bob).status_code == 204
    assert bob.join(id).status_code == 200
    keep_out(game, id, bob.uuid)
    ann.invite(id, bob)
    assert bob.join(id).status_code == 200


def pardon(leader: Player, id: str, player: Player) -> httpx2.Response:
    return leader.call("POST", f"{of(id)}:pardon", {"player_uuid": player.uuid})


def test_a_kick_says_why_and_may_be_repeated_while_its_player_is_kept_out(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game", bob)
    path = f"{of(id)}/player/{bob.uuid}"
    assert ann.call("DELETE", path, reason="griefing").status_code == 204
    assert refusal(ann.call("DELETE", path)) == (404, "player_not_in_session")
    assert bob.join(id).status_code == 200, "this type lets come back at once"
    keep_out(game, id, bob.uuid)
    for _ in range(2):
        assert ann.call("DELETE", path).status_code == 204
    assert ann.call("DELETE", path, reason="x" * 201).status_code == 422
    assert game.kept(id).exclusions.players.keys() == {bob.uuid}


def test_a_type_of_session_that_is_closed_to_somebody_is_made_anew_for_them(
    game: HttpGame,
) -> None:
    ann, bob = game.players(2)
    id = ann.create("plaza")
    keep_out(game, id, bob.uuid)
    assert bob.create("plaza") != id
