"""Keeps one connection: who we are on it, whether it is live, and when we come back.

One task stays as long as the client is open. It makes a visit after another: a token, a handshake,
hello, what comes down until the end, and the wait before the next visit.
"""

from __future__ import annotations

import asyncio
import json
import time
from asyncio import Task, TaskGroup
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from websockets.exceptions import InvalidStatus, WebSocketException

from lobby_client.backoff import Backoff
from lobby_client.close_codes import BROKEN, EXPIRED, is_final, is_of_identity, unsayable
from lobby_client.command_queue import CommandQueue, random_id
from lobby_client.connection import ANSWER_SECONDS, GOODBYE_SECONDS, Connection, opened
from lobby_client.credentials import Credentials
from lobby_client.errors import Closed, LobbyError, Refused, Unauthorized, refused
from lobby_client.listeners import Outcome, Report
from lobby_client.rate import Limits, number
from lobby_client.renewal import Renewal
from lobby_client.states import Closing, Frame, Identity, Signal, State, Token
from lobby_client.topics import Topics

CANCELLED = Closing(1000, "cancelled", "us")
CROWDED = Closing(BROKEN, "too many handshakes", "us")
UNAUTHORIZED = 401


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


class Supervisor:
    """`emit` tells the game of an event, `report` of what went wrong in between."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        backoff: Backoff,
        commands: CommandQueue,
        emit: Callable[[str, Any], object],
        report: Report,
    ) -> None:
        self._url, self._credentials, self._backoff = url, credentials, backoff
        self._commands, self._emit, self._report = commands, emit, report
        self._renewals = Renewal(credentials, commands, emit, report)
        self.topics = Topics(commands)
        self.state = State()
        self.identity: Identity | None = None
        self.ready: Outcome[Identity] = Outcome()
        self.offset = 0.0
        """Seconds by which the lobby's clock is ahead."""
        self._runner: Task[None] | None = None
        self._past: Task[None] | None = None
        self._visiting: Task[None] | None = None
        self._renewal: Task[None] | None = None
        self._connection: Connection | None = None
        self._refusal: Refused | None = None
        self._hurried = asyncio.Event()

    def start(self) -> None:
        if self.state.phase not in ("idle", "closed"):
            return
        if self.state.phase == "closed":
            self.ready = Outcome()
        self._backoff.reset()
        self._hurried, self._visiting = asyncio.Event(), None
        self._runner = asyncio.create_task(self._run())
        self._become(State("connecting", attempt=1))

    def close(self, why: Closing) -> None:
        """For good, until `start()`: everything that waits is settled."""
        if self.state.phase == "closed":
            return
        self._past, self._runner = self._runner, None
        self._leave(None)
        self.ready.reject(Closed(why))
        self._commands.close(why)
        self.topics.close(why)
        if self._visiting is not None:
            self._visiting.cancel()
        self._become(State("closed", why=why))  # the last: a listener may connect anew

    async def gone(self) -> None:
        """Once the goodbye is said, or given up."""
        if self._past is not None:
            await asyncio.wait([self._past])

    def reconnect(self, token: Token | None) -> None:
        self._credentials.replace(token)
        if self._runner is None:
            return self.start()
        self._leave(None)
        if not self._held_off():
            self._become(State("connecting", attempt=self._backoff.failures + 1))
        if self._visiting is not None:
            self._visiting.cancel()

    def hurry(self) -> None:
        """Shortens a wait that we chose; asks a connection that is live whether it still is."""
        if self._connection is not None and self.state.phase == "live":
            self._ping()
        elif self._backoff.free:
            self._hurried.set()

    async def _run(self) -> None:
        me = asyncio.current_task()
        try:
            async with TaskGroup() as group:
                while self._runner is me:
                    visit = self._visiting = group.create_task(self._visit(group))
                    await asyncio.wait([visit])
        finally:
            if self._runner is me:
                self.close(CANCELLED)

    async def _visit(self, group: TaskGroup) -> None:
        await asyncio.sleep(self._held_off())
        try:
            why = await self._attempt(group)
        except Closed as final:
            return self._finish(final.why)
        except Exception as error:
            self._report(error)
            why = Closing(BROKEN, f"{type(error).__name__}: {error}", "us")
        await self._wait(why)

    def _held_off(self) -> float:
        """Seconds until there may be another handshake. Said once: a listener may call
        `reconnect()` each time."""
        seconds = self._backoff.crowded()
        if seconds and self.state.why is not CROWDED:
            self._become(State("waiting", until=time.time() + seconds, why=CROWDED))
        return seconds

    def _finish(self, why: Closing) -> None:
        self._visiting = None
        self.close(why)

    async def _wait(self, why: Closing) -> None:
        self._leave(unsayable(why))
        seconds = self._backoff.lost()
        self._hurried.clear()
        failures = self._backoff.failures
        self._become(State("waiting", attempt=failures, until=time.time() + seconds, why=why))
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurried.wait()

    async def _attempt(self, group: TaskGroup) -> Closing:
        """How it ended. Raises Closed where there is no coming back."""
        self._refusal = None
        self._become(State("connecting", attempt=self._backoff.failures + 1))
        try:
            hello = await self._credentials.hello()
        except Exception as error:
            why = Closing(BROKEN, f"no token: {error or type(error).__name__}", "us")
            if isinstance(error, Unauthorized) or getattr(error, "status", 0) == UNAUTHORIZED:
                raise Closed(why) from error
            return why
        if hello is None:
            raise Closed(Closing(EXPIRED, "the token has expired", "us"))
        self._backoff.shaking_hands()
        try:
            socket = await opened(self._url)
        except (OSError, TimeoutError, WebSocketException) as error:
            return self._not_opened(error)
        return await self._converse(Connection(socket, self._report), hello, group)

    def _not_opened(self, error: Exception) -> Closing:
        if not isinstance(error, InvalidStatus):
            return Closing(BROKEN, str(error) or type(error).__name__, "network")
        for after in error.response.headers.get_all("Retry-After"):
            if after.isascii() and after.isdecimal():
                self._backoff.wait_for(number(int(after[:9]), 0))
        return Closing(BROKEN, f"HTTP {error.response.status_code}", "server")

    async def _converse(self, connection: Connection, hello: Frame, group: TaskGroup) -> Closing:
        self._connection, id, asked = connection, random_id(), time.time()
        late = asyncio.get_running_loop().call_later(
            ANSWER_SECONDS, connection.break_off, "hello was not answered"
        )

        def take(frame: Frame) -> None:
            of_hello = frame.get("re") == id
            if of_hello and frame.get("type") == "reply":
                late.cancel()
                self._welcomed(connection, frame.get("result"), asked, group)
            else:
                self._take(frame, of_hello)

        connection.send(json.dumps({"type": "hello", "id": id, **hello}))
        writing = group.create_task(connection.write())
        try:
            return self._ended(await connection.read(take))
        finally:
            late.cancel()
            for task in filter(None, (writing, self._renewal)):
                task.cancel()
            await connection.close()

    def _ended(self, why: Closing) -> Closing:
        why = replace(why, refusal=self._refusal)
        if why.by == "server" and why.code == EXPIRED and not self._credentials.expired():
            raise Closed(why)
        if is_final(why) and not (is_of_identity(why) and self._credentials.rejected()):
            raise Closed(why)
        return why

    def _welcomed(
        self, connection: Connection, welcome: Any, asked: float, group: TaskGroup
    ) -> None:
        if self.state.phase == "live":
            return
        if not isinstance(welcome, dict) or not isinstance(welcome.get("kind"), str):
            connection.break_off("hello was answered with nonsense")
            raise LobbyError(f"hello was answered with {welcome!r:.100}")
        before, identity = self.identity, _identity(welcome)
        resumed = before is not None and replace(before, name=identity.name) == identity
        self.identity = identity
        self._credentials.welcomed(welcome)
        self.offset = number(welcome.get("at"), time.time()) - (asked + time.time()) / 2
        self._backoff.live(number(welcome.get("grace_ms"), 0) / 1000)
        connection.beat(number(welcome.get("heartbeat_ms"), 20_000, 1000) / 1000, self._ping)
        if seconds := number(welcome.get("expires_in"), 0):
            self._renewal = group.create_task(self._renewals.keep(identity, seconds))
        if before is not None and not resumed:
            self._commands.disown()
            self.topics.reset()
        self._become(State("live", identity, resumed))
        if not connection.over:  # unless a listener has closed it
            self.ready.resolve(identity)
            self._tell_who(identity, resumed, welcome.get("token"))
        if not connection.over:
            self._commands.live(connection.send, Limits.told(welcome.get("limits")))
            self.topics.live()

    def _tell_who(self, identity: Identity, resumed: bool, token: object) -> None:
        if not resumed:
            self._emit("identity", identity)
        if isinstance(token, str):
            self._emit("token", token)

    def _take(self, frame: Frame, of_hello: bool) -> None:
        match frame:
            case {"type": "reply"}:
                self._commands.answered(frame)
            case {"type": "refusal", "re": str()} if not of_hello:
                self._commands.answered(frame)
            case {"type": "refusal"}:
                self._turned_away(frame, of_hello)
            case {"type": "drain"}:
                seconds = number(frame.get("return_after_ms"), 0) / 1000
                self._backoff.wait_for(seconds)
                self._emit("drain", time.time() + seconds)
            case {"type": "degraded", "parts": list(parts)}:
                self._emit("degraded", [str(part) for part in parts])
            case {"type": "signal", "topic": str(topic), "author": str(author), "body": body}:
                self._emit("signal", Signal(topic.partition(":")[2], author, body))
            case {"topic": str()}:
                self.topics.take(frame)

    def _turned_away(self, frame: Frame, of_hello: bool) -> None:
        self._refusal = refused(frame, "hello")
        self._backoff.wait_for(number(frame.get("retry_after"), 0))
        # The close code says whether to come back; only when none comes we go ourselves.
        if of_hello and self._connection is not None:
            self._connection.expect(GOODBYE_SECONDS)

    def _ping(self) -> None:
        if self._connection is not None:
            self._connection.send(json.dumps({"type": "ping", "id": random_id()}))

    def _leave(self, unsaid: str | None) -> None:
        """The connection, if there is one: nothing of it is heard any more."""
        if self._connection is not None:
            self._connection.stop()
            self._connection = None
        if self.state.phase == "live":
            self.ready = Outcome()
        self._commands.lost(unsaid)
        self.topics.lost()

    def _become(self, state: State) -> None:
        if state != self.state:
            self.state = state
            self._emit("state", state)


def _identity(welcome: Frame) -> Identity:
    return Identity(str(welcome["kind"]), _text(welcome.get("uuid")), _text(welcome.get("name")))
