"""People of a soak: they read and forget, so that what runs them does not grow either."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from protocol.channel import SUBPROTOCOL
from tests.support.channel_client import channel_url

SECONDS = 30.0
LOST = (OSError, TimeoutError, WebSocketException)


class Guest:
    """Somebody without an account of their own; `token`: a host's."""

    socket: ClientConnection

    def __init__(self, url: str, token: str | None = None) -> None:
        self._url, self._token = channel_url(url), token
        self._ids = itertools.count()
        self._answers: dict[str, asyncio.Future[dict[str, Any]]] = {}

    async def come(self) -> None:
        self.socket = await connect(
            self._url,
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            proxy=None,
            compression=None,
            ping_interval=None,
        )
        self._reading = asyncio.create_task(self._read())
        who = {"token": self._token} if self._token else {"anonymous": True}
        await self.say("hello", **who)

    async def say(self, type: str, **fields: Any) -> dict[str, Any]:
        """The reply's result; empty where it was refused."""
        id = str(next(self._ids))
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        try:
            await self.socket.send(json.dumps({"type": type, "id": id, **fields}))
            async with asyncio.timeout(SECONDS):
                return (await answer).get("result") or {}
        finally:
            del self._answers[id]

    async def go(self) -> None:
        with suppress(*LOST):
            await self.socket.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _read(self) -> None:
        """Of what comes only the answers are looked at."""
        async for text in self.socket:
            if self._answers and '"re":' in str(text):
                frame = json.loads(text)
                if answer := self._answers.get(str(frame.get("re"))):
                    answer.set_result(frame)


class Host(Guest):
    """Has a key, and so stays; comes and goes with a session."""

    session: int | None = None

    async def come(self) -> None:
        await super().come()
        await self.say("host.set", only_friends=False, allow_nonames=True)
        launched = await self.say("session.launch")
        self.session = launched["session"]["id"] if launched else None

    async def go(self) -> None:
        if self.session is not None:
            with suppress(*LOST):
                await self.say("session.close", session=self.session)
            self.session = None
        await super().go()
