"""How game servers say that they are free, and hear that they are wanted. Beside the document: its
clients do this too, and it has no words for it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from protocol.player_services.terms import NONE, Id, Maybe, Message, String

MOST_HOSTS = 64
"""In one request."""
Tag = Annotated[String, StringConstraints(max_length=128)]


class HostRegistration(Message):
    """`id` is unique among the hosts of the account that registers. Tags say whom it serves; as a
    text, they stand between commas."""

    id: Id
    group_tags: Annotated[list[Tag], Field(max_length=64)] | String = NONE
    public_host: Annotated[String, StringConstraints(max_length=255)] = ""
    public_port: Annotated[int, Field(ge=0, le=65_535)] = 0


class RegisterRequest(Message):
    items: Annotated[list[HostRegistration], Field(max_length=MOST_HOSTS)]


class HostName(Message):
    id: Id


class StateRequest(Message):
    items: Annotated[list[HostName], Field(max_length=MOST_HOSTS)]


class AllocationState(StrEnum):
    """The first two mean wait, the last means go."""

    DEALLOCATED = "deallocated"
    ALLOCATING = "allocating"
    ALLOCATED = "allocated"


class HostAnswer(Message):
    """Texts without a value are empty."""

    success: bool
    error_code: str = ""
    error_message: Maybe[str] = None
    state: AllocationState = AllocationState.DEALLOCATED
    allocation_id: str = ""
    session_id: str = ""


class HostAnswers(Message):
    items: list[HostAnswer]
