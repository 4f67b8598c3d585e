"""Arguments of operator commands: who writes another is told in words what it should be."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from lobby.domain.accounts import RestrictionType
from protocol.codec import without_nul

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def shaped(pattern: str, words: str) -> AfterValidator:
    """Text of this shape; who writes another is told in words what it should be."""
    shape = re.compile(pattern, re.IGNORECASE | re.ASCII | re.DOTALL)

    def check(text: str) -> str:
        if not shape.fullmatch(text):
            raise ValueError(f"should be {words}")
        return text

    return AfterValidator(check)


Login = Annotated[str, shaped("[a-z0-9_.-]{3,32}", "3 to 32 letters of a to z, digits, _ . and -")]
Password = Annotated[
    str, StringConstraints(min_length=8, max_length=128), AfterValidator(without_nul)
]
Who = Annotated[str, StringConstraints(min_length=1, max_length=64), AfterValidator(str.lower)]
"""A login or a uuid."""
Anybody = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(without_nul)
]
"""A uuid, a number, a login, a nickname or a name."""
NUMBER = re.compile(r"[1-9][0-9]{0,15}", re.ASCII)
Player = Annotated[
    str,
    shaped(
        f"{NUMBER.pattern}|{UUID.pattern}",
        "the uuid of a player, as 3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e, or their older number;"
        " no name",
    ),
]
Type = Annotated[RestrictionType, Field(strict=False)]
File = Annotated[
    str, StringConstraints(max_length=4096), shaped(r"/[^\0]*", "a whole path, from /")
]
