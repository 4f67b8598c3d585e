"""Browsers on their way through a platform's page, and a game that knows two platforms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from tests.oidc import CLIENT, SECRET, Oidc, provider
from tests.player_services import people
from tests.player_services.people import Callers, asked

DONE, LATER = "http://127.0.0.1:9/done", "http://127.0.0.1:9/later?lang=en"
COOKIE = "lobby-oauth"
LOGIN, RESPONSE = "/users/v1/oauth/login", "/users/v1/oauth/response"
CODE = "/users/v1/oauth/token"
AUTH = """
[auth]
grants = ["anon", "basic", "refresh", "google", "epic", "ps5_v3", "steam"]
redirect_uris = ["{done}", "{later}"]
{more}
[[auth.providers]]
platform = "Google"
issuer = "{google}"
client_id = "{client}"
client_secret = "{secret}"
scopes = ["openid", "profile"]
[[auth.providers]]
platform = "Epic"
issuer = "{epic}"
client_id = "{client}"
"""
Json = dict[str, Any]


@dataclass
class Town:
    """Everybody who takes part. `http` is a browser, and a game."""

    http: httpx2.Client
    callers: Callers
    google: Oidc
    epic: Oidc

    def leave(self, portal: str = "google", **query: str) -> httpx2.Response:
        return self.http.get(f"{LOGIN}/{portal}", params=query)

    def there(self, portal: str = "google", **query: str) -> str:
        """Where a browser comes back to that has left and logged in."""
        oidc = self.epic if portal == "epic" else self.google
        return oidc.log_in(self.leave(portal, **query).headers["location"])

    def back(self, address: str, **headers: str) -> httpx2.Response:
        """Under the name by which we are known outside; the way there is the tests'."""
        parts = urlsplit(address)
        return self.http.get(f"{parts.path}?{parts.query}", headers=headers)

    def code(self, portal: str = "google", **query: str) -> str:
        return landed(self.back(self.there(portal, **query)))["code"]

    def exchange(self, code: str, **said: Any) -> httpx2.Response:
        return self.http.post(CODE, json={"code": code, **said})

    def come_in(self, portal: str = "google") -> Json:
        answer = self.exchange(self.code(portal), include_refresh=True)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def calm(self) -> None:
        """As if nothing had been asked: no browser is away, and providers say the truth."""
        self.google.calm()
        self.epic.calm()
        self.http.cookies.clear()
        self.forget()

    def forget(self) -> None:
        """What the lobby remembers of providers; browsers that are away with it."""
        lobby: Any = self.callers.served.lobby
        lobby.leases._notes._until.clear()
        lobby.leases._held._until.clear()
        lobby.outbound._circuits.clear()

    def pass_(self, seconds: float) -> None:
        """Time, for all that fades."""
        leases: Any = self.callers.served.lobby.leases
        for fading in (leases._notes, leases._held):
            fading._until = {n: (u - seconds, text) for n, (u, text) in fading._until.items()}


def landed(answer: httpx2.Response, at: str = DONE) -> dict[str, str]:
    """What the game is told, there."""
    assert answer.status_code == 307, answer.text
    address = answer.headers["location"]
    assert address.startswith(at + ("&" if "?" in at else "?")), address
    query = address[len(at) + 1 :]
    return dict(parse_qsl(query, strict_parsing=True, keep_blank_values=True))


def refused(answer: httpx2.Response, at: str = DONE) -> tuple[str, str]:
    """The newer code and the older."""
    said = landed(answer, at)
    assert "code" not in said
    assert said["error_description"]
    return said["error_code_v2"], said["error_code"]


@contextmanager
def town(folder: Path, *, more: str = "", **settings: Any) -> Iterator[Town]:
    with provider() as google, provider(secret=None) as epic:
        auth = AUTH.format(
            done=DONE,
            later=LATER,
            more=more,
            google=google.issuer,
            epic=epic.issuer,
            client=CLIENT,
            secret=SECRET,
        )
        file = folder / "game.toml"
        file.write_text(people.GAME.read_text().replace("[server]", f"{auth}\n[server]", 1))
        with asked(catalogue=str(file), **settings) as (http, callers):
            yield Town(http, callers, google, epic)
