"""Long lists in slices: what their clients get, and what is left where one goes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.types import Message

from lobby.api.streaming import SLICE_BYTES, JsonArray, nothing
from persistence.ports import Unreachable

PARTS = [json.dumps({"n": n, "text": "ä" * 200}).encode() for n in range(1_000)]


class Sent:
    """A request for the list, and what its client was sent."""

    def __init__(self, version: str = "1.1", method: str = "GET") -> None:
        self.scope = {"type": "http", "http_version": version, "method": method}
        self.messages: list[Message] = []
        self.released = self.taken = 0
        self.gone = asyncio.Event()
        self.stays = 10**9

    async def ask(self, fails_at: int = -1) -> None:
        await JsonArray(self._parts(fails_at), release=self._release)(
            self.scope, self._receive, self._send
        )

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages)

    def _release(self) -> None:
        self.released += 1

    async def _parts(self, fails_at: int) -> AsyncIterator[bytes]:
        for part in PARTS:
            if self.taken == fails_at:
                raise Unreachable("database", "gone")
            self.taken += 1
            yield part

    async def _receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)
        if len(self.messages) > self.stays:
            self.gone.set()


async def test_it_is_the_array_in_slices_with_the_loop_free_between() -> None:
    sent, turns = Sent(), 0

    async def count() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    counting = asyncio.ensure_future(count())
    await sent.ask()
    counting.cancel()
    assert json.loads(sent.body) == [json.loads(part) for part in PARTS]
    slices = [len(message["body"]) for message in sent.messages[1:]]
    assert len(slices) > 6
    assert max(slices) < SLICE_BYTES + 1_000
    assert turns >= len(slices) - 2
    assert sent.released == 1


async def test_an_empty_one_is_an_empty_array() -> None:
    sent = Sent()
    await JsonArray(nothing(), release=sent._release)(sent.scope, sent._receive, sent._send)
    assert sent.body == b"[]"


async def test_a_client_of_http_1_0_is_told_its_length() -> None:
    sent = Sent("1.0")
    await sent.ask()
    headers = dict(sent.messages[0]["headers"])
    assert int(headers[b"content-length"]) == len(sent.body)
    assert len(json.loads(sent.body)) == len(PARTS)
    assert sent.released == 1


async def test_who_asks_for_the_headers_alone_costs_no_list() -> None:
    sent = Sent(method="HEAD")
    await sent.ask()
    assert (sent.body, sent.taken, sent.released) == (b"", 0, 1)


async def test_it_ends_with_its_client() -> None:
    sent = Sent()
    sent.stays = 2
    await sent.ask()
    assert sent.taken < len(PARTS)
    assert sent.released == 1


async def test_one_that_is_cut_off_has_no_end() -> None:
    """Nobody takes a part of it for all of it."""
    sent = Sent()
    await sent.ask(fails_at=900)
    assert all(message.get("more_body", True) for message in sent.messages)
    assert sent.released == 1
