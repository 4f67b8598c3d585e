"""How often the store is asked while somebody waits: coming in, being asked to go, leading.

Each call of Documents or Journal is a round trip, those too that write the session's log and the
farewell. Two things are not counted: who is asking, which comes from the account cache, and what
the inbox writer writes a moment later, an entry for each member, for which nobody waits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import accounts
from lobby.domain.accounts import Account
from lobby.domain.sessions.seats import seat_id
from lobby.domain.sessions.session import Session
from tests.api.counted import Counted, counting
from tests.support.callers import PASSWORD, ApiCallers
from tests.support.checked_clients import RecordedChannel
from tests.support.http_players import HttpGame, Player, http_game
from tests.support.player_services import bearer

JOIN, KICK, PROMOTE = 5, 4, 7
STEAM = "/session/v1/platform/Steam/platform-session/QUJD"


@dataclass
class Doors:
    game: HttpGame
    store: Counted
    people: ApiCallers
    host: Account
    session: Session

    @property
    def url(self) -> str:
        return self.game.callers.served.url

    def guest(self) -> Account:
        """Somebody who has asked for something just now: the cache knows them."""
        guest = self.people.host()
        own = self.ask("GET", f"/hosts/{guest.uuid}", guest)
        assert own.status_code == 200
        return guest

    def player(self) -> Player:
        player = self.game.player()
        player.sessions()
        return player

    def ask(self, method: str, path: str, who: Account, **options: Any) -> httpx2.Response:
        headers = bearer(self.people.token(who))
        return self.game.http.request(method, path, headers=headers, **options)


@pytest.fixture(scope="module")
def doors() -> Iterator[Doors]:
    with counting() as opened, http_game() as game:
        people = ApiCallers(game.callers.served)
        host = people.host()
        yield Doors(game, opened[0], people, host, people.session_of(host)[0])


def test_joining_a_host_costs_five_round_trips(doors: Doors) -> None:
    guest = doors.guest()
    words = {"host": doors.host.uuid, "guest": guest.uuid}
    with doors.store.at_most(JOIN):
        joined = doors.ask("POST", "/sessions/players", guest, json=words)
    assert joined.status_code == 200


def test_holding_a_slot_costs_five_round_trips(doors: Doors) -> None:
    lobby = doors.game.callers.served.lobby
    registered = accounts.register_user(lobby, login="round.trip", password=PASSWORD)
    host, guest = doors.people.host(), doors.game.callers.served.do(registered)
    session, _ = doors.people.session_of(host)
    slot = seat_id(session.id, "1")
    assert doors.ask("GET", "/slots", guest, params={"session": session.id}).status_code == 200
    with doors.store.at_most(JOIN):
        held = doors.ask("POST", f"/slots/{slot}/reserve", guest)
    assert held.status_code == 200


@pytest.mark.parametrize("by", ["session", "host"])
async def test_joining_on_the_channel_costs_five_round_trips_and_kicking_four(
    doors: Doors, by: str
) -> None:
    host, guest = doors.people.host(), doors.people.host()
    session, _ = doors.people.session_of(host)
    named: dict[str, Any] = {"session": str(session.id)} if by == "session" else {"host": host.uuid}
    tokens = [doors.people.token(one) for one in (host, guest)]
    async with (
        await RecordedChannel.connect(doors.url, tokens[0]) as leading,
        await RecordedChannel.connect(doors.url, tokens[1]) as coming,
    ):
        with doors.store.at_most(JOIN):
            await coming.command("session.join", **named)
        with doors.store.at_most(KICK):
            await leading.command("session.kick", session=str(session.id), guest=guest.uuid)


def test_joining_a_session_of_players_costs_five_round_trips(doors: Doors) -> None:
    ann, bob = doors.player(), doors.player()
    id = ann.open()
    with doors.store.at_most(JOIN):
        assert bob.join(id).status_code == 200


def test_joining_by_type_costs_five_round_trips_and_one_for_the_game_server(doors: Doors) -> None:
    ann, bob = doors.player(), doors.player()
    id = ann.create("plaza")
    with doors.store.at_most(JOIN + 1):
        assert bob.create("plaza") == id


def test_joining_through_a_platform_costs_five_round_trips(doors: Doors) -> None:
    ann, bob = doors.player(), doors.player()
    doors.game.callers.of_platform(bob.account)
    id = ann.open("party")
    assert ann.call("POST", f"{STEAM}/session/{id}").status_code == 200
    with doors.store.at_most(JOIN):
        came = bob.call("POST", f"{STEAM}/player/me", {**bob.game, "team_id": 0})
    assert came.status_code == 200


def test_promoting_a_player_costs_seven_round_trips_and_kicking_four(doors: Doors) -> None:
    """One of them reads from whom the new leader's session is hidden."""
    ann, bob = doors.player(), doors.player()
    id = ann.open("game", bob)
    with doors.store.at_most(PROMOTE):
        assert ann.place(id, bob, status="leader").status_code == 200
    with doors.store.at_most(KICK):
        assert bob.remove(id, ann).status_code == 204
