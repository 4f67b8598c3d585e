"""The words of the hosts and sessions document."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field

from protocol.codec import Uuid, Words

Shown = Annotated[str, AfterValidator(str.upper)]
"""A uuid as this document shows it: in upper case."""


class Host(BaseModel):
    uuid: Shown
    only_friends: bool
    allow_nonames: bool
    friends: list[Shown]
    banlist: list[Shown]


class Token(BaseModel):
    token: str


class Message(BaseModel):
    message: str


class Problem(BaseModel):
    loc: list[str | int]
    msg: str
    type: str


class ValidationError(BaseModel):
    detail: list[Problem]


class HostPath(Words):
    host: Uuid


class FriendPath(HostPath):
    former_friend: Uuid


class BannedPath(HostPath):
    banned: Uuid


class FriendQuery(Words):
    friend: Uuid


class BannedQuery(Words):
    banned: Uuid


class OnlyFriends(Words):
    only_friends: bool


class AllowNonames(Words):
    allow_nonames: bool


class Launch(Words):
    host: Uuid


class Launched(BaseModel):
    session_id: Annotated[int, Field(gt=0, lt=2**53)]
    source_of_truth_key: str


class Join(Words):
    host: Uuid
    guest: Uuid | Literal["NONAME"]


class Joined(BaseModel):
    session_id: Annotated[int, Field(gt=0, lt=2**53)]


Empty = dict[str, Any]
