"""Waiting for a match: which queues there are, and how a session enters one."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.codec import Words
from protocol.player_services.terms import (
    EMPTY,
    NONE,
    CustomData,
    Id,
    Integer,
    Maybe,
    Message,
    Natural,
    String,
    Uuid,
)

Argument = Annotated[String, StringConstraints(min_length=1, max_length=4096)]


class AdditionalJoinParams(Message):
    double_args: dict[str, float] = EMPTY
    string_args: CustomData = EMPTY
    tags: list[Argument] = NONE
    extensions: CustomData = EMPTY


class QueueJoinRequest(Message):
    """`map_preferences`: ids of maps, the dearest first."""

    queue_id: Id
    additional_join_params: Maybe[AdditionalJoinParams] = None
    map_preferences: list[String] = NONE


class QueueJoinResponse(Message):
    ticket_id: String


class QueueConfig(Message):
    """As old clients know it: with the sizes of one profile."""

    queue_id: Id
    active: bool
    ranking_type: Integer
    num_sides: Integer
    max_players_per_side: Integer
    min_players_per_side: Integer
    max_queue_group_size: Integer
    match_making_template_group_id: Uuid


class QueuesResponse(Message):
    queues: list[QueueConfig]


class QueueConfigV2(Message):
    queue_id: Id
    active: bool
    max_queue_group_size: Integer
    match_making_template_group_id: Uuid
    legacy_config: CustomData = EMPTY


class QueuesResponseV2(Message):
    queues: list[QueueConfigV2]


class QueuesQuery(Message):
    """A page that is not full is the last one."""

    cursor: Natural = 0
    page_size: Annotated[int, Field(ge=1, le=50)] = 50


class TicketPath(Words):
    ticket_id: Uuid
