"""The channel's other end, played by hand: what no well-behaved server would say at will."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from playwright.async_api import Page, WebSocketRoute

from protocol.channel import COMMAND
from protocol.codec import decode
from protocol.frames import FRAME
from tests.patience import PATIENCE

State = dict[str, Any]


class ByHand:
    """Welcomes everybody, shows `states`; then says what the test wants, in the agreed words."""

    def __init__(self, **states: State) -> None:
        self.states: dict[str, State] = {"presence": {}, "sessions": {}, **states}
        self.versions = dict.fromkeys(self.states, 1)
        self.heard: list[dict[str, Any]] = []
        self.arrivals = 0
        self.mute = False
        self._here: WebSocketRoute | None = None
        self._news = asyncio.Event()

    async def stand_in(self, page: Page) -> None:
        await page.route_web_socket("**/ws", self._arrive)

    def say(self, *frames: dict[str, Any]) -> None:
        """In one message."""
        for frame in frames:
            FRAME.validate_python(frame)
        assert self._here is not None
        self._here.send(json.dumps(list(frames)))

    def patch(self, topic: str, patch: State) -> None:
        since = self.versions[topic]
        self.versions[topic] += 1
        self.say(
            {
                "type": "patch",
                "topic": topic,
                "since": since,
                "version": since + 1,
                "patch": patch,
            }
        )

    async def close(self, code: int, reason: str = "") -> None:
        assert self._here is not None
        await self._here.close(code=code, reason=reason)

    async def until_heard(
        self, type: str, *, times: int = 1, timeout: float = PATIENCE
    ) -> dict[str, Any]:
        """The last of so many commands of this type."""
        async with asyncio.timeout(timeout):
            while len(found := [c for c in self.heard if c["type"] == type]) < times:
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    def _arrive(self, route: WebSocketRoute) -> None:
        self.arrivals += 1
        self._here = route
        route.on_message(self._answer)

    def _answer(self, text: str | bytes) -> None:
        command = json.loads(text)
        decode(str(text).encode(), COMMAND)
        self.heard.append(command)
        self._news.set()
        if not self.mute:
            self._reply(command)

    def _reply(self, command: dict[str, Any]) -> None:
        result: dict[str, Any] = {}
        if command["type"] == "hello":
            result = {"uuid": None, "name": None, "kind": "spectator", "heartbeat_ms": 20_000}
        if command["type"] == "watch":
            result = {"topic": command["topic"]}
        self.say({"type": "reply", "re": command["id"], "result": result})
        if command["type"] == "watch":
            self.show(command["topic"])

    def show(self, topic: str) -> None:
        self.say(
            {
                "type": "state",
                "topic": topic,
                "epoch": "by-hand",
                "version": self.versions[topic],
                "state": self.states[topic],
            }
        )


def person(name: str | None = None, *, status: str = "online", since: float = 1.8e9) -> State:
    shown = {"status": status, "since": since}
    return shown if name is None else {**shown, "name": name}


def session(id: int, *, name: str | None = None, host: str = "ada", **more: Any) -> State:
    """Eight seats in two teams; the host takes the first."""
    seats: State = {str(n): {"id": id + 1 + n, "team": n // 4, "status": "free"} for n in range(8)}
    seats["0"] |= {"status": "taken", "player": uuid_of(id), "name": host}
    listed = {
        "id": str(id),
        "template": "hosted",
        "host": uuid_of(id),
        "host_name": host,
        "created": 1.8e9 + id,
        "joinable": True,
        "seats": seats,
        "attributes": {},
        "version": 1,
    }
    return {**listed, **({"name": name} if name else {}), **more}


def uuid_of(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"
