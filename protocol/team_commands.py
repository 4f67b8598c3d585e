"""Commands of the live channel about who sits where in a session, and who may say so."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from protocol.codec import Uuid
from protocol.command import Command, SessionId

Team = Annotated[int, Field(ge=0, le=1022)]
"""The number of a team, from 0."""


def _two(players: list[str]) -> list[str]:
    if len(set(players)) < len(players):
        raise ValueError("must be two players")
    return players


class SessionMove(Command):
    """Move to a free seat of another team; `player`: not you, but this member."""

    type: Literal["session.move"]
    session: SessionId
    team: Team
    player: Uuid | None = None


class SessionSwap(Command):
    """Exchange the seats of two members of different teams. The leader is not swapped."""

    type: Literal["session.swap"]
    session: SessionId
    players: Annotated[list[Uuid], Field(min_length=2, max_length=2), AfterValidator(_two)]


class SessionPermit(Command):
    """Set what a member may do to others, in place of what they might before."""

    type: Literal["session.permit"]
    session: SessionId
    player: Uuid
    permits: Annotated[list[Literal["invite", "kick", "move"]], Field(max_length=3)]
