"""Commands of the live channel about waiting for a match."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from protocol.codec import ShortText, Uuid
from protocol.command import Command, SessionId, either
from protocol.queues import QueueChoice


class QueueJoin(QueueChoice, Command):
    """Wait for a match with all who are in the session. The reply names the ticket, the queues that
    take them, and how many of the seconds count that they have waited before. `backfill`: a match
    that is under way will do, too."""

    alternatives = either("queue", "queues")
    type: Literal["queue.join"]
    session: SessionId
    map_preferences: Annotated[list[ShortText], Field(max_length=64)] = Field(default_factory=list)
    backfill: bool = True


class QueueLeave(Command):
    type: Literal["queue.leave"]
    session: SessionId


class QueueAccept(Command):
    """Ready check: you are ready for the match that was found."""

    type: Literal["queue.accept"]
    ticket: Uuid


class QueueDecline(Command):
    """Ready check: you are not ready. Your whole ticket leaves the queue."""

    type: Literal["queue.decline"]
    ticket: Uuid
