"""Matchmaking queues: which there are, and how a session joins one."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.types import (
    EMPTY_LIST,
    EMPTY_MAP,
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
    """What the game adds to a ticket: numbers, texts and marks of its own."""

    double_args: Annotated[
        dict[str, float], described("The game's own numbers by name.", {"ping": 23.5})
    ] = EMPTY_MAP
    string_args: Annotated[
        CustomData, described("The game's own texts by name.", {"language": "en"})
    ] = EMPTY_MAP
    tags: Annotated[list[Argument], described("The game's own marks.", ["casual"])] = EMPTY_LIST
    extensions: Annotated[
        CustomData, described("The game's own encoded values by name.", {"party": "CAMSBGR1ZWw="})
    ] = EMPTY_MAP


class QueueJoinRequest(Message):
    """`map_preferences`: ids of maps, the preferred ones first. One of `queue_id`, `queue_ids` is
    needed; of both the one queue comes first."""

    queue_id: Annotated[Maybe[Id], described("Id of the queue.", "ranked-3v3")] = None
    queue_ids: Annotated[
        Maybe[Annotated[list[Id], Field(min_length=1, max_length=10)]],
        described("Ids of several queues; the first match of any takes the ticket.", ["duel"]),
    ] = None
    passed_queue_time_seconds: Annotated[
        int,
        Field(ge=0, le=86_400),
        described(
            "How long the players have waited before. Of players' own words counts what the lobby "
            "remembers of a ticket that ended by no fault of theirs.",
            0,
        ),
    ] = 0
    additional_join_params: Annotated[
        Maybe[AdditionalJoinParams], described("What the game adds to the ticket.")
    ] = None
    map_preferences: Annotated[
        list[String], described("Ids of maps, the preferred ones first.", ["m1"])
    ] = EMPTY_LIST
    backfill: Annotated[
        bool, described("Whether the party may also join a match that is under way.")
    ] = True

    @model_validator(mode="after")
    def _any_queue(self) -> Self:
        if self.queue_id is None and self.queue_ids is None:
            raise ValueError("queue_id or queue_ids")
        return self

    @property
    def ids(self) -> list[str]:
        return [*([self.queue_id] if self.queue_id else []), *(self.queue_ids or [])]


class QueueJoinResponse(Message):
    """The ticket that waits in the queue."""

    ticket_id: Annotated[
        String,
        described(
            "Id of the ticket by which the session waits in the queue.",
            "4f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ]
    queue_ids: Annotated[
        Maybe[list[String]], described("The queues that take the party.", ["ranked-3v3"])
    ] = None
    profile_ids: Annotated[
        Maybe[list[String]], described("The kinds of matches that it waits for.", ["ranked"])
    ] = None
    passed_queue_time_seconds: Annotated[
        Maybe[Integer], described("How much of the time waited before counts.", 0)
    ] = None


class QueueConfig(Message):
    """A queue for old clients: with the sizes of one profile."""

    queue_id: Annotated[Id, described("Id of the queue.", "ranked-3v3")]
    active: Annotated[bool, described("Whether the queue can be joined.")]
    ranking_type: Annotated[
        Integer, described("Number of the kind of rating that its matches are made by.", 1)
    ]
    num_sides: Annotated[Integer, described("How many sides a match has.", 2)]
    max_players_per_side: Annotated[Integer, described("Most players of one side.", 3)]
    min_players_per_side: Annotated[Integer, described("Fewest players of one side.", 1)]
    max_queue_group_size: Annotated[
        Integer, described("Most players of a session that may join the queue.", 3)
    ]
    match_making_template_group_id: Annotated[
        Uuid, described("Id of the template group that the queue uses.")
    ]


class QueuesResponse(Message):
    """A page of queues, in the older form."""

    queues: Annotated[list[QueueConfig], described("The queues, also those that are not active.")]


class QueueConfigV2(Message):
    """A queue."""

    queue_id: Annotated[Id, described("Id of the queue.", "ranked-3v3")]
    active: Annotated[bool, described("Whether the queue can be joined.")]
    max_queue_group_size: Annotated[
        Integer, described("Most players of a session that may join the queue.", 3)
    ]
    match_making_template_group_id: Annotated[
        Uuid, described("Id of the template group that the queue uses.")
    ]
    legacy_config: Annotated[
        CustomData, described("The game's own configuration of older clients.", {"mode": "duel"})
    ] = EMPTY_MAP


class QueuesResponseV2(Message):
    """A page of queues."""

    queues: Annotated[list[QueueConfigV2], described("The queues, also those that are not active.")]


class QueuesQuery(Message):
    """A page with fewer than `page_size` queues is the last one."""

    cursor: Annotated[
        Natural, described("Where the page begins: how many queues to pass over.", 0)
    ] = 0
    page_size: Annotated[int, Field(ge=1, le=50), described("How many at most.", 10)] = 50


class TicketPath(StrictModel):
    ticket_id: Annotated[
        Uuid, described("Id of the ticket by which the session waits in the queue.")
    ]
