"""Commands from their call to their answer. A text is made once and said again byte for byte after
a loss, in the order of the calls, no faster than the lobby takes them.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lobby_client.errors import Closed, LobbyError, QueueFull, Refused, TimedOut, UnknownOutcome
from lobby_client.errors import refused as refusal
from lobby_client.rate import Limits, Rate
from lobby_client.states import Closing, Frame, Retry

MOST_UNANSWERED = 32
REPEATABLE_SECONDS = 110.0
"""A signal is known to the server for two minutes, other commands for longer."""
RETRY_SECONDS, SOONEST_RETRY_SECONDS, MOST_DOUBLED = 1.0, 0.05, 8
"""Longer each time, for lobbies that say "at once" and mean no."""
PAUSE_SECONDS = 2.0
"""`too_many` for longer than this is about one thing, and no reason to hold back all others."""
LONGEST_OWN_WAIT_SECONDS = 60.0
"""A wait of an hour is no wait of the connection's, but an answer to whoever asked."""
MAY_PASS = ("too_many", "unavailable", "in_progress")


def random_id() -> str:
    """22 characters."""
    return secrets.token_urlsafe(16)


@dataclass(eq=False)
class Entry:
    """A command. `done` and `fail` are called once, one of them."""

    type: str
    id: str
    text: str
    own: bool = False
    once: bool = False
    until: float = float("inf")
    sent: bool = False
    not_before: float = 0.0
    refusals: int = 0
    said_at: tuple[float, float] | None = None
    """First, by the monotonic clock and by that on the wall: one stops while a machine sleeps, the
    other may be set."""
    done: Callable[[Any], object] = field(default=lambda result: None)
    fail: Callable[[Exception], object] = field(default=lambda error: None)

    def settle_with(self, answer: asyncio.Future[Any]) -> None:
        self.done = lambda result: None if answer.done() else answer.set_result(result)
        self.fail = lambda error: None if answer.done() else answer.set_exception(error)

    @property
    def age(self) -> float:
        """Seconds since it was first said."""
        if self.said_at is None:
            return 0.0
        steady, wall = self.said_at
        return max(time.monotonic() - steady, time.time() - wall)


class CommandQueue:
    """`most` may wait to be sent; a command may take `timeout` seconds."""

    def __init__(self, most: int, timeout: float) -> None:
        self._most, self._timeout = most, timeout
        self._entries: dict[str, Entry] = {}
        self._send: Callable[[str], object] | None = None
        self._rate = Rate()
        self._timer: asyncio.TimerHandle | None = None

    async def command(
        self,
        type: str,
        fields: Mapping[str, Any],
        *,
        timeout: float | None = None,
        id: str | None = None,
        retry: Retry = "safe",
    ) -> Any:
        """Of the game: the result. Whoever is cancelled gives up the answer alone."""
        if sum(not entry.own and not entry.sent for entry in self._entries.values()) >= self._most:
            raise QueueFull(f"{self._most} commands wait already")
        entry = self._entry(type, fields, id or random_id())
        if entry.id in self._entries:
            raise LobbyError(f"the id {entry.id} is in use")
        seconds = self._timeout if timeout is None else timeout
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        entry.until, entry.once = time.monotonic() + seconds, retry == "never"
        entry.settle_with(answer)
        self._add(entry)
        try:
            async with asyncio.timeout(seconds):
                return await answer
        except TimeoutError as late:
            if answer.done() and not answer.cancelled():
                return answer.result()
            if entry.said_at is not None:
                raise UnknownOutcome(type, entry.id, "no answer in time") from late
            raise TimedOut(f"{type}: not sent in time") from late
        finally:
            self._entries.pop(entry.id, None)
            if answer.done() and not answer.cancelled():
                answer.exception()  # seen, also where nobody waits any longer

    def own(
        self,
        type: str,
        fields: Mapping[str, Any],
        done: Callable[[Any], object],
        fail: Callable[[Exception], object],
    ) -> None:
        """Of the client itself: dropped with the connection. Told before the next frame is."""
        try:
            entry = self._entry(type, fields, random_id())
        except (Refused, TypeError, ValueError) as error:
            fail(error)
            return
        entry.own, entry.done, entry.fail = True, done, fail
        self._add(entry)

    def live(self, send: Callable[[str], object], limits: Limits) -> None:
        self._send = send
        self._rate.begin(limits)
        self.pump()

    def lost(self, unsaid: str | None) -> None:
        """`unsaid`: why what was sent is not to be said again."""
        self._send = None
        self._stop()
        for entry in list(self._entries.values()):
            if entry.own:
                del self._entries[entry.id]
            elif entry.sent and (entry.once or unsaid):
                self._unknown(entry, unsaid or "the connection was lost")
            entry.sent = False

    def disown(self) -> None:
        """Those that were sent are of another identity."""
        for entry in list(self._entries.values()):
            if entry.said_at is not None:
                self._unknown(entry, "another identity")

    def close(self, why: Closing) -> None:
        self.lost(None)
        for entry in list(self._entries.values()):
            if entry.said_at is not None:
                self._unknown(entry, "closed")
            else:
                self._end(entry, Closed(why))

    def answered(self, frame: Frame) -> None:
        id = frame.get("re")
        entry = self._entries.get(id) if isinstance(id, str) else None
        if entry is None or not entry.sent:
            return
        if frame.get("type") == "reply":
            del self._entries[entry.id]
            entry.done(frame.get("result") or {})
        elif not self._again(entry, frame):
            self._end(entry, refusal(frame, entry.type))
        self.pump()

    def pump(self) -> None:
        """Send what may be sent by now; come back when more may be."""
        self._stop()
        if self._send is None:
            return
        if pause := self._rate.pause():
            return self._wake(pause)
        now, waits = time.monotonic(), []
        free = min(MOST_UNANSWERED, self._rate.limits.waiting)
        free -= sum(entry.sent for entry in self._entries.values())
        for entry in [entry for entry in self._entries.values() if not entry.sent]:
            if entry.not_before > now:
                waits.append(entry.not_before - now)
            elif entry.age > REPEATABLE_SECONDS:
                self._unknown(entry, "too old to be said again")
            elif free < 1 or (wait := self._rate.take()):
                waits += [wait] if free > 0 else []
                break
            else:
                free -= 1
                self._say(entry)
        if waits:
            self._wake(min(waits))

    def _say(self, entry: Entry) -> None:
        entry.sent = True
        entry.said_at = entry.said_at or (time.monotonic(), time.time())
        if self._send is not None:
            self._send(entry.text)

    def _entry(self, type: str, fields: Mapping[str, Any], id: str) -> Entry:
        said = {**fields, "type": type, "id": id}
        text = json.dumps(said, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size, most = len(text.encode()), self._rate.limits.message_bytes
        if size > most:
            raise Refused("too_large", f"{size} bytes; at most {most}", type)
        return Entry(type, id, text)

    def _add(self, entry: Entry) -> None:
        self._entries[entry.id] = entry
        self.pump()

    def _again(self, entry: Entry, frame: Frame) -> bool:
        """A refusal that may pass: the same text again, as long as there is time."""
        told = refusal(frame, entry.type)
        wait = RETRY_SECONDS if told.retry_after is None else told.retry_after
        wait = max(wait, SOONEST_RETRY_SECONDS * 2 ** min(entry.refusals, MOST_DOUBLED))
        entry.refusals += 1
        at = time.monotonic() + wait
        if entry.once or told.code not in MAY_PASS or not at <= entry.until:
            return False
        if entry.own and wait > LONGEST_OWN_WAIT_SECONDS:
            return False
        entry.sent, entry.not_before = False, at
        if told.code == "too_many" and wait <= PAUSE_SECONDS:
            self._rate.hold(at)
        return True

    def _wake(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.pump)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _unknown(self, entry: Entry, why: str) -> None:
        self._end(entry, UnknownOutcome(entry.type, entry.id, why))

    def _end(self, entry: Entry, error: Exception) -> None:
        if self._entries.pop(entry.id, None) is not None:
            entry.fail(error)
