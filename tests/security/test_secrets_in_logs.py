"""Canaries: secrets that were sent anywhere are in no log, and none is taken from an address."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
from collections.abc import Iterator

import pytest
from websockets.exceptions import InvalidStatus

from tests.support.callers import ApiCallers
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.people import PASSWORD, call, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.server_thread import Served, serving
from tests.test_logs import records


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def people(served: Served) -> ApiCallers:
    return ApiCallers(served)


class Canaries:
    """Secrets that look like nothing in particular."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def new(self) -> str:
        self.all.append(f"kanari{secrets.token_hex(8)}")
        return self.all[-1]

    def basic(self) -> str:
        pair = f"{self.new()}:{self.new()}"
        self.all.append(base64.b64encode(pair.encode()).decode())
        return self.all[-1]


async def send_through_http(url: str, canaries: Canaries) -> None:
    new = canaries.new
    headers = [
        {"Authorization": f"Bearer {new()}"},
        {"Authorization": f"Host {new()}"},
        {"Authorization": f"Basic {canaries.basic()}"},
        {"Authorization": new()},
        {"Cookie": f"session={new()}"},
        {"X-Api-Key": new(), "X-Forwarded-For": new(), "User-Agent": new(), "Referer": new()},
        {"X-Request-Id": new()},
    ]
    for header in headers:
        await call(url, "GET", "/users", headers=header)
    for path in ("/users", "/", "/nowhere", "/health/ready", "/slots"):
        await call(url, "GET", f"{path}?token={new()}&access_token={new()}")
    await call(url, "GET", f"/hosts/{new()}/access_token")
    await call(url, "GET", f"/{new()}")
    await call(url, "DELETE", f"/users?{new()}")
    form = {"username": f"u{secrets.token_hex(4)}", "password": new()}
    for path in ("/users", "/users/login", "/users"):
        await call(url, "POST", path, data=form)
    await call(url, "POST", "/users/login", data={"username": new(), "password": new()})
    await call(url, "POST", "/users", data={new(): new()})
    for body in ({"source_of_truth_key": new()}, {new(): new()}):
        await call(url, "POST", "/sessions/players", json=body)
    await call(url, "POST", "/hosts", content=f'{{"x": {new()}')


async def send_through_raw_requests(port: int, canaries: Canaries) -> None:
    for line in ("GET /{} HTTP/1.1\r\n{}\r\n\r\n", "{} / {}\r\n\r\n", "GET /{} HTTP/9\r\n\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(line.format(canaries.new(), canaries.new()).encode())
        writer.write_eof()
        await reader.read()
        writer.close()


async def send_through_channel(url: str, canaries: Canaries) -> None:
    new = canaries.new
    for query in (f"token={new()}", f"access_token={new()}", new()):
        address = f"ws{url.removeprefix('http')}/ws?{query}"
        try:
            client = await Client.connect(address, new())
        except Exception:  # noqa: S112  # what became of it is in the log
            continue
        await client.drop()
    for headers in ({"Authorization": f"Bearer {new()}"}, {"Cookie": new(), "Origin": new()}):
        with pytest.raises(Exception, match=r"HTTP 40|4507"):
            await Client.connect(url, additional_headers=headers)
    async with await Client.connect(url) as client:
        for said in ({"type": new()}, {"type": "watch", "topic": new()}, {new(): 1}, [new()]):
            await client.say(said)
        await client.socket.send("{" + new())
        with pytest.raises(Refused):
            await client.command("hello", token=new())


async def test_c2_no_secret_that_was_sent_anywhere_is_in_the_log(own_lobby: LobbyProcess) -> None:
    own_lobby.settings["LOBBY_LOG_LEVEL"] = "debug"
    own_lobby.start()
    canaries = Canaries()
    await send_through_http(own_lobby.url, canaries)
    await send_through_raw_requests(own_lobby.port, canaries)
    await send_through_channel(own_lobby.url, canaries)
    user, host = await new_user(own_lobby.url), await new_host(own_lobby.url)
    canaries.all += [PASSWORD, user.token, host.token]
    assert await asyncio.to_thread(own_lobby.stop) == 0
    assert len(canaries.all) > 40
    assert [c for c in canaries.all if c.lower() in own_lobby.log.lower()] == []
    assert len(records(own_lobby)) > 30
    # Whom it is about stands whole in the audit log, and there alone.
    others = [record for record in records(own_lobby) if record["logger"] != "audit"]
    whole = json.dumps(others)
    assert [uuid for uuid in (host.uuid, user.uuid) if uuid in whole] == []


@pytest.mark.parametrize("name", ["token", "access_token"])
async def test_c2_a_token_in_the_address_is_refused_before_the_channel_opens(
    name: str, served: Served, people: ApiCallers
) -> None:
    token = people.token(people.host())
    with pytest.raises(InvalidStatus) as refused:
        await RecordedChannel.connect(f"ws{served.url[4:]}/ws?{name}={token}")
    assert refused.value.response.status_code == 400
