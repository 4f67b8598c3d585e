"""Sessions that a program of an older version wrote keep no terms of their host: they get them."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from lobby.actions.changes import change, host_terms
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.sessions.session import Session

PAGE = 100
"""Sessions that are looked at in one turn of the event loop."""


async def complete(lobby: Lobby) -> None:
    """Until then the list shows them as strict as a new host is."""
    async for page in lobby.sessions.pages("live", "yes", size=PAGE):
        for session in page:
            if host_terms.outdated(lobby, session):
                with suppress(SessionNotFound):
                    await change.alter(lobby, session.id, _as_it_is, refresh_ttl=False)
        await asyncio.sleep(0)


def _as_it_is(session: Session) -> None:
    """Whatever is changed, terms that are missing are noted behind it."""
