"""What can be done to the match of a session."""

from __future__ import annotations

from uuid import uuid4

from lobby.actions import telling
from lobby.context import Lobby
from lobby.domain.matches import Match
from lobby.domain.permissions import Permit
from lobby.domain.session_errors import InstanceNotFound, MatchNotFound
from lobby.domain.sessions import Session


async def start(
    lobby: Lobby, permit: Permit, *, id: int, match_id: str, custom_data: dict[str, str] | None
) -> Match:
    """Begin one on the session's instance, or the one that was made for it. An empty `match_id`
    asks for one."""
    new = Match(
        match_id.lower() or str(uuid4()),
        created=round(lobby.clock(), 3),
        custom_data=custom_data or {},
    )

    def decide(session: Session) -> None:
        session.require(permit)
        if session.instance is None or not session.instance.live:
            raise InstanceNotFound
        if session.match is None:
            session.match = new
        else:
            session.match.begin(match_id, custom_data=custom_data)

    return _played(await telling.alter(lobby, id, decide, by=permit.actor))


async def update(
    lobby: Lobby, permit: Permit, *, id: int, match_id: str, custom_data: dict[str, str] | None
) -> Match:
    """What is None stays."""

    def decide(session: Session) -> None:
        session.require(permit)
        _played(session).update(match_id, custom_data=custom_data)

    return _played(await telling.alter(lobby, id, decide, by=permit.actor))


async def end(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """The instance stays, and another match may begin."""

    def decide(session: Session) -> None:
        session.require(permit)
        _played(session)
        session.match = None

    return await telling.alter(lobby, id, decide, by=permit.actor)


def _played(session: Session) -> Match:
    if session.match is None:
        raise MatchNotFound
    return session.match
