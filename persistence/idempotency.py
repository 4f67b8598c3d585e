"""The ids of commands, kept together with what the commands changed: idempotency.

A write takes a command's id along (`once=`). Both are kept in one transaction, so that a command
that is repeated changes nothing a second time, whatever died meanwhile and wherever it is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

MOST_REMEMBERED = 2_000
"""Commands of one identity whose ids are kept; the oldest go first."""
REMEMBERED_SECONDS = 86_400.0
"""How long the id of a command is kept."""
LONGEST_OUTCOME = 1_024
"""Characters of what is kept of a command's outcome."""


@dataclass(frozen=True, slots=True)
class Once:
    """A command's id, to be kept. `digest` stands for its text; `outcome` is the caller's own
    short text, never a secret; `at` in Unix seconds."""

    identity: str
    id: str
    digest: str
    outcome: str
    at: float

    def __post_init__(self) -> None:
        if len(self.outcome) > LONGEST_OUTCOME:
            raise ValueError(f"an outcome has at most {LONGEST_OUTCOME} characters")


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept of a command. `number`: the version that its first write made, or the cursor;
    0 where it wrote nothing."""

    digest: str
    outcome: str
    number: int


class Repeated(Exception):
    """A command with this id was carried out before; nothing has changed."""

    def __init__(self, first: Remembered) -> None:
        super().__init__("this command was carried out before")
        self.first = first


class Commands(Protocol):
    async def remember(self, once: Once) -> None:
        """Keep the id of a command that changed nothing. Raises Repeated."""
        ...

    async def remembered(self, identity: str, id: str, *, now: float) -> Remembered | None: ...

    async def settle(self, identity: str, id: str, outcome: str) -> None:
        """Another outcome of a command whose id is kept: how it ended."""
        ...

    async def forget_commands(self, *, now: float, most: int = 500) -> int:
        """Remove ids that are older than `REMEMBERED_SECONDS`; returns how many."""
        ...
