"""The first administrator is made by the operator: no request over the network makes one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import httpx2
import pytest

from lobby.context import Lobby
from tests.support.channel_client import Client, Refused
from tests.support.people import PASSWORD
from tests.support.player_services import GAME
from tests.support.server_status import API, basic
from tests.support.server_thread import Served, serving

CLAIMS: dict[str, Any] = {
    "isAdmin": True,
    "is_admin": True,
    "admin": True,
    "role": "admin",
    "role_id": 0,
    "roles": ["admin"],
    "permissions": ["*"],
    "kind": "system",
}
FORM = {name: "true" for name in CLAIMS}
TRUE = {**CLAIMS, "password": PASSWORD, "username": "first.one", "login": "first.one"}


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(catalogue=str(GAME)) as served:
        yield served


async def administrators(lobby: Lobby) -> list[str]:
    return [account.uuid for account in await lobby.accounts.all("admin", "yes")]


def registered(http: httpx2.Client) -> list[dict[str, str]]:
    """Headers of everybody whom a stranger can become, after asking to be an administrator."""
    user = {"username": "first.one", "password": PASSWORD}
    http.post("/users", data=user | FORM)
    http.post("/users", data=user)
    token = http.post("/users/login", data=user).text
    pair = http.post(f"{API}/auth", headers=basic("first.one", PASSWORD)).json()
    host = http.post("/hosts", json=CLAIMS).json()["uuid"]
    shown = http.get(f"/hosts/{host}/access_token").json()["token"]
    anon = {"grant_type": "anon", "portal_access_token": "a secret of this device"}
    player = http.post("/users/v1/login", json=anon).json()["access_token"]
    held = [token, pair["access"]["id"], pair["refresh"]["id"], shown, player]
    return [{}, *({"Authorization": f"Bearer {one}"} for one in held)]


def test_a7_on_an_empty_database_no_request_makes_an_administrator(served: Served) -> None:
    with httpx2.Client(base_url=served.url, trust_env=False) as http:
        document = http.get("/openapi.json").json()["paths"]
        callers = registered(http)
        asked = [(m.upper(), path) for path, item in document.items() for m in item if m != "get"]
        assert len(asked) > 40
        for (method, path), headers in product(asked, callers):
            filled = path.replace("{user}", "first.one").replace("{", "").replace("}", "")
            answer = http.request(method, filled, json=TRUE, headers=headers)
            assert answer.status_code < 500, answer.text
            assert served.do(administrators(served.lobby)) == [], (method, path)
        for body in ({"isAdmin": True}, {"isAdmin": True, "name": "Bo"}):
            for tail in ("", "/is-admin"):
                for headers in registered(http):
                    http.put(f"{API}/users/first.one{tail}", json=body, headers=headers)
    assert served.do(administrators(served.lobby)) == []


async def test_a7_nor_does_the_channel(served: Served) -> None:
    ways: list[dict[str, Any]] = [{}, {"anonymous": True}]
    for more in ways:
        client = await Client.connect(served.url, hello=False)
        with pytest.raises(Refused):
            await client.command("hello", **more, **CLAIMS)
        await client.close()
    async with await Client.connect(served.url, anonymous=True) as client:
        for command in ("admin.create", "admin create", "token.issue", "account.admin"):
            with pytest.raises(Refused):
                await client.command(command, login="first.one", password=PASSWORD)
    counted = administrators(served.lobby)
    assert served.do(counted) == []
