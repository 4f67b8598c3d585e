"""Login, and every other operation over HTTP by its id in the lobby's OpenAPI document."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NotRequired, Self, TypedDict, cast
from urllib.parse import quote

import httpx2

from lobby_client.connection import channel_url
from lobby_client.errors import LobbyError
from lobby_client.operations import OPERATIONS, OperationId
from lobby_client.states import Token, TokenProvider

MOST_TRIES = 3
TOO_MANY, UNAVAILABLE, UNAUTHORIZED = 429, 503, 401


class HttpRefused(LobbyError):
    """An answer other than 2xx. `code` is the lobby's word for it, where it gave one;
    `auth_success` what player services say of the token; `retry_after` in seconds."""

    def __init__(self, said: str, answer: httpx2.Response, body: Any) -> None:
        self.status, self.body = answer.status_code, body
        fields: Mapping[str, Any] = body if isinstance(body, dict) else {}
        self.code = str(fields.get("code") or fields.get("error_code") or self.status)
        success = fields.get("auth_success")
        self.auth_success = success if isinstance(success, bool) else None
        after = answer.headers.get("retry-after", "")
        self.retry_after = float(after[:9]) if after.isdecimal() else None
        message = fields.get("message") or fields.get("desc") or body
        super().__init__(f"{said}: {self.status} {message}")


class Registered(TypedDict):
    """A new host; its key is shown this once."""

    uuid: str
    key: str


class Login(TypedDict):
    """Of player services."""

    access_token: str
    refresh_token: NotRequired[str]
    active_player_uuid: NotRequired[str]


class LobbyHttp:
    """`async with LobbyHttp("https://lobby.example") as http:`. `token` is shown by `call`;
    `timeout`: seconds that an answer may take. Redirects are not followed."""

    def __init__(self, url: str, *, token: Token | None = None, timeout: float = 10.0) -> None:
        channel_url(url)  # whether it is one
        self._source, self._token = token, token if isinstance(token, str) else None
        self._timeout = timeout
        self._client = httpx2.AsyncClient(base_url=url, timeout=timeout)
        self.users, self.hosts, self.players = Users(self), Hosts(self), Players(self)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._client.aclose()

    async def call(
        self,
        operation: OperationId,
        /,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The body of the answer, from JSON. Once more with a fresh token, where it has expired.
        Raises HttpRefused; httpx2.HTTPError where there is no answer; LobbyError for an operation
        that there is not, or a part of its path that is not given."""
        method, address = _address(operation, path or {})
        said = {"params": query, "json": body, "headers": headers}
        said = {name: value for name, value in said.items() if value is not None}
        try:
            return (await self.request(method, address, await self._bearer(), **said))[0]
        except HttpRefused as refused:
            expired = refused.status == UNAUTHORIZED or refused.auth_success is False
            if not expired or self._source is None or isinstance(self._source, str):
                raise
            self._token = await _asked(self._source, True)
            return (await self.request(method, address, await self._bearer(), **said))[0]

    async def request(
        self, method: str, path: str, authorization: str | None = None, **options: Any
    ) -> tuple[Any, Mapping[str, str]]:
        """The body and the headers of an answer. `Retry-After` is obeyed where asking again is
        harmless."""
        headers = dict(options.pop("headers", {}))
        if authorization:
            headers["authorization"] = authorization
        for tries in range(1, MOST_TRIES + 1):
            answer = await self._client.request(method, path, headers=headers, **options)
            body = _parsed(answer)
            if answer.is_success:
                return body, answer.headers
            refused = HttpRefused(f"{method} {path}", answer, body)
            wait = refused.retry_after
            again = method == "GET" and refused.status in (TOO_MANY, UNAVAILABLE)
            if not again or wait is None or wait > self._timeout or tries == MOST_TRIES:
                raise refused
            await asyncio.sleep(wait)
        raise AssertionError("the last try has raised")

    async def _bearer(self) -> str | None:
        if self._token is None and self._source is not None and not isinstance(self._source, str):
            self._token = await _asked(self._source, False)
        return f"Bearer {self._token}" if self._token else None


class Users:
    def __init__(self, http: LobbyHttp) -> None:
        self._http = http

    async def register(self, username: str, password: str) -> str:
        """A token of the new account."""
        await self._http.request("POST", "/users", data=_form(username, password))
        return await self.login(username, password)

    async def login(self, username: str, password: str) -> str:
        return str(
            (await self._http.request("POST", "/users/login", data=_form(username, password)))[0]
        )


class Hosts:
    def __init__(self, http: LobbyHttp) -> None:
        self._http = http

    async def register(self) -> Registered:
        body, headers = await self._http.request("POST", "/hosts")
        return {"uuid": body["uuid"], "key": headers["host-key"]}

    async def login(self, uuid: str, key: str) -> str:
        """A token."""
        path = f"/hosts/{quote(uuid, safe='')}/access_token"
        return str((await self._http.request("GET", path, f"Host {key}"))[0]["token"])

    def tokens(self, host: Registered) -> TokenProvider:
        """A new token each time: for `Lobby(token=…)`."""
        return lambda expired: self.login(host["uuid"], host["key"])


class Players:
    def __init__(self, http: LobbyHttp) -> None:
        self._http = http

    async def login(self, request: Mapping[str, Any]) -> Login:
        """`request`: what `POST /users/v1/login` takes, as `{"grant_type": …}`."""
        return cast(Login, (await self._http.request("POST", "/users/v1/login", json=request))[0])

    async def refresh(self, refresh_token: str) -> Login:
        request = {"grant_type": "refresh", "portal_access_token": refresh_token}
        return await self.login({**request, "include_refresh": True})

    async def logout(self, access_token: str) -> None:
        await self._http.request("POST", "/users/v1/logout", f"Bearer {access_token}", json={})

    def tokens(self, login: Login) -> TokenProvider:
        """The token of this login, refreshed once it has expired: for `Lobby(token=…)`."""
        last = login

        async def token(expired: bool) -> str:
            nonlocal last
            if expired and "refresh_token" in last:
                last = cast(Login, {**last, **await self.refresh(last["refresh_token"])})
            return last["access_token"]

        return token


def _form(username: str, password: str) -> dict[str, str]:
    return {"username": username, "password": password}


def _address(operation: str, path: Mapping[str, object]) -> tuple[str, str]:
    if operation not in OPERATIONS:
        raise LobbyError(f"there is no operation {operation}")
    method, template = OPERATIONS[operation]
    parts = {name: quote(str(value), safe="") for name, value in path.items()}
    try:
        return method, template.format_map(parts)
    except KeyError as missing:
        raise LobbyError(f"{operation}: {template} wants {missing} in path") from None


async def _asked(source: TokenProvider, expired: bool) -> str | None:
    token = source(expired)
    return await token if inspect.isawaitable(token) else token


def _parsed(answer: httpx2.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return answer.text
