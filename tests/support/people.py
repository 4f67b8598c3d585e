"""Hosts and users as clients of the real program: they register, log in, call
by HTTP and connect to the channel.

Whatever they are answered is held to the documents that the server gives.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import httpx2

from tests.support.channel_client import Client
from tests.support.checked_clients import PLAIN, RecordedChannel, openapi
from tests.support.server_status import access_header, basic

PASSWORD = "correct horse 9"


@dataclass
class Person:
    """`uuid` in lower case; `url` is the process that they call."""

    url: str
    uuid: str
    token: str
    name: str | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def connect(self, url: str | None = None) -> Client:
        return await RecordedChannel.connect(url or self.url, self.token)

    async def call(self, method: str, path: str, **options: object) -> httpx2.Response:
        return await call(self.url, method, path, headers=self.headers, **options)

    async def at_server_status(self) -> dict[str, str]:
        """Headers for the server, users and nicknames API, where they log in with their name."""
        login = basic(str(self.name), PASSWORD)
        said = await call(self.url, "POST", "/api/auth", headers=login)
        return access_header(said.json()["access"]["id"])


async def call(url: str, method: str, path: str, **options: object) -> httpx2.Response:
    document = openapi()
    async with httpx2.AsyncClient(base_url=url, **PLAIN) as http:
        answer = await http.request(method, path, **options)  # type: ignore[arg-type]
    document.check(answer)
    return answer


async def new_host(url: str) -> Person:
    registered = await call(url, "POST", "/hosts")
    assert registered.status_code == 200, registered.text
    host = registered.json()["uuid"].lower()
    key = registered.headers["Host-Key"]
    token = await call(
        url, "GET", f"/hosts/{host}/access_token", headers={"Authorization": f"Host {key}"}
    )
    return Person(url, host, token.json()["token"])


async def new_user(url: str, name: str | None = None) -> Person:
    name = name or f"u{uuid.uuid4().hex[:12]}"
    form = {"username": name, "password": PASSWORD}
    registered = await call(url, "POST", "/users", data=form)
    assert (registered.status_code, registered.text) == (201, "OK")
    token = await call(url, "POST", "/users/login", data=form)
    assert token.status_code == 200, token.text
    person = Person(url, "", token.text, name)
    async with await person.connect() as client:
        person.uuid = client.uuid
    return person
