"""Password hashes: Argon2id in a few threads, so that hashing neither stops nor floods the loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lobby.config import Settings
from lobby.domain.errors import TooMany

T = TypeVar("T")

MEMORY_KIB, ROUNDS, LANES = 19_456, 2, 1


class Passwords:
    """Beyond `password_queue` waiting calls, further ones are refused with TooMany."""

    def __init__(self, settings: Settings) -> None:
        self._hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._threads = ThreadPoolExecutor(settings.password_threads, thread_name_prefix="password")
        self._most = settings.password_queue + settings.password_threads
        self._waiting = 0
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        return await self._in_thread(lambda: self._hasher.hash(password))

    async def verify(self, hash: str | None, password: str) -> bool:
        """Whether it is the password; without a hash, no, after just as long."""
        return await self._in_thread(lambda: self._matches(hash or self._nobody, password)) and (
            hash is not None
        )

    def outdated(self, hash: str) -> bool:
        """The hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(hash)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(hash, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._waiting >= self._most:
            raise TooMany("too many logins at once; try again in a moment", retry_after=1)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1
