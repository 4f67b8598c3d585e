"""Browser logins through platforms (OAuth), with a game that has two providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2

from tests.support import player_services
from tests.support.oauth import CLIENT, SECRET, Oidc, provider
from tests.support.player_services import Callers, player_services_server

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
class PlatformLoginWorld:
    """The lobby, its providers, and `http`, which acts as browser and as game."""

    http: httpx2.Client
    callers: Callers
    google: Oidc
    epic: Oidc

    def leave(self, portal: str = "google", **query: str) -> httpx2.Response:
        return self.http.get(f"{LOGIN}/{portal}", params=query)

    def there(self, portal: str = "google", **query: str) -> str:
        """The callback address of a browser that has logged in at the platform."""
        oidc = self.epic if portal == "epic" else self.google
        return oidc.log_in(self.leave(portal, **query).headers["location"])

    def back(self, address: str, **headers: str) -> httpx2.Response:
        """Request the callback address, with the public host name."""
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

    def reset(self) -> None:
        """Reset: no pending logins, and correct providers."""
        self.google.reset()
        self.epic.reset()
        self.http.cookies.clear()
        self.forget()

    def forget(self) -> None:
        """Drop the cached provider metadata and the pending logins."""
        lobby: Any = self.callers.served.lobby
        lobby.notes._notes._until.clear()
        lobby.locks._held._until.clear()
        lobby.http._circuits.clear()

    def pass_time(self, seconds: float) -> None:
        """Move the time of all expiring state."""
        lobby: Any = self.callers.served.lobby
        for fading in (lobby.notes._notes, lobby.locks._held):
            fading._until = {n: (u - seconds, text) for n, (u, text) in fading._until.items()}


def landed(answer: httpx2.Response, at: str = DONE) -> dict[str, str]:
    """Query parameters of the redirect to the game."""
    assert answer.status_code == 307, answer.text
    address = answer.headers["location"]
    assert address.startswith(at + ("&" if "?" in at else "?")), address
    query = address[len(at) + 1 :]
    return dict(parse_qsl(query, strict_parsing=True, keep_blank_values=True))


def refused(answer: httpx2.Response, at: str = DONE) -> tuple[str, str]:
    """The newer and the older error code of the redirect."""
    said = landed(answer, at)
    assert "code" not in said
    assert said["error_description"]
    return said["error_code_v2"], said["error_code"]


@contextmanager
def platform_login_world(
    folder: Path, *, more: str = "", **settings: Any
) -> Iterator[PlatformLoginWorld]:
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
        file.write_text(
            player_services.GAME.read_text().replace("[server]", f"{auth}\n[server]", 1)
        )
        with player_services_server(catalogue=str(file), **settings) as (http, callers):
            yield PlatformLoginWorld(http, callers, google, epic)
