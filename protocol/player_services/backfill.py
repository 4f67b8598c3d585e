"""Backfill: the game server of a running match asks for players. The document of player services
does not describe it; later clients ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

from protocol.described import described
from protocol.player_services.queues import AdditionalJoinParams
from protocol.player_services.types import (
    EMPTY_LIST,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    String,
    Uuid,
)

INSTANCE = "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"
COMPOSITION = "composition"
"""The style by which each free seat is needed where no need is said."""


class BackfillConfig(Message):
    """`timeout`: seconds after which a game server that needs players asks again."""

    timeout: Annotated[
        float, Field(gt=0), described("Seconds between two requests for more players.", 30.0)
    ]


class BackfillInfo(Message):
    """Of a session whose game server may ask for players."""

    backfill_id: Annotated[
        Id, described("What the operations on it are named by: the id of the session.", "42")
    ]
    extensions: Annotated[CustomData, described("What its game server said last.", {"round": "3"})]


class TeamNeed(Message):
    """How many players a team needs."""

    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]
    players_required: Annotated[
        Natural,
        Field(le=1024),
        described("Players who are not there yet, those who are invited included.", 2),
    ]


def _each_once(teams: Sequence[TeamNeed]) -> Sequence[TeamNeed]:
    if len({team.team_id for team in teams}) < len(teams):
        raise ValueError("must not name a team twice")
    return teams


class BackfillNeed(Message):
    """What a match needs from now on, in place of what it needed before; no teams: nobody."""

    instance_id: Annotated[
        Id, described("Id of the instance that the match is played on.", INSTANCE)
    ]
    teams: Annotated[
        list[TeamNeed],
        Field(max_length=128),
        AfterValidator(_each_once),
        described("The teams that need players; of others, and of none, nobody is needed."),
    ] = EMPTY_LIST
    additional_join_params: Annotated[
        Maybe[AdditionalJoinParams], described("What the game adds to its request.")
    ] = None


class BackfillAcknowledgement(Message):
    """The game server is still there, and asks as before."""

    instance_id: Annotated[
        Id, described("Id of the instance that the match is played on.", INSTANCE)
    ]
    extensions: Annotated[
        Maybe[CustomData],
        described("The game's own values by name; absent: as they are.", {"round": "3"}),
    ] = None
    overflow_action: Annotated[
        Maybe[String], described("Taken and not looked at: nobody comes beyond the need.", "none")
    ] = None
    styles: Annotated[
        list[String],
        Field(max_length=64),
        described(
            "With `composition`, each free seat is needed while no need is said.", ["composition"]
        ),
    ] = EMPTY_LIST


class BackfilledPlayers(Message):
    """Who was invited to a running match."""

    backfilled_players: Annotated[
        list[Uuid], described("Players who were invited since the last time.")
    ]


class BackfillEnd(Message):
    """No more players are wanted."""

    instance_id: Annotated[
        Id, described("Id of the instance that the match is played on.", INSTANCE)
    ]
