"""Streams whose owner is gone: of sessions that ended, of accounts that were removed.

Who ends a session or removes an account deletes its streams, at once or by a timer. What is found
here was left by a process that was killed meanwhile, or was written a moment too late.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

from pydantic_core import from_json

from lobby.actions.changes import change, expiry_timers
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from protocol import topics

MARGIN_SECONDS = 3_600.0
"""How long a timer may be late before what it should have deleted counts as left over."""


class Leftovers:
    """Goes through all streams, some at a time, and begins again."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby, self._after = lobby, ""

    async def forget(self, *, most: int) -> int:
        """Look at the next ones; returns how many were deleted."""
        streams = await self._lobby.store.streams("", after=self._after, limit=most)
        self._after = streams[-1] if len(streams) == most else ""
        owners: dict[str, list[str]] = defaultdict(list)
        for stream in streams:
            kind, owner = topics.split(stream)
            owners[kind].append(owner)
        gone = [
            f"{kind}:{owner}"
            for kind, find in OWNERLESS.items()
            if kind in owners
            for owner in await find(self._lobby, owners[kind])
        ]
        for stream in gone:
            await self._lobby.store.forget(stream)
        return len(gone)


async def _without_account(lobby: Lobby, owners: list[str]) -> list[str]:
    there = await lobby.accounts.versions(owners)
    return [owner for owner in owners if owner not in there]


async def _without_session(lobby: Lobby, owners: list[str]) -> list[str]:
    there = await lobby.sessions.versions(owners)
    return [owner for owner in owners if owner not in there]


async def _old_logs(lobby: Lobby, owners: list[str]) -> list[str]:
    """The log of a session is kept for a while after its end."""
    return [
        owner
        for owner in await _without_session(lobby, owners)
        if await _silent(lobby, topics.session_events(owner), change.LOG_SECONDS)
    ]


async def _old_instances(lobby: Lobby, owners: list[str]) -> list[str]:
    return [
        owner
        for owner in owners
        if await _silent(lobby, topics.instance(owner), expiry_timers.STREAM_SECONDS)
        and not await _played(lobby, owner)
    ]


async def _old_trails(lobby: Lobby, owners: list[str]) -> list[str]:
    """A deleted account's, and those of accounts to which nothing has happened for long."""
    gone, seconds = set(await _without_account(lobby, owners)), lobby.settings.trail_seconds
    return [
        owner
        for owner in owners
        if owner in gone or await _silent(lobby, topics.trail(owner), seconds)
    ]


async def _played(lobby: Lobby, instance: str) -> bool:
    try:
        await lobby.sessions.claimed("instance", instance)
    except SessionNotFound:
        return False
    return True


async def _silent(lobby: Lobby, stream: str, seconds: float) -> bool:
    """Whether its newest entry is older than this, and a margin."""
    head = await lobby.store.head(stream)
    page = await lobby.store.read(stream, after=head - 1, limit=1)
    newest = max((from_json(entry.body).get("at") or 0.0 for entry in page.entries), default=0.0)
    return bool(newest < lobby.clock() - seconds - MARGIN_SECONDS)


OWNERLESS: Mapping[str, Callable[[Lobby, list[str]], Awaitable[list[str]]]] = {
    "inbox": _without_account,
    "chat": _without_session,
    "events": _old_logs,
    "client_events": _old_logs,
    "instance": _old_instances,
    "trail": _old_trails,
}
"""By the kind of stream: which of these owners are gone, and their streams may go."""
