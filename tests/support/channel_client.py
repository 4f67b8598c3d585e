"""A client of the live channel: keeps the state of its topics, and records protocol violations."""

from __future__ import annotations

import asyncio
import json
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, TypeVar

from pydantic import ValidationError
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websocket
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from protocol.channel import SUBPROTOCOL
from protocol.frames import FRAME
from tests.support.waiting import TIMEOUT

T = TypeVar("T")
Frame = dict[str, Any]
JOURNALS = ("inbox", "chat")


class Refused(Exception):
    def __init__(self, refusal: Frame) -> None:
        super().__init__(f"{refusal['code']}: {refusal['message']}")
        self.code: str = refusal["code"]
        self.message: str = refusal["message"]
        self.retry_after: float | None = refusal.get("retry_after")


class Client:
    """`states` by topic, `entries` by topic and cursor; `gaps` counts patches that did not apply.

    `violations` lists protocol violations of the server; a test may assert that it is empty.
    """

    def __init__(self, url: str) -> None:
        self.url = channel_url(url)
        self.token: str | None = None
        self.anonymous = False
        self.welcome: Frame = {}
        self.states: dict[str, Frame] = {}
        self.known: dict[str, Frame] = {}
        self.entries: dict[str, dict[int, Frame]] = {}
        self.signals: list[Frame] = []
        self.drain: Frame | None = None
        self.away: list[str] = []
        self.ended: dict[str, str] = {}
        self.frames: list[Frame] = []
        self.gaps = 0
        self.violations: list[str] = []
        self.closed: int | None = None
        self.reason = ""
        self.epochs: dict[str, str] = {}
        self._trimmed: set[str] = set()
        self._answers: dict[str, asyncio.Future[Frame]] = {}
        self._news = asyncio.Event()

    @classmethod
    async def connect(
        cls,
        url: str,
        token: str | None = None,
        anonymous: bool = False,
        *,
        hello: bool = True,
        **options: Any,
    ) -> Self:
        """`hello=False`: do not send `hello` yet. `options` go to the WebSocket library."""
        client = cls(url)
        client.token, client.anonymous = token, anonymous
        await client.open(hello=hello, **options)
        return client

    async def open(self, *, hello: bool = True, **options: Any) -> None:
        """Connect or reconnect; a later `watch` sends the known version or cursor of the topic."""
        subprotocols = [Subprotocol(SUBPROTOCOL)]
        self.socket: ClientConnection = await websocket(
            self.url, subprotocols=subprotocols, proxy=None, **options
        )
        self.closed, self.reason = None, ""
        self._reader = asyncio.create_task(self._read())
        if hello:
            await self.hello()

    async def hello(self) -> Frame:
        who = {"token": self.token} if self.token else {"anonymous": self.anonymous}
        self.welcome = await self.command("hello", **who)
        self.token = self.welcome.get("token") or self.token
        return self.welcome

    @property
    def uuid(self) -> str:
        return str(self.welcome["uuid"])

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self, code: int = 1000) -> None:
        await self.socket.close(code)
        await self._reader

    async def drop(self) -> None:
        """Abort the connection without a close frame."""
        self.socket.transport.abort()
        await self._reader

    async def command(
        self, type: str, id: str | None = None, *, timeout: float = TIMEOUT, **fields: Any
    ) -> Frame:
        """The reply's result; raises Refused."""
        id = id or uuid.uuid4().hex
        answer = self._answers[id] = asyncio.get_running_loop().create_future()
        await self.say({"type": type, "id": id, **fields})
        async with asyncio.timeout(timeout):
            frame = await answer
        if frame["type"] == "refusal":
            raise Refused(frame)
        result: Frame = frame["result"]
        return result

    async def say(self, command: object) -> None:
        """Send any JSON value without waiting for a reply."""
        await self.socket.send(json.dumps(command))

    async def watch(self, topic: str, *, after: int | None = None) -> Frame:
        """The current state of a document; `{}` for a journal, whose entries follow."""
        seen = len(self.frames)
        self.ended.pop(topic, None)
        await self.command("watch", **self._have(topic, after))
        if topic.partition(":")[0] in JOURNALS:
            self.entries.setdefault(topic, {})
            return {}
        await self.until(lambda: any(f.get("topic") == topic for f in self.frames[seen:]))
        return self.states[topic]

    async def until(self, condition: Callable[[], T], timeout: float = TIMEOUT) -> T:
        """The value of the condition, once it is true. A KeyError counts as false."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    self._news.clear()
                    try:
                        if held := condition():
                            return held
                    except KeyError:
                        pass
                    if self.closed is not None:
                        raise AssertionError(f"closed: {self.closed} {self.reason}")
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(
                f"not within {timeout} s; last heard: {self.frames[-3:]}"
            ) from None

    async def until_closed(self, timeout: float = TIMEOUT) -> int:
        """The server's close code; 1006 without a close frame."""
        async with asyncio.timeout(timeout):
            await asyncio.shield(self._reader)
        assert self.closed is not None
        return self.closed

    def _have(self, topic: str, after: int | None) -> Frame:
        have: Frame = {"topic": topic}
        if topic in self.known:
            have["known"] = self.known[topic]
        if after is None and self.entries.get(topic):
            after = max(self.entries[topic])
        if after is not None:
            have["after"] = after
            if topic in self.epochs:
                have["epoch"] = self.epochs[topic]
        return have

    async def _read(self) -> None:
        try:
            async for text in self.socket:
                heard = json.loads(text)
                for frame in heard if isinstance(heard, list) else [heard]:
                    await self._take(frame)
                    self._news.set()
                    await asyncio.sleep(0)  # who waits sees each state, also one that passes
        except ConnectionClosed:
            pass
        self.closed, self.reason = self.socket.close_code or 1006, self.socket.close_reason or ""
        self._news.set()
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError(f"closed: {self.closed} {self.reason}"))
                answer.exception()  # mark as retrieved: nobody may be waiting for it

    async def _take(self, frame: Frame) -> None:
        self.frames.append(frame)
        try:
            FRAME.validate_python(frame)
        except ValidationError as error:
            self.violations.append(f"not in the dictionary: {error}")
            return
        if frame["type"] == "patch":
            await self._fold(frame)
        else:
            getattr(self, f"_on_{frame['type']}")(frame)

    def _on_reply(self, frame: Frame) -> None:
        result = frame.get("result", {})
        for watched in [result, *result.get("topics", ())]:
            if "topic" in watched and "epoch" in watched:
                self._begin_journal(watched["topic"], watched["epoch"])
        answer = self._answers.pop(frame["re"] or "", None)
        if answer and not answer.done():
            answer.set_result(frame)

    _on_refusal = _on_reply

    def _begin_journal(self, topic: str, epoch: str) -> None:
        if self.epochs.setdefault(topic, epoch) != epoch:
            self.entries[topic], self.epochs[topic] = {}, epoch  # it is another journal now

    def _on_state(self, frame: Frame) -> None:
        self.known[frame["topic"]] = {"epoch": frame["epoch"], "version": frame["version"]}
        self.states[frame["topic"]] = frame["state"]

    def _on_unchanged(self, frame: Frame) -> None:
        have = {"epoch": frame["epoch"], "version": frame["version"]}
        if self.known.get(frame["topic"]) != have:
            self.violations.append(f"unchanged from what was never known: {frame}")

    def _on_trimmed(self, frame: Frame) -> None:
        self._trimmed.add(frame["topic"])

    def _on_signal(self, frame: Frame) -> None:
        self.signals.append(frame)

    def _on_ended(self, frame: Frame) -> None:
        self.ended[frame["topic"]] = frame["code"]
        self.states.pop(frame["topic"], None)
        self.known.pop(frame["topic"], None)

    def _on_degraded(self, frame: Frame) -> None:
        self.away = frame["parts"]

    def _on_drain(self, frame: Frame) -> None:
        self.drain = frame

    async def _fold(self, frame: Frame) -> None:
        topic, known = frame["topic"], self.known.get(frame["topic"])
        if frame["version"] <= frame["since"]:
            self.violations.append(f"a patch that leads backwards: {frame}")
        if known is not None and frame["version"] <= known["version"]:
            return
        if known is None or frame["since"] != known["version"]:
            self.gaps += 1
            await self.say({"type": "watch", "id": uuid.uuid4().hex, **self._have(topic, None)})
            return
        self.states[topic] = merged(frame["patch"], self.states[topic])
        known["version"] = frame["version"]

    def _on_entry(self, frame: Frame) -> None:
        topic, cursor = frame["topic"], frame["cursor"]
        entries = self.entries.setdefault(topic, {})
        if cursor in entries:
            self.violations.append(f"the same entry twice: {frame}")
        if entries and cursor != max(entries) + 1 and topic not in self._trimmed:
            self.violations.append(f"a gap in a journal: {frame}")
        self._trimmed.discard(topic)
        entries[cursor] = frame["entry"]


def channel_url(url: str) -> str:
    """`ws://host:port/ws` for a lobby at `http://host:port`."""
    return "ws" + url.removeprefix("http") + "/ws" if url.startswith("http") else url


def merged(patch: Any, target: Any) -> Any:
    """Apply a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    whole = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            whole.pop(key, None)
        else:
            whole[key] = merged(value, whole.get(key))
    return whole
