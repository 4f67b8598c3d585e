"""Game servers that the lobby starts itself, one for each session that asks."""

from __future__ import annotations

import os
from contextlib import suppress
from uuid import uuid4

import structlog

from lobby.actions import losses, telling
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.instances import Instance
from lobby.domain.session_errors import InvalidJoinStatus
from lobby.domain.sessions import Session
from persistence.ports import Unreachable

log = structlog.get_logger(__name__)

SERVER = "lobby"
"""The machine they run on: the lobby's own."""


async def start(lobby: Lobby, session: Session) -> Session:
    """The session with a program of its own; with a closed instance where that cannot be started.
    Nothing that a client says gets near its command line."""
    promise, now = str(uuid4()), round(lobby.clock(), 3)

    def allocate(session: Session) -> None:
        if session.instance is None:
            raise InvalidJoinStatus
        session.instance.allocate(promise, now=now, process=promise, server=SERVER)

    session = await telling.alter(lobby, session.id, allocate)
    try:
        await lobby.processes.start(
            lobby.catalogue.instances.command,
            environment(lobby, session.id, promise),
            wanted=lambda: _wanted(lobby, session.id, promise),
            ended=lambda code: _ended(lobby, session.id, promise, code),
        )
    except OSError as error:
        log.error("game_server_not_started", why=str(error))
        await _close(lobby, session.id, promise, why="it could not be started")
    return await lobby.sessions.get(str(session.id))


def environment(lobby: Lobby, session: int, promise: str) -> dict[str, str]:
    """The lobby's own without its settings, which are nobody else's business."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LOBBY_")}
    return own | {
        "GAME_HOST_LOBBY": lobby.catalogue.server.public_url or lobby.settings.url,
        "GAME_HOST_ALLOCATION": promise,
        "GAME_HOST_SESSION": str(session),
    }


async def _wanted(lobby: Lobby, session: int, promise: str) -> bool:
    """While nobody can say, it is."""
    try:
        return await _instance(lobby, session, promise) is not None
    except Unreachable:
        return True


async def _ended(lobby: Lobby, session: int, promise: str, code: int) -> None:
    log.info("game_server_ended", session=session, code=code)
    try:
        await _close(lobby, session, promise, why="its program ended")
    except Unreachable as away:
        log.warning("instance_left_open", session=session, why=str(away))


async def _close(lobby: Lobby, session: int, promise: str, *, why: str) -> None:
    """Whatever it has become since it was promised."""
    with suppress(SessionNotFound):
        while instance := await _instance(lobby, session, promise):
            await losses.close(lobby, await lobby.sessions.get(str(session)), instance, why=why)


async def _instance(lobby: Lobby, session: int, promise: str) -> Instance | None:
    """While it lives under this promise."""
    try:
        found = (await lobby.sessions.get(str(session))).instance
    except SessionNotFound:
        return None
    return found if found and found.live and found.allocation == promise else None
