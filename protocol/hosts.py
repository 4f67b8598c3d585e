"""Wire models of the API of hosts and sessions: its requests and responses."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)

from protocol.codec import UUID, StrictModel, Uuid
from protocol.described import described

Shown = Annotated[
    str,
    AfterValidator(str.upper),
    Field(json_schema_extra={"format": "uuid"}, examples=["3F2B8C1E-7D1E-4B7C-9C1D-2F6A8B3C4D5E"]),
]
"""A uuid as this API writes it: in upper case."""


class Host(BaseModel):
    """A host, as only the host sees it."""

    uuid: Annotated[Shown, described("UUID of the host, in upper case.")]
    only_friends: Annotated[bool, described("Whether only friends of the host may join.")]
    allow_nonames: Annotated[bool, described("Whether guests without a name may join.")]
    friends: Annotated[
        list[Shown],
        described(
            "Accounts that may join while `only_friends` is set.",
            ["2F2B8C1E-7D1E-4B7C-9C1D-2F6A8B3C4D5E"],
        ),
    ]
    banlist: Annotated[
        list[Shown],
        described(
            "Accounts that may not join, nor stay in a live session.",
            ["2F2B8C1E-7D1E-4B7C-9C1D-2F6A8B3C4D5E"],
        ),
    ]


class Token(BaseModel):
    """An access token of a host."""

    token: Annotated[
        str,
        described(
            "Shown as `Authorization: Bearer`; a signed JSON Web Token.",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ),
    ]


class Message(BaseModel):
    """A refusal in words."""

    message: Annotated[str, described("The reason in words, for people.", "try again shortly")]


class HostsNotFound(BaseModel):
    """`not found this`: the host that is named. `not found other`: the other party, or a session
    that is there for the caller."""

    message: Annotated[
        Literal["not found this", "not found other"], described("Which party is unknown.")
    ]


class HostsProblem(BaseModel):
    """One thing that is wrong with a request."""

    loc: Annotated[
        list[str | int],
        described(
            "Where it is: `body`, `path`, `query` or `header`, then names and indices.",
            ["body", "host"],
        ),
    ]
    msg: Annotated[str, described("What is wrong, for people.", "Field required")]
    type: Annotated[str, described("Stable name of the kind of problem, for programs.", "missing")]


class HostsValidationError(BaseModel):
    """The request is not valid."""

    detail: Annotated[list[HostsProblem], described("Everything that is wrong with the request.")]


class HostsInput(StrictModel):
    """A body or a query. Unknown fields are ignored, as the published gateway ignores them."""

    model_config = ConfigDict(extra="ignore")


class HostPath(StrictModel):
    host: Annotated[Uuid, described("UUID of the host, in any case.")]


class FriendPath(HostPath):
    former_friend: Annotated[
        Uuid, described("UUID of the account to remove from the friends, in any case.")
    ]


class BannedPath(HostPath):
    banned: Annotated[
        Uuid, described("UUID of the account to remove from the ban list, in any case.")
    ]


class FriendQuery(HostsInput):
    friend: Annotated[Uuid, described("UUID of the account to add to the friends, in any case.")]


class BannedQuery(HostsInput):
    banned: Annotated[Uuid, described("UUID of the account to ban, in any case.")]


class OnlyFriends(HostsInput):
    """Whether only friends may join."""

    only_friends: Annotated[bool, described("Whether only friends of the host may join.")]


class AllowNonames(HostsInput):
    """Whether guests without a name may join."""

    allow_nonames: Annotated[bool, described("Whether guests without a name may join.")]


class HostLaunchRequest(HostsInput):
    """Launch a session."""

    host: Annotated[
        Uuid, described("UUID of the host that launches the session: the caller, in any case.")
    ]


class LaunchedSession(BaseModel):
    """The session that was launched."""

    session_id: Annotated[int, Field(gt=0, lt=2**53), described("Id of the session.", 42)]
    source_of_truth_key: Annotated[
        str,
        described(
            "Secret that gives authority over the session's state; shown this once.",
            "3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ),
    ]


NONAME = "NONAME"
Guest = Annotated[
    str,
    StringConstraints(pattern=f"^({NONAME}|{UUID})$"),
    AfterValidator(lambda guest: guest if guest == NONAME else guest.lower()),
    WithJsonSchema(TypeAdapter(Uuid | Literal["NONAME"]).json_schema()),
]
"""One text to whoever sends a wrong one: a union would name its branches in `loc`."""


class HostJoinRequest(HostsInput):
    """Join the live session of a host."""

    host: Annotated[Uuid, described("UUID of the host whose session is joined, in any case.")]
    guest: Annotated[
        Guest,
        described(
            "UUID of the guest, in any case, or `NONAME` for a guest without a name.",
            "2f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ]


class JoinedSession(BaseModel):
    """The session that was joined."""

    session_id: Annotated[int, Field(gt=0, lt=2**53), described("Id of the session.", 42)]


Empty = dict[str, Any]
