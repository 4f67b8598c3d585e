"""Players of the player services API, over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx2

from lobby.actions.accounts import hosts
from lobby.domain.accounts import Account, Portal
from lobby.domain.permissions import Permit
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows.sessions import GAME
from tests.support.player_services import Callers, bearer, numbers, player_services_server
from tests.support.waiting import TIMEOUT, block_until

Json = dict[str, Any]


@dataclass(frozen=True)
class Player:
    """A player with a token. `says`: the platform in their client settings."""

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
        """The client fields of their create and join requests."""
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
        """A joinable session, with the others in it."""
        id = self.create(session_type)
        assert self.revise(id, joinable=True).status_code == 200
        for other in others:
            assert other.join(id).status_code == 200
        return id

    def get(self, id: str, etag: str | None = None, **query: str) -> httpx2.Response:
        headers = {"If-None-Match": etag} if etag else None
        return self.call("GET", of(id), headers=headers, **query)

    def ask(self, id: str) -> httpx2.Response:
        """Whether they may join."""
        return self.call("GET", f"{of(id)}:ask")

    def read(self, id: str) -> Json:
        answer = self.get(id)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def revise(self, id: str, **said: Any) -> httpx2.Response:
        return self.call("PATCH", of(id), said)

    def sessions(self) -> Json:
        """Their sessions and invitations, by type."""
        answer = self.call("GET", "/session/v1/player/me/session")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()["sessions"]
        return found

    # Members

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

    # Notifications

    def notices(self) -> list[Json]:
        """Their notifications, the newest first."""
        answer = self.call("GET", "/notification/v1/player/me/notification")
        found: list[Json] = answer.json()["notifications"]
        return found

    def told(self, true: Callable[[list[Json]], object]) -> list[Json]:
        """Their notifications, once the condition holds."""
        block_until(lambda: bool(true(self.notices())), TIMEOUT)
        return self.notices()

    def told_of(self, etag: str) -> Json:
        """The newest notification, once it has this ETag."""
        return self.told(lambda found: found and found[0].get("etag") == etag)[0]


@dataclass(frozen=True)
class HttpGame:
    http: httpx2.Client
    callers: Callers

    def player(self) -> Player:
        return Player(self.http, self.callers, self.callers.player())

    def from_platform(self, platform: str) -> Player:
        """A player with an account of this platform."""
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
        """Ban the guest, as the channel's command does."""
        by, lobby = Permit(host.account.actor()), self.callers.served.lobby
        self.callers.served.do(hosts.ban(lobby, by, host=host.uuid, guest=guest.uuid))

    def befriend(self, host: Player, friend: Player) -> None:
        by, lobby = Permit(host.account.actor()), self.callers.served.lobby
        self.callers.served.do(hosts.befriend(lobby, by, host=host.uuid, friend=friend.uuid))

    def kept(self, id: str) -> Session:
        lobby = self.callers.served.lobby
        return self.callers.served.do(lobby.sessions.get(id))

    def change(self, id: str, **fields: Any) -> Session:
        """Change the stored session directly: nobody is notified."""
        lobby = self.callers.served.lobby
        return self.callers.served.do(lobby.sessions.change(id, lambda s: vars(s).update(fields)))


def of(id: str) -> str:
    return f"/session/v1/session/{id}"


def seats(session: Json) -> list[dict[str, str]]:
    """Status by player, for each team."""
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
    """HTTP status and error code of a refusal that is not about authentication."""
    said = answer.json()
    assert said["auth_success"] is True, said
    return answer.status_code, said["error_code"]


@contextmanager
def http_game(**settings: Any) -> Iterator[HttpGame]:
    with player_services_server(**settings) as (http, callers):
        yield HttpGame(http, callers)
