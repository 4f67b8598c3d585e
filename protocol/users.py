"""Wire models of the API of users and slots: forms in, plain text or JSON out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from protocol.codec import StrictModel, cannot_compose_to, opaque, without_nul
from protocol.described import described

SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 128
"""Characters of a password, as it is compared."""


def _of_fair_length(password: str) -> str:
    length = len(password)
    if not cannot_compose_to(password, LONGEST_PASSWORD):
        length = len(opaque(password))
    if not SHORTEST_PASSWORD <= length <= LONGEST_PASSWORD:
        raise ValueError(f"must be {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters")
    return without_nul(password)


Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{3,32}$")]
Password = Annotated[
    str,
    AfterValidator(_of_fair_length),
    WithJsonSchema(
        {
            "type": "string",
            "format": "password",
            "minLength": SHORTEST_PASSWORD,
            "maxLength": LONGEST_PASSWORD,
            "pattern": r"^[^\x00]*$",
        }
    ),
]
Id = Annotated[int, Field(ge=0, le=2**53)]


class Credentials(BaseModel):
    """Username and password."""

    username: Annotated[
        Username,
        described("3 to 32 letters, digits, `_`, `.` or `-`; compared without case.", "ada"),
    ]
    password: Annotated[
        Password,
        described(
            "8 to 128 characters of UTF-8, none of them NUL; compared as OpaqueString (RFC 8265).",
            "correct horse battery",
        ),
    ]


class ListedUser(BaseModel):
    """An account with a username."""

    id: Annotated[int, described("Number of the account.", 1)]
    username: Annotated[str, described("Name of the account.", "ada")]


class Users(BaseModel):
    after: Annotated[Id, described("Begin behind this id.", 0)] = 0
    limit: Annotated[int, Field(ge=1, le=1_000), described("How many users at most.", 100)] = 1_000


class SlotPath(StrictModel):
    slot: Annotated[Id, described("Number of the slot.", 42001)]


class SlotQuery(StrictModel):
    model_config = ConfigDict(extra="ignore")

    session: Annotated[Id, described("Id of the live session.", 42)]


class Occupant(BaseModel):
    """`username` is null for an account without one."""

    id: Annotated[int, described("Number of the account that holds the slot.", 1)]
    username: Annotated[
        str | None, described("Name of the account; null for an account without one.", "ada")
    ]


class Slot(BaseModel):
    """A seat of a live session."""

    id: Annotated[int, described("Number of the slot, unique among all sessions.", 42001)]
    session: Annotated[int, described("Id of the live session that the slot belongs to.", 42)]
    team: Annotated[int, described("Number of the team, from 0.", 0)]
    status: Annotated[
        Literal["free", "reserved", "taken"],
        described("`reserved`: held for an account for a limited time."),
    ]
    user: Annotated[Occupant | None, described("Who holds the slot; null while it is free.")]
