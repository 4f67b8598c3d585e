"""What all commands of the live channel have, and the ids that they name."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import StringConstraints

from protocol.codec import StrictModel

CommandId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}$")]


class Command(StrictModel):
    """A request with an id, which its reply or refusal repeats.

    `repeatable`: idempotent by itself, so its reply is not kept for a retry with the same id.
    """

    repeatable: ClassVar[bool] = False
    id: CommandId
