"""Before a token expires, a newer one: nobody notices anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from lobby_client.command_queue import CommandQueue
from lobby_client.credentials import Credentials
from lobby_client.listeners import Report
from lobby_client.rate import number
from lobby_client.states import Frame, Identity

RENEW_AFTER = 0.75
"""Of the time that a token lasts."""
RENEW_AGAIN_SECONDS = 30.0
SOONEST_RENEWAL_SECONDS = 5.0


class Renewal:
    """Of one connection, with the `credentials` that it was begun with."""

    def __init__(
        self,
        credentials: Credentials,
        commands: CommandQueue,
        emit: Callable[[str, Any], object],
        report: Report,
    ) -> None:
        self._credentials, self._commands = credentials, commands
        self._emit, self._report = emit, report

    async def keep(self, identity: Identity, seconds: float) -> None:
        """Until cancelled, or there is nobody to ask. `seconds`: how long the token lasts."""
        while seconds:
            await asyncio.sleep(max(seconds * RENEW_AFTER, SOONEST_RENEWAL_SECONDS))
            try:
                result = await self._renewed(anonymous=identity.kind == "anonymous")
            except Exception as error:
                self._report(error)
                seconds = RENEW_AGAIN_SECONDS / RENEW_AFTER
                continue
            if result is None:
                return
            self._credentials.welcomed(result)
            if isinstance(token := result.get("token"), str):
                self._emit("token", token)
            seconds = number(result.get("expires_in"), 0)

    async def _renewed(self, *, anonymous: bool) -> Frame | None:
        """The lobby's answer; None: there is no newer token."""
        token = await self._credentials.newer()
        if token:
            return await self._asked("refresh", {"token": token})
        return await self._asked("hello", {}) if anonymous else None

    async def _asked(self, type: str, fields: Frame) -> Frame:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._commands.own(type, fields, answer.set_result, answer.set_exception)
        result = await answer
        return result if isinstance(result, dict) else {}
