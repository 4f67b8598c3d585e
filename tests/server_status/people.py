"""Users of the server, users and nicknames document: they log in and ask with their access id."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

import httpx2

from lobby import console
from tests.cli.commands import lobby
from tests.processes import LobbyProcess

PASSWORD = "correct horse 9"
API = "/api"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def basic(login: str, password: str) -> dict[str, str]:
    """The header as the document has it: two parts, each encoded for itself."""
    return {"Authorization": f"Basic {encoded(login)}:{encoded(password)}"}


def bearer(id: str) -> dict[str, str]:
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
        return self.http.post(f"{API}/reauth", headers=bearer(self.refresh))

    def take(self, answer: httpx2.Response) -> User:
        """Use the pair that was answered."""
        pair = answer.json()
        assert "access" in pair, pair
        self.access, self.refresh = pair["access"]["id"], pair["refresh"]["id"]
        return self

    def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """`path` below the prefix."""
        headers = bearer(self.access) | options.pop("headers", {})
        return self.http.request(method, API + path, headers=headers, **options)

    def get(self, path: str) -> Any:
        """What was answered well."""
        return said(self.call("GET", path))

    def own(self, method: str, tail: str = "", **options: Any) -> Any:
        """Of one's own account, answered well."""
        return said(self.call(method, f"/users/{self.login}{tail}", **options))


def said(answer: httpx2.Response) -> Any:
    """The body of what went well."""
    body = answer.json()
    assert answer.status_code == 200, answer.text
    assert not (isinstance(body, dict) and "error" in body), answer.text
    return body


def error(answer: httpx2.Response) -> str:
    """What was well-formed and wrong in meaning, and no new token would help."""
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == {"error", "needRefresh"}, answer.text
    assert answer.json()["needRefresh"] is False
    return str(answer.json()["error"])


def needs_refresh(answer: httpx2.Response) -> bool:
    body = answer.json()
    return answer.status_code == 200 and isinstance(body, dict) and body.get("needRefresh") is True


def add(admin: User, login: str | None = None, **fields: Any) -> User:
    """A new user by an administrator's hand, logged in."""
    login = login or new_login()
    assert said(admin.call("POST", f"/users/{login}", json={"password": PASSWORD, **fields})) == {}
    return User(admin.http, login).log_in()


def new_admin(process: LobbyProcess, http: httpx2.Client) -> User:
    """Made by the operator, logged in."""
    login = new_login("boss")
    command = {"command": "admin create", "login": login, "password": PASSWORD}
    try:
        assert "result" in console.ask(process.home / "lobby.sock", command)
    except console.NoServer:
        chosen = {name.removeprefix("LOBBY_"): text for name, text in process.settings.items()}
        words = ("admin", "create", login, "--password-stdin")
        made = lobby(process.home, *words, typed=f"{PASSWORD}\n", **chosen)
        assert made.returncode == 0, made.stderr
    return User(http, login).log_in()
