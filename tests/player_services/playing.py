"""Players who ask over HTTP, in the words of their game."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx2

from lobby.actions import hosts
from lobby.domain.accounts import Account, Portal
from lobby.domain.permissions import Permit
from lobby.domain.sessions import Session
from tests.patience import PATIENCE
from tests.player_services.people import Callers, asked, bearer, numbers
from tests.player_services.rows.sessions import GAME
from tests.services import wait_until

Json = dict[str, Any]


@dataclass(frozen=True)
class Player:
    """Somebody with a token, and what they say of their platform themselves."""

    http: httpx2.Client
    callers: Callers
    account: Account
    says: str = "Steam"

    @property
    def uuid(self) -> str:
        return self.account.uuid

    @cached_property
    def token(self) -> str:
        return self.callers.token(self.account)

    @property
    def game(self) -> Json:
        """What they say of their game whenever they come in."""
        return {**GAME, "client_settings": {"platform": self.says, "input": "gamepad"}}

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        headers: dict[str, str] | None = None,
        **query: str,
    ) -> httpx2.Response:
        all_headers = bearer(self.token) | (headers or {})
        return self.http.request(method, path, json=json, headers=all_headers, params=query)

    # Sessions

    def create(self, session_type: str = "party", **said: Any) -> str:
        """The session's id."""
        answer = self.ask_to_create(session_type=session_type, **said)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["session_id"])

    def ask_to_create(self, **said: Any) -> httpx2.Response:
        return self.call("POST", "/session/v1/session", {**self.game, **said})

    def open(self, session_type: str = "game", *others: Player) -> str:
        """One that is joinable, with the others in it."""
        id = self.create(session_type)
        assert self.revise(id, joinable=True).status_code == 200
        for other in others:
            assert other.join(id).status_code == 200
        return id

    def get(self, id: str, etag: str | None = None, **query: str) -> httpx2.Response:
        headers = {"If-None-Match": etag} if etag else None
        return self.call("GET", of(id), headers=headers, **query)

    def read(self, id: str) -> Json:
        answer = self.get(id)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def revise(self, id: str, **said: Any) -> httpx2.Response:
        return self.call("PATCH", of(id), said)

    def sessions(self) -> Json:
        """Those they are in and invited to, by type."""
        answer = self.call("GET", "/session/v1/player/me/session")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()["sessions"]
        return found

    # Who is in them

    def join(self, id: str, **said: Any) -> httpx2.Response:
        return self.call("POST", f"{of(id)}/player/me", {**self.game, "team_id": 0, **said})

    def place(self, id: str, other: Player, **said: Any) -> httpx2.Response:
        path = f"{of(id)}/player/uuid/{other.uuid}"
        return self.call("POST", path, {"team_id": 0, **said})

    def invite(self, id: str, *others: Player) -> None:
        for other in others:
            assert self.place(id, other, status="invited").status_code == 200

    def leave(self, id: str) -> httpx2.Response:
        return self.call("DELETE", f"{of(id)}/player/me")

    def remove(self, id: str, other: Player) -> httpx2.Response:
        return self.call("DELETE", f"{of(id)}/player/uuid/{other.uuid}")

    # What they are told

    def notices(self) -> list[Json]:
        """The newest first."""
        answer = self.call("GET", "/notification/v1/player/me/notification")
        found: list[Json] = answer.json()["notifications"]
        return found

    def told(self, true: Callable[[list[Json]], object]) -> list[Json]:
        """Their notifications, as soon as it is so."""
        wait_until(lambda: bool(true(self.notices())), PATIENCE)
        return self.notices()

    def told_of(self, etag: str) -> Json:
        """The newest, as soon as it tells of this state of a session."""
        return self.told(lambda found: found and found[0].get("etag") == etag)[0]


@dataclass(frozen=True)
class Game:
    http: httpx2.Client
    callers: Callers

    def player(self) -> Player:
        return Player(self.http, self.callers, self.callers.player())

    def from_platform(self, platform: str) -> Player:
        """As if the platform itself had vouched for them."""
        player, number = self.player(), next(numbers)
        portal = Portal(platform, f"user {number}")
        lobby = self.callers.served.lobby
        change = lobby.accounts.change(player.uuid, lambda a: setattr(a, "portal", portal))
        return Player(self.http, self.callers, self.callers.served.do(change))

    def players(self, number: int) -> list[Player]:
        return [self.player() for _ in range(number)]

    def machine(self, name: str = "server") -> Player:
        return Player(self.http, self.callers, self.callers.machine(name))

    def ban(self, host: Player, guest: Player) -> None:
        """As they would over the channel."""
        by, lobby = Permit(host.account.actor()), self.callers.served.lobby
        self.callers.served.do(hosts.ban(lobby, by, host=host.uuid, guest=guest.uuid))

    def kept(self, id: str) -> Session:
        lobby = self.callers.served.lobby
        return self.callers.served.do(lobby.sessions.get(id))

    def change(self, id: str, **fields: Any) -> Session:
        """By nobody's verb: nothing is told of it."""
        lobby = self.callers.served.lobby
        return self.callers.served.do(lobby.sessions.change(id, lambda s: vars(s).update(fields)))


def of(id: str) -> str:
    return f"/session/v1/session/{id}"


def seats(session: Json) -> list[dict[str, str]]:
    """By team, each player's status."""
    return [
        {one["player_uuid"]: one["status"] for one in team["players"]} for team in session["teams"]
    ]


def seat(session: Json, player: Player) -> Json:
    for team in session["teams"]:
        for one in team["players"]:
            if one["player_uuid"] == player.uuid:
                return {**one, "team_id": team["team_id"]}
    raise AssertionError(f"{player.uuid} is not in {session['teams']}")


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    """Its status and code; no new token would help."""
    said = answer.json()
    assert said["auth_success"] is True, said
    return answer.status_code, said["error_code"]


@contextmanager
def playing(**settings: Any) -> Iterator[Game]:
    with asked(**settings) as (http, callers):
        yield Game(http, callers)
