"""What every port on Redis does: each call has a timeout, `ANSWER_SECONDS`; then Redis is
Unreachable."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable
from pathlib import Path
from typing import Any, TypeVar

from redis.exceptions import NoScriptError, RedisError

from persistence.live.redis_failures import PROBED_MS, demoted
from persistence.ports import Unreachable
from persistence.redis_clients import ANSWER_SECONDS, Client, RedisLink

T = TypeVar("T")

FOLDER = Path(__file__).parent


class RedisPort:
    """`name`: prefix of its keys. All have one hash tag, so that a cluster keeps a script's keys
    on one node."""

    def __init__(self, link: RedisLink, prefix: str, name: str) -> None:
        self._link, self._client = link, link.client
        self._keys = f"{prefix}{{live}}:{name}"

    async def probe(self) -> None:
        """By writing: a replica reads, and fails everybody who writes."""
        await self._in_time(self._client.set(f"{self._keys}probe", "1", px=PROBED_MS))

    async def _in_time(self, asked: Awaitable[T]) -> T:
        """One that cannot be written to is left: behind the same address may be another by now."""
        try:
            return await _in_time(asked)
        except Unreachable as away:
            if self._link.clustered or demoted(away.__cause__):
                await self._link.leave()
            raise

    async def close(self) -> None:
        await self._link.close()


class Script:
    """One that Redis keeps by its digest, and is told where it does not know it."""

    def __init__(self, name: str) -> None:
        self._text = (FOLDER / f"{name}.lua").read_text(encoding="utf-8")
        self._digest = hashlib.sha1(self._text.encode(), usedforsecurity=False).hexdigest()

    def command(self, key: str, *words: str | int, known: bool = True) -> list[str | int]:
        head = ["EVALSHA", self._digest] if known else ["EVAL", self._text]
        return [*head, 1, key, *words]

    async def run(self, client: Client, key: str, *words: str | int) -> Any:
        try:
            return await client.execute_command(*self.command(key, *words))
        except NoScriptError:
            return await client.execute_command(*self.command(key, *words, known=False))


def milliseconds(seconds: float, *, least: int = 1) -> int:
    return max(least, round(seconds * 1000))


async def _in_time(asked: Awaitable[T]) -> T:
    """The result, or Unreachable after `ANSWER_SECONDS`. The driver's pool can swallow a
    cancellation and go on waiting, so the cancelled call is not awaited."""
    asking = asyncio.ensure_future(asked)
    asking.add_done_callback(_retrieve_exception)
    try:
        await asyncio.wait({asking}, timeout=ANSWER_SECONDS)
    finally:
        asking.cancel()
    if not asking.done():
        raise Unreachable("redis", "no answer in time")
    try:
        return asking.result()
    except (RedisError, OSError) as failure:
        raise Unreachable("redis", str(failure)) from failure


def _retrieve_exception(asked: asyncio.Future[Any]) -> None:
    """Take the exception of a call that ended too late, so that asyncio does not log it."""
    if not asked.cancelled():
        asked.exception()
