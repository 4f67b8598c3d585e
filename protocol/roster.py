"""Who is online: its entries, and their changes on the bus."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic_core import from_json

from protocol.described import described

PresenceStatus = Literal["online", "away", "busy", "playing", "reconnecting"]
OwnStatus = Literal["online", "away", "busy", "playing", "invisible"]
"""What somebody says of themselves."""
STATUSES: tuple[str, ...] = get_args(PresenceStatus)


class Person(BaseModel):
    """Presence of one account. `since`: when it came online, in Unix seconds. `name`: absent for
    an account without one. `nickname`: its first. `icon`: a tag that changes with the picture.
    `region`: of the process that serves it, where that has one."""

    name: str | None = None
    nickname: str | None = None
    icon: str | None = None
    status: PresenceStatus
    since: float
    region: str | None = None


Name = Annotated[str | None, described("What they are called; absent where they are not.", "Ann")]
Nickname = Annotated[str | None, described("Their first nickname, where they have one.", "ace")]
IconTag = Annotated[
    str | None, described("Changes with their picture; absent without one.", "9f86d081884c7d65")
]
Status = Annotated[
    PresenceStatus | None, described("What they do; absent while they are not shown.", "busy")
]
Since = Annotated[
    float | None,
    described("When they came online, in Unix seconds; absent with the status.", 1767225600.5),
]


class OnePerson(BaseModel):
    """Presence of one account, as one other may see it. Empty: they are offline, or not shown."""

    name: Name = None
    nickname: Nickname = None
    icon: IconTag = None
    status: Status = None
    since: Since = None
    region: Annotated[
        str | None, described("Of the process that serves them, where it has one.", "eu")
    ] = None


class Friend(BaseModel):
    """Somebody on a list of friends. `status` and `since` are absent while they are not shown."""

    name: Name = None
    nickname: Nickname = None
    icon: IconTag = None
    status: Status = None
    since: Since = None


class Friends(BaseModel):
    """Everybody on one's list of friends."""

    people: Annotated[dict[str, Friend], described("By uuid, in lower case.")]


class PresenceCount(BaseModel):
    """How many are visibly online."""

    online: Annotated[int, described("All of them.", 3)]
    statuses: Annotated[
        dict[PresenceStatus, int],
        described("By status.", {name: int(name == "online") * 3 for name in STATUSES}),
    ]
    regions: Annotated[
        dict[str, int] | None,
        described("By the region of the process that serves them, where it has one.", {"eu": 3}),
    ] = None


class ShardCounts(BaseModel):
    """Of those on one shard of the roster."""

    online: int = 0
    statuses: dict[str, int] = {}
    regions: dict[str, int] = {}


class RosterChanged(BaseModel):
    """A merge patch of one shard of the roster, on the topic `presence`. `counts`: of all who are
    on the shard by now, where it counts them."""

    shard: int = 0
    epoch: str
    version: int
    patch: dict[str, dict[str, Any] | None]
    counts: ShardCounts | None = None


ROSTER_CHANGED: TypeAdapter[RosterChanged] = TypeAdapter(RosterChanged)


def parse_person(text: str) -> dict[str, Any]:
    """A roster entry: the JSON of a `Person`."""
    state = from_json(text)
    if not isinstance(state, dict):
        raise TypeError("a roster entry is an object")
    return state
