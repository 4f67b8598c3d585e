"""Where a session is played: who hosts it, how to get there, how it fares."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from protocol.player_services.terms import (
    EMPTY,
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
    DEDICATED = "dedicated"
    PLAYER = "player"


class InstanceJoinableStatus(StrEnum):
    """From being looked for to being gone, in this order."""

    REQUESTED = "requested"
    ALLOCATED = "allocated"
    PENDING = "pending"
    JOINABLE = "joinable"
    CLOSED = "closed"


class InstanceHealthStatus(StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    DEGRADED = "degraded"
    UNKNOWN = "unknown"


class InstanceSourceProvider(StrEnum):
    PLAYER = "player"
    SIC = "sic"
    MULTIPLAY = "multiplay"


class JoinParams(Message):
    public_conn_str: String
    private_conn_str: String
    custom_data: CustomData = EMPTY


class InstanceStartupParams(Message):
    map: String
    mode: Maybe[String] = None
    misc_params: String
    custom_data: CustomData = EMPTY


class InstanceRequest(Message):
    instance_id: Maybe[Id] = None
    instance_startup_params: Maybe[InstanceStartupParams] = None
    host_type: HostType
    host_player_uuid: Maybe[Uuid] = None
    custom_data: CustomData = EMPTY


class InstanceInfo(Message):
    allocation_id: Maybe[Id] = None
    instance_id: Maybe[Id] = None
    host_type: HostType
    host_player_id: Maybe[Integer] = None
    host_player_uuid: Maybe[Uuid] = None
    host_dedicated_process_id: Maybe[String] = None
    host_dedicated_server_id: Maybe[String] = None
    join_status: InstanceJoinableStatus
    join_params: Maybe[JoinParams] = None
    instance_startup_params: Maybe[InstanceStartupParams] = None
    version: Maybe[Version] = None
    created: Time
    custom_data: CustomData = EMPTY
    instance_health: Maybe[InstanceHealthStatus] = None


class InstanceInfoUpdate(Message):
    """What is absent stays, `custom_data` too, whatever its default says."""

    allocation_id: Maybe[Id] = None
    join_status: Maybe[InstanceJoinableStatus] = None
    join_params: Maybe[JoinParams] = None
    version: Maybe[NewVersion] = None
    custom_data: CustomData = EMPTY


class InstanceHealthStatusUpdate(Message):
    instance_health: InstanceHealthStatus
    instance_id: Id


class InstanceHealthStatusResponse(Message):
    """What counts from now on, which may be worse than what was reported."""

    updated_instance_health: InstanceHealthStatus


class InstanceHealthSettingsResponse(Message):
    cadence_seconds: Annotated[int, Field(gt=0)]
    unhealthy_health_check_percentage: Annotated[float, Field(gt=0)]
    missed_checks_before_unknown: Annotated[int, Field(gt=0)]


class InstanceFubar(Message):
    instance_id: Id
    error: Id
    region: Id
    matchmaking_profile_id: Maybe[Id] = None
    instance_source_provider: Maybe[InstanceSourceProvider] = None


class FubarResponse(Message):
    pass
