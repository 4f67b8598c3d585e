"""Users of the server, users and nicknames API: they log in and send their access id."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

import httpx2

from lobby.operator import admin_socket
from tests.support.commands import lobby
from tests.support.processes import LobbyProcess

PASSWORD = "correct horse 9"
API = "/api"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def basic(login: str, password: str) -> dict[str, str]:
    """The login header of the document: two parts, each encoded separately."""
    return {"Authorization": f"Basic {encoded(login)}:{encoded(password)}"}


def access_header(id: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {id}"}


def new_login(start: str = "u") -> str:
    return f"{start}{secrets.token_hex(6)}"


@dataclass
class User:
    """`path` is where their own operations begin."""

    http: httpx2.Client
    login: str
    access: str = ""
    refresh: str = ""
    password: str = PASSWORD

    @property
    def path(self) -> str:
        return f"{API}/users/{self.login}"

    def log_in(self) -> User:
        return self.take(self.http.post(f"{API}/auth", headers=basic(self.login, self.password)))

    def renew(self) -> httpx2.Response:
        return self.http.post(f"{API}/reauth", headers=access_header(self.refresh))

    def take(self, answer: httpx2.Response) -> User:
        """Use the token pair of the response."""
        pair = answer.json()
        assert "access" in pair, pair
        self.access, self.refresh = pair["access"]["id"], pair["refresh"]["id"]
        return self

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """`path` below the prefix."""
        headers = access_header(self.access) | options.pop("headers", {})
        return self.http.request(method, API + path, headers=headers, **options)

    def get(self, path: str) -> Any:
        """The value of a successful response."""
        return said(self.call("GET", path))

    def own(self, method: str, tail: str = "", **options: Any) -> Any:
        """A successful request about one's own account."""
        return said(self.call(method, f"/users/{self.login}{tail}", **options))


def said(answer: httpx2.Response) -> Any:
    """The body of a successful response."""
    body = answer.json()
    assert answer.status_code == 200, answer.text
    assert not (isinstance(body, dict) and "error" in body), answer.text
    return body


def error(answer: httpx2.Response) -> str:
    """The error of a well-formed but refused request; not about authentication."""
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"error", "needRefresh"}, answer.text
    assert answer.json()["needRefresh"] is False
    return str(answer.json()["error"])


def needs_refresh(answer: httpx2.Response) -> bool:
    body = answer.json()
    return answer.status_code == 200 and isinstance(body, dict) and body.get("needRefresh") is True


def add(admin: User, login: str | None = None, **fields: Any) -> User:
    """A user created by an administrator, logged in."""
    login = login or new_login()
    assert said(admin.call("POST", f"/users/{login}", json={"password": PASSWORD, **fields})) == {}
    return User(admin.http, login).log_in()


def new_admin(process: LobbyProcess, http: httpx2.Client) -> User:
    """An administrator created by the operator, logged in."""
    login = new_login("boss")
    command = {"command": "admin create", "login": login, "password": PASSWORD}
    try:
        assert "result" in admin_socket.ask(process.home / "lobby.sock", command)
    except admin_socket.NoServer:
        chosen = {name.removeprefix("LOBBY_"): text for name, text in process.settings.items()}
        words = ("admin", "create", login, "--password-stdin")
        made = lobby(process.home, *words, typed=f"{PASSWORD}\n", **chosen)
        assert made.returncode == 0, made.stderr
    return User(http, login).log_in()
