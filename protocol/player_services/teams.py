"""Who sits where in a session: pages of members, moves, swaps, sizes of teams."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from protocol.described import described
from protocol.player_services.permits import IntraSessionPermission
from protocol.player_services.players import SeatPath, SessionPlayer
from protocol.player_services.sessions import SessionPath, SessionTeam
from protocol.player_services.types import EMPTY_MAP, CustomData, Maybe, Message, Natural, Uuid

TWO = ["3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e", "8d2f6c11-0b1e-4d55-9d7a-6c1f3b2a9e04"]


def _two(players: list[str]) -> list[str]:
    if len(set(players)) < len(players):
        raise ValueError("must be two players")
    return players


class MembersQuery(Message):
    """A page of members; a cursor is what the page before gave."""

    cursor: Annotated[Natural, described("Where the page begins; 0: at the beginning.", 0)] = 0
    page_size: Annotated[int, Field(ge=1, le=50), described("Members of a page.", 50)] = 50


class SessionMembers(Message):
    """A page of the members of a session."""

    teams: Annotated[list[SessionTeam], described("Every team, with those of this page.")]
    cursor: Annotated[Natural, described("Where the next page begins; 0: there is none.", 0)]


class PermissionPath(SeatPath):
    permission: Annotated[
        IntraSessionPermission, described("What the player may do to others.", "kick")
    ]


class PlayerInviteRequest(Message):
    """Hold a seat for the player, and tell them."""

    team_id: Annotated[Maybe[Natural], described("Number of the team, from 0; absent: any.", 0)] = (
        None
    )
    custom_data: CustomData = EMPTY_MAP


class PlayerMoveRequest(Message):
    """Move a member to another team."""

    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]


class PlayerSwapRequest(Message):
    """Two members of different teams take each other's seats."""

    players: Annotated[
        list[Uuid],
        Field(min_length=2, max_length=2),
        AfterValidator(_two),
        described("UUIDs of the two players.", TWO),
    ]


class PlayerSwapResponse(Message):
    """The two, where they sit now."""

    players: Annotated[list[SessionPlayer], described("The two players, in the order asked.")]


class TeamPath(SessionPath):
    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]
