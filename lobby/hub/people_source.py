"""The hub's port to people: who of them is shown online, what they are called, and who is tied to
whom.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from lobby.hub.source import Known, State
from protocol.roster import RosterChanged


class Face(NamedTuple):
    """What an account is called, as of a version of it: `name`, `nickname`, `icon`, each where it
    has one."""

    version: int
    fields: State


@dataclass(frozen=True, slots=True)
class Ties:
    """Whom an account lists as friends, and who is hidden from it: `banned_by` have banned it.
    `listed_by`: those of its friends that list it, too, where nobody else is shown; None: everybody
    is. `version`: of the account, by which its list of friends can be told from a later one."""

    friends: frozenset[str] = frozenset()
    banned_by: frozenset[str] = frozenset()
    listed_by: frozenset[str] | None = None
    version: int = 0

    def hides(self, who: str) -> bool:
        """Whether this person is never shown online."""
        return who in self.banned_by or not (self.listed_by is None or who in self.listed_by)

    def changes(self, other: Ties) -> set[str]:
        """Of whom the other ties show something else."""
        mine, theirs = self.listed_by or frozenset(), other.listed_by or frozenset()
        return {
            *(self.friends ^ other.friends),
            *(self.banned_by ^ other.banned_by),
            *(mine ^ theirs),
        }


Entries = Iterator[tuple[str, State]]
"""People who are visibly online, by uuid, with their presence."""


class PeopleSource(Protocol):
    """Each method that waits raises Unreachable. The roster has shards, numbered from 0; each has
    an epoch and a version of its own."""

    shards: int

    def shard_of(self, who: str) -> int: ...

    async def versions(self) -> list[Known]:
        """Of every shard."""
        ...

    async def gathered(self, shard: int) -> None:
        """Return once a shard that was lost is complete again, as far as can be known."""
        ...

    async def everybody(self, shard: int) -> tuple[Known, Entries]:
        """All who are visibly online, of one shard that is complete, and where it stands."""
        ...

    async def shown(self, who: Collection[str]) -> dict[str, dict[str, Any]]:
        """The presence of those who are visibly online."""
        ...

    async def counts(self) -> State:
        """How many are visibly online, as the topic `presence:count` has it."""
        ...

    async def faces(self, who: Iterable[str]) -> dict[str, Face]:
        """Of those that have an account."""
        ...

    async def ties(self, viewer: str) -> Ties: ...

    async def stale(self, known: Mapping[str, Ties]) -> list[str]:
        """Of these viewers, with their ties as they were read: those who may have others by now.
        Costs what one of them costs."""
        ...


class Everybody(Protocol):
    """Follows all who are online, while somebody asks about them."""

    def receive(self, changed: RosterChanged) -> None:
        """A change of one shard, newer than all before."""
        ...

    async def read_again(self, shard: int) -> None:
        """Changes of the shard were missed. Raises Unreachable."""
        ...

    async def forget_idle(self) -> None:
        """Keep nobody any more where nobody asked since the last call."""
        ...


def face_of(account: Any) -> Face:
    """Of whatever has a version, a name, a nickname and an icon."""
    fields = {"name": account.name, "nickname": account.nickname, "icon": account.icon}
    return Face(account.version, {key: value for key, value in fields.items() if value})
