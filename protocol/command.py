"""What all commands of the live channel have, and the ids that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import StringConstraints

from protocol.codec import StrictModel

CommandId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")]
SessionId = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}$")]


class Command(StrictModel):
    """A request with an id, which its reply or refusal repeats.

    `repeatable`: idempotent by itself, so its reply is not kept for a retry with the same id.
    `alternatives`: fields of which it has just one, each with those that do not go with it.
    `cleared`: fields that null clears; of all others null says the same as their absence.
    """

    repeatable: ClassVar[bool] = False
    alternatives: ClassVar[Mapping[str, frozenset[str]]] = {}
    cleared: ClassVar[frozenset[str]] = frozenset()
    id: CommandId


def either(*fields: str, **without: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    """Alternatives that exclude each other; `without`: further fields that do not go with one."""
    return {one: frozenset({*fields, *without.get(one, ())} - {one}) for one in fields}
