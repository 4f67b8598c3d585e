"""The words of the users and slots document: forms in, plain text or JSON out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, StringConstraints

from protocol.codec import Words

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{3,32}$")]
Password = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[^\x00]*$")]
Id = Annotated[int, Field(ge=0, le=2**53)]


class Credentials(BaseModel):
    username: Username
    password: Password


class User(BaseModel):
    id: int
    username: str


class Users(BaseModel):
    after: Annotated[Id, Field(description="Begin behind this id.")] = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 1_000


class SlotPath(Words):
    slot: Id


class SlotQuery(Words):
    session: Id


class Occupant(BaseModel):
    """`username` is null for somebody who has none."""

    id: int
    username: str | None


class Slot(BaseModel):
    id: int
    session: int
    team: int
    status: Literal["free", "reserved", "taken"]
    user: Occupant | None
