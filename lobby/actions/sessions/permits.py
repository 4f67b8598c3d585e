"""Permits of members: give and take what they may do to others."""

from __future__ import annotations

from collections.abc import Callable, Collection

from lobby.actions.changes import change, visibility
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.session import Session


async def set_all(
    lobby: Lobby, permit: Permit, *, id: int, player: str, powers: Collection[Power]
) -> Session:
    """Raises NotSeated."""
    return await _set(lobby, permit, id, player, lambda held: {*powers})


async def give(lobby: Lobby, permit: Permit, *, id: int, player: str, power: Power) -> Session:
    """Raises NotSeated."""
    return await _set(lobby, permit, id, player, lambda held: {*held, power})


async def take(lobby: Lobby, permit: Permit, *, id: int, player: str, power: Power) -> Session:
    """Raises NotSeated."""
    return await _set(lobby, permit, id, player, lambda held: {*held} - {power})


async def _set(
    lobby: Lobby,
    permit: Permit,
    id: int,
    player: str,
    wanted: Callable[[Collection[Power]], Collection[Power]],
) -> Session:
    """Who leads is asked for first: strangers do not learn who sits there."""

    def decide(session: Session) -> None:
        session.require(permit)
        session.give(permit, player, wanted(session.permits_of(player)))

    found = await visibility.find(lobby, permit, id=id)
    session = await change.alter(lobby, id, decide, by=permit.actor, known=found)
    lobby.audit.act("permits", target=player, session=id)
    return session
