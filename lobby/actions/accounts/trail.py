"""What happened to an account: its trail, of the last day."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from pydantic_core import from_json

from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.trails import LONGEST_TRAIL
from persistence.ports import Unreachable
from protocol import topics

Entry = dict[str, Any]
"""As it is stored: `at` (Unix seconds), `what`, and of the rest what is known."""


async def read(
    lobby: Lobby,
    permit: Permit,
    *,
    account: str,
    seconds: float | None = None,
    session: str | None = None,
) -> list[Entry]:
    """The oldest first, as far back as is kept, or for these seconds. `session`: only what has to
    do with it. Other processes hold refusals back for ten seconds, until it is known how many
    alike there are."""
    permit.require_self(account)
    lobby.audit.settle()
    with suppress(Unreachable):  # what is stored can be read by now, or the next call fails
        await lobby.trails.flush()
    kept = lobby.settings.trail_seconds
    since = lobby.clock() - min(kept if seconds is None else seconds, kept)
    found = [one for one in await _stored(lobby, account) if one["at"] >= since]
    wanted = [one for one in found if session in (None, one.get("session"))]
    return sorted(wanted, key=lambda one: float(one["at"]))


async def _stored(lobby: Lobby, account: str) -> list[Entry]:
    stream = topics.trail(account)
    oldest = max(await lobby.store.head(stream) - LONGEST_TRAIL, 0)
    page = await lobby.store.read(stream, after=oldest, limit=LONGEST_TRAIL)
    return [from_json(entry.body) for entry in page.entries]
