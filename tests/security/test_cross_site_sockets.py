"""A page of another site opens no channel in the name of who looks at it."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.callers import ApiCallers
from tests.support.checked_clients import RecordedChannel
from tests.support.server_thread import serving
from tests.support.waiting import TIMEOUT

ADMITTED = 0


def channel_origins(url: str) -> dict[str, int]:
    """Each with what becomes of its hello: ADMITTED, or a close code; `url` is our own."""
    host = url.removeprefix("http://")
    name, _, port = host.partition(":")
    return {
        url: ADMITTED,
        f"https://{host}": ADMITTED,  # behind a proxy that speaks TLS
        "https://game.example": ADMITTED,  # listed
        "null": 4507,
        "https://evil.example": 4507,
        f"http://{name}": 4507,
        f"http://{name}:{int(port) + 1}": 4507,
        f"{url}.evil.example": 4507,
        f"http://evil.example?{host}": 4507,
        f"http://{host}@evil.example": 4507,
        f"http://user@{host}": 4507,
        f"{url}/": 4507,
        url.upper(): 4507,
        f"file://{host}": 4507,
        "https://game.example.evil.example": 4507,
        "https://GAME.example": 4507,
        "https://game.example:443": 4507,
        "http://game.example": 4507,
        "http://[": 4507,
        "": 4507,
    }


async def test_c1_only_our_own_and_listed_origins_open_the_channel() -> None:
    with serving(allowed_origins=["https://game.example"]) as served:
        expected = channel_origins(served.url)
        got = {origin: await greeted(served.url, origin) for origin in expected}
    assert got == expected


async def greeted(url: str, origin: str) -> int:
    channel = await RecordedChannel.connect(url, hello=False, additional_headers={"Origin": origin})
    try:
        await channel.hello()
    except (ConnectionError, ConnectionClosed):
        return await channel.until_closed()
    await channel.close()
    return ADMITTED


async def test_c1_a_refused_page_is_told_in_one_frame_and_nothing_else_is_heard() -> None:
    frames: list[dict[str, object]] = []
    async with asyncio.timeout(TIMEOUT):
        with serving() as served:
            url = f"ws{served.url.removeprefix('http')}/ws"
            headers = {"Origin": "https://evil.example", "Cookie": "access_token=x"}
            async with connect(url, additional_headers=headers, proxy=None) as socket:
                with suppress(ConnectionClosed):  # it may be refused by now
                    await socket.send('{"type": "hello", "id": "1", "anonymous": true}')
                with suppress(ConnectionClosed):
                    while True:
                        frames.append(json.loads(await socket.recv()))
            assert socket.close_code == 4507
    assert [frame["type"] for frame in frames] == ["refusal"]


async def test_c1_a_cookie_is_nobody_on_the_channel() -> None:
    with serving() as served:
        people = ApiCallers(served)
        token = people.token(people.host())
        spectator = await RecordedChannel.connect(served.url)
        for name in ("access_token", "token", "Authorization"):
            cookie = {"Cookie": f"{name}={token}"}
            async with await RecordedChannel.connect(
                served.url, additional_headers=cookie
            ) as client:
                assert client.welcome.keys() == spectator.welcome.keys()
                assert "expires_in" not in client.welcome
        await spectator.close()
