"""Instances: where a session is played, its address, its status and health."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from protocol.described import described
from protocol.player_services.types import (
    EMPTY_MAP,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    NewVersion,
    String,
    Time,
    Uuid,
    Version,
)


class HostType(StrEnum):
    """Who hosts an instance."""

    DEDICATED = "dedicated"
    PLAYER = "player"


class InstanceJoinableStatus(StrEnum):
    """The life cycle of an instance, in this order."""

    REQUESTED = "requested"
    ALLOCATED = "allocated"
    PENDING = "pending"
    JOINABLE = "joinable"
    CLOSED = "closed"


class InstanceHealthStatus(StrEnum):
    """Health of an instance; `unknown` after too many missing reports."""

    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class InstanceSourceProvider(StrEnum):
    """Who provides instances."""

    PLAYER = "player"
    SIC = "sic"
    MULTIPLAY = "multiplay"


class JoinParams(Message):
    """How to reach an instance."""

    public_conn_str: Annotated[
        String,
        described(
            "Address of the instance for everybody, `host:port`; may be empty.", "198.51.100.7:7777"
        ),
    ]
    private_conn_str: Annotated[
        String,
        described("Address of the instance for its own network; may be empty.", "10.0.0.7:7777"),
    ]
    custom_data: CustomData = EMPTY_MAP


class InstanceStartupParams(Message):
    """What an instance starts its game with."""

    map: Annotated[String, described("The map to load.", "/Game/Canyon")]
    mode: Annotated[Maybe[String], described("The game mode to load.", "/Game/Duel")] = None
    misc_params: Annotated[
        String, described("Further arguments of the game's command line; may be empty.", "-log")
    ]
    custom_data: CustomData = EMPTY_MAP


class InstanceRequest(Message):
    """Request an instance from a dedicated server, or host one."""

    instance_id: Annotated[
        Maybe[Id],
        described(
            "Id of the new instance; absent: the lobby chooses one.",
            "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ] = None
    instance_startup_params: Annotated[
        Maybe[InstanceStartupParams], described("What the host starts its game with.")
    ] = None
    host_type: Annotated[
        HostType, described("Whether a dedicated server or a player hosts the instance.")
    ]
    host_player_uuid: Annotated[
        Maybe[Uuid], described("UUID of the player who hosts; only where `host_type` is `player`.")
    ] = None
    custom_data: CustomData = EMPTY_MAP


class InstanceInfo(Message):
    """Where a session is played."""

    allocation_id: Annotated[
        Maybe[Id],
        described(
            "Id of the allocation of a game server for this session.",
            "5f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ] = None
    instance_id: Annotated[
        Maybe[Id], described("Id of the instance.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ] = None
    host_type: Annotated[
        HostType, described("Whether a dedicated server or a player hosts the instance.")
    ]
    host_player_id: Annotated[
        Maybe[Integer],
        described("Number of the player who hosts; only where `host_type` is `player`.", 1001),
    ] = None
    host_player_uuid: Annotated[
        Maybe[Uuid], described("UUID of the player who hosts; only where `host_type` is `player`.")
    ] = None
    host_dedicated_process_id: Annotated[
        Maybe[String], described("Id of the game server's process, on its machine.", "4711")
    ] = None
    host_dedicated_server_id: Annotated[
        Maybe[String], described("Id of the game server's machine.", "eu-1")
    ] = None
    join_status: Annotated[
        InstanceJoinableStatus, described("Where the instance is in its life cycle.")
    ]
    join_params: Annotated[
        Maybe[JoinParams], described("How members reach the instance; only members see them.")
    ] = None
    instance_startup_params: Annotated[
        Maybe[InstanceStartupParams], described("What the host starts its game with.")
    ] = None
    version: Annotated[
        Maybe[Version],
        described("Version of the game; the members' have to be compatible with it.", "1.4.2"),
    ] = None
    created: Annotated[Time, described("When the instance was requested.")]
    custom_data: CustomData = EMPTY_MAP
    instance_health: Annotated[
        Maybe[InstanceHealthStatus],
        described("The health that counts; absent until the host reports."),
    ] = None


class InstanceInfoUpdate(Message):
    """Absent fields stay as they are, `custom_data` too, whatever its default is."""

    allocation_id: Annotated[
        Maybe[Id],
        described(
            "Id of the allocation of a game server for this session.",
            "5f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ] = None
    join_status: Annotated[
        Maybe[InstanceJoinableStatus], described("Where the instance is in its life cycle.")
    ] = None
    join_params: Annotated[
        Maybe[JoinParams], described("How members reach the instance; only members see them.")
    ] = None
    version: Annotated[
        Maybe[NewVersion],
        described("Version of the game; the members' have to be compatible with it.", "1.4.2"),
    ] = None
    custom_data: CustomData = EMPTY_MAP


class InstanceHealthStatusUpdate(Message):
    """A host's report of its instance's health."""

    instance_health: Annotated[InstanceHealthStatus, described("How the host finds its instance.")]
    instance_id: Annotated[
        Id, described("Id of the instance.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ]


class InstanceHealthStatusResponse(Message):
    """The health that counts from now on, which may be worse than the one reported."""

    updated_instance_health: Annotated[
        InstanceHealthStatus,
        described("The health that counts from now on; it may be worse than the one reported."),
    ]


class InstanceHealthSettingsResponse(Message):
    """How often hosts report, and when missing reports count."""

    cadence_seconds: Annotated[
        int, Field(gt=0), described("Seconds between two reports of health.", 10)
    ]
    unhealthy_health_check_percentage: Annotated[
        float,
        Field(gt=0),
        described(
            "At this percentage of missing reports among the last ten, the health is `unhealthy`.",
            50.0,
        ),
    ]
    missed_checks_before_unknown: Annotated[
        int,
        Field(gt=0),
        described("After so many missing reports in a row the health is `unknown`.", 6),
    ]


class InstanceFubar(Message):
    """A report that an instance is broken."""

    instance_id: Annotated[
        Id, described("Id of the instance.", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e")
    ]
    error: Annotated[
        Id, described("What broke, as a short code that reports are counted by.", "map_load_failed")
    ]
    region: Annotated[Id, described("Id of the region that the instance was in.", "eu")]
    matchmaking_profile_id: Annotated[
        Maybe[Id], described("Id of the profile that the session was matched by.", "duel3")
    ] = None
    instance_source_provider: Annotated[
        Maybe[InstanceSourceProvider], described("Who provided the instance.")
    ] = None


class FubarResponse(Message):
    """The report was counted."""
