"""Commands of the live channel that make a code for a session, and the names that lead into one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from protocol.command import Command, SessionId

SessionName = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z -]{1,16}$")]
"""A session's id, or its code as people type it."""


class SessionCode(Command):
    """The code of the session, which lets in whoever says it, and the link to it; it is made where
    there is none. `renew`: the one before is dead; `drop`: there is none any more. Either is for
    those who may invite."""

    type: Literal["session.code"]
    session: SessionId
    renew: bool = False
    drop: bool = False
