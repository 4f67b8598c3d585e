"""The roster as somebody follows it, and who is the first to expire from it."""

from __future__ import annotations

import json
from typing import Any

from persistence.ports import Presence
from tests.contracts.listener import Listener
from tests.support.waiting import until


class Seen:
    """The roster as somebody sees it who began with one reading and follows the payloads."""

    def __init__(self, roster: Presence, listener: Listener) -> None:
        self._roster = roster
        self._listener = listener

    async def change(self) -> dict[str, Any]:
        """The next patch, numbered as the roster is."""
        delivery = await self._listener.next()
        assert delivery.topic == "presence"
        told = json.loads(delivery.payload or "null")
        roster = await self._roster.read()
        assert (told["epoch"], told["version"]) == (roster.epoch, roster.version)
        assert await self._roster.versions() == [(roster.epoch, roster.version)]
        assert await self._roster.shown([*roster.entries, "nobody"]) == roster.entries
        patch: dict[str, Any] = told["patch"]
        return patch

    async def is_empty(self) -> bool:
        return (await self._roster.read()).entries == {}


async def first_expired(roster: Presence) -> list[str]:
    """Who is named first, once anybody is."""
    named: list[str] = await until(roster.expired)
    return named
