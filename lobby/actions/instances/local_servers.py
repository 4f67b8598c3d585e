"""Game servers that the lobby starts as subprocesses, one for each instance requested."""

from __future__ import annotations

import os
from contextlib import suppress
from uuid import uuid4

import structlog

from lobby.actions.changes import change
from lobby.actions.instances import health
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.sessions import hosting
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.session import Session
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

SERVER = "lobby"
"""Shown as their machine: they run on the lobby's own."""


async def start(lobby: Lobby, session: Session) -> Session:
    """Allocate and start a subprocess; if it cannot be started, the instance closes. Nothing that
    a client sends reaches its command line."""
    allocation, now = str(uuid4()), lobby.now()
    session = await change.alter(
        lobby,
        session.id,
        lambda s: hosting.allocate(s, allocation, now=now, process=allocation, server=SERVER),
    )
    try:
        await lobby.subprocesses.start(
            lobby.catalogue.instances.command,
            environment(lobby, session.id, allocation),
            wanted=lambda: _wanted(lobby, session.id, allocation),
            ended=lambda code: _ended(lobby, session.id, allocation, code),
        )
    except OSError as error:
        log.error("game_server_not_started", why=str(error))
        await _close(lobby, session.id, allocation, why="it could not be started")
    return await lobby.sessions.get(str(session.id))


def environment(lobby: Lobby, session: int, allocation: str) -> dict[str, str]:
    """The lobby's environment without its settings (secrets), and the server's parameters."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOBBY_")}
    return own | {
        "GAME_HOST_LOBBY": lobby.catalogue.server.public_url or lobby.settings.url,
        "GAME_HOST_ALLOCATION": allocation,
        "GAME_HOST_SESSION": str(session),
    }


async def _wanted(lobby: Lobby, session: int, allocation: str) -> bool:
    """Whether the subprocess is still needed; True while the store is unreachable."""
    try:
        return await _instance(lobby, session, allocation) is not None
    except Unreachable:
        return True


async def _ended(lobby: Lobby, session: int, allocation: str, code: int) -> None:
    log.info("game_server_ended", session=session, code=code)
    try:
        await _close(lobby, session, allocation, why="its program ended")
    except Unreachable as away:
        log.warning("instance_left_open", session=session, why=str(away))


async def _close(lobby: Lobby, session: int, allocation: str, *, why: str) -> None:
    """Close its instance, whatever status it has reached."""
    with suppress(SessionNotFound):
        while instance := await _instance(lobby, session, allocation):
            await health.close_lost(
                lobby, await lobby.sessions.get(str(session)), instance, why=why
            )


async def _instance(lobby: Lobby, session: int, allocation: str) -> Instance | None:
    """The live instance with this allocation, if it exists."""
    try:
        found = (await lobby.sessions.get(str(session))).instance
    except SessionNotFound:
        return None
    return found if found and found.live and found.allocation == allocation else None
