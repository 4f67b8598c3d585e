"""Registry of dedicated servers: game hosts register, poll their state, and learn that they are
allocated. Clients of player services do this too, though its document does not describe it.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.described import described
from protocol.player_services.types import (
    EMPTY_LIST,
    Id,
    Maybe,
    Message,
    String,
)

MOST_HOSTS = 64
"""Game hosts in one request."""
Tag = Annotated[String, StringConstraints(max_length=128)]


class HostRegistration(Message):
    """`id` is unique among the game hosts of the account. Tags restrict which sessions it serves;
    as a text, they are separated by commas."""

    id: Annotated[
        Id, described("Id of the game server, unique among those of the account.", "eu-1-7777")
    ]
    group_tags: Annotated[
        Annotated[list[Tag], Field(max_length=64)] | String,
        described(
            "Tags of sessions that this server takes, as a list or separated by commas; none: any.",
            ["eu"],
        ),
    ] = EMPTY_LIST
    public_host: Annotated[
        String,
        StringConstraints(max_length=255),
        described(
            "Host name or IP address that players reach the server at; empty: unknown.",
            "198.51.100.7",
        ),
    ] = ""
    public_port: Annotated[
        int,
        Field(ge=0, le=65_535),
        described("Port that players reach the server at; 0: unknown.", 7777),
    ] = 0


class RegisterRequest(Message):
    """Game servers that register."""

    items: Annotated[
        list[HostRegistration],
        Field(max_length=MOST_HOSTS),
        described("The game servers that register, at most 64."),
    ]


class HostName(Message):
    """A game server by its id."""

    id: Annotated[
        Id, described("Id of the game server, unique among those of the account.", "eu-1-7777")
    ]


class StateRequest(Message):
    """Game servers whose state is asked for."""

    items: Annotated[
        list[HostName],
        Field(max_length=MOST_HOSTS),
        described("The game servers whose state is asked for, at most 64."),
    ]


class AllocationState(StrEnum):
    """The server keeps polling until it is `allocated`."""

    DEALLOCATED = "deallocated"
    ALLOCATING = "allocating"
    ALLOCATED = "allocated"


class HostErrorCode(IntEnum):
    """A number also in case of success. `ALLOCATING` (allocated while it registers) counts as ready
    too; any other number but 0 is a failure, which `error_message` explains."""

    NONE = 0
    REFUSED = 1
    ALLOCATING = 6


class HostAnswer(Message):
    """Ids without a value are empty texts."""

    success: Annotated[bool, described("Whether there was no failure.")]
    error_code: Annotated[
        HostErrorCode,
        described("0: no failure; 6: being allocated, which counts as ready; others: failures."),
    ] = HostErrorCode.NONE
    error_message: Annotated[
        Maybe[str], described("The failure in words, for people.", "the tags name no session")
    ] = None
    state: Annotated[
        AllocationState,
        described("Where the allocation of the server is; it keeps polling until `allocated`."),
    ] = AllocationState.DEALLOCATED
    allocation_id: Annotated[
        str,
        described(
            "Id of the allocation; empty until the server is allocated.",
            "5f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ] = ""
    session_id: Annotated[
        str, described("Id of the session that the server is allocated to; empty until then.", "")
    ] = ""


class HostAnswers(Message):
    """The state of each game server that the request named."""

    items: Annotated[
        list[HostAnswer], described("One answer for each game server of the request, in its order.")
    ]
