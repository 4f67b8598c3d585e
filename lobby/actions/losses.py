"""A host that does not come, falls silent or dies: its instance closes without it."""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import telling
from lobby.context import Lobby
from lobby.domain import hosting
from lobby.domain.errors import SessionNotFound
from lobby.domain.instances import Instance
from lobby.domain.sessions import Session
from lobby.logs import audit


async def close(lobby: Lobby, session: Session, instance: Instance, *, why: str) -> None:
    """Unless it has fared on meanwhile, or is no more."""

    def decide(session: Session) -> None:
        now = session.instance
        if now and (now.id, now.allocation, now.status) == (
            instance.id,
            instance.allocation,
            instance.status,
        ):
            hosting.close(session)

    if instance.live:
        with suppress(SessionNotFound):
            await telling.alter(lobby, session.id, decide)
            audit.info("instance closed", session=session.id, instance=instance.id, why=why)
