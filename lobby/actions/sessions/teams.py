"""Teams of a session: move a member, swap two, change a team's size and custom data."""

from __future__ import annotations

from collections.abc import Callable

from lobby.actions.changes import change, visibility
from lobby.context import Lobby
from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Permit
from lobby.domain.sessions import teams
from lobby.domain.sessions.edits import TeamEdit
from lobby.domain.sessions.session import Session


async def move(lobby: Lobby, permit: Permit, *, id: int, player: str, team: int) -> Session:
    """Move a member to a free seat of the team. Raises NotSeated, TeamFull, TeamsLocked."""
    session = await visibility.find(lobby, permit, id=id)
    own_team = lobby.catalogue.own_team(session.template)

    def decide(session: Session) -> None:
        if not session.seats.sits(player):
            raise NotSeated
        session.move(permit, player, team, own_team=own_team)

    return await change.alter(lobby, id, decide, by=permit.actor, known=session)


async def swap(lobby: Lobby, permit: Permit, *, id: int, one: str, other: str) -> Session:
    """Exchange the seats of two members. Raises NotSeated, SameTeam, LeaderStays."""
    return await _alter(lobby, permit, id, lambda session: teams.swap(session, permit, one, other))


async def edit(lobby: Lobby, permit: Permit, *, id: int, team: int, edit: TeamEdit) -> Session:
    """Raises TeamNotFound, TeamOccupied, TooManySeats."""
    return await _alter(lobby, permit, id, lambda session: teams.edit(session, permit, team, edit))


async def _alter(
    lobby: Lobby, permit: Permit, id: int, decide: Callable[[Session], None]
) -> Session:
    found = await visibility.find(lobby, permit, id=id)
    return await change.alter(lobby, id, decide, by=permit.actor, known=found)
