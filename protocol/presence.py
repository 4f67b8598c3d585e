"""Words of presence over HTTP, which the live channel tells without being asked again."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from protocol.codec import StrictModel, Uuid
from protocol.described import described


class PersonPath(StrictModel):
    uuid: Annotated[Uuid, described("UUID of the person, in any case.")]


class PresenceMessage(BaseModel):
    """A refusal in words, which say what to do next."""

    message: Annotated[
        str, described("What went wrong, for people.", "a valid token is needed; log in")
    ]
