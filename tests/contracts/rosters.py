"""The roster as somebody follows it, and who is the first to lapse from it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from persistence.ports import Leases
from tests.contracts.listening import Listener
from tests.patience import PATIENCE


class Seen:
    """The roster as somebody sees it who began with one reading and follows the payloads."""

    def __init__(self, leases: Leases, listener: Listener) -> None:
        self._leases = leases
        self._listener = listener

    async def change(self) -> dict[str, Any]:
        """The next patch, numbered as the roster is."""
        delivery = await self._listener.next()
        assert delivery.topic == "presence"
        told = json.loads(delivery.payload or "null")
        roster = await self._leases.roster()
        assert (told["epoch"], told["version"]) == (roster.epoch, roster.version)
        assert await self._leases.numbered() == (roster.epoch, roster.version)
        assert await self._leases.shown([*roster.entries, "nobody"]) == roster.entries
        patch: dict[str, Any] = told["patch"]
        return patch

    async def is_empty(self) -> bool:
        return (await self._leases.roster()).entries == {}


async def first_lapsed(leases: Leases) -> list[str]:
    """Who is named first, once anybody is."""
    async with asyncio.timeout(PATIENCE):
        while not (named := await leases.lapsed()):
            await asyncio.sleep(0.02)
    return named
