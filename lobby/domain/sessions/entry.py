"""Entry levels: who may come into a session unasked, and what its leader adds to that as a host."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Entry(StrEnum):
    """In ascending order of narrowness."""

    OPEN = "open"  # everybody whom the leader does not keep out
    FRIENDS = "friends"  # friends of the leader or, where the type says so, of a member
    INVITED = "invited"  # whoever holds an invitation, or a seat that is kept for them
    CLOSED = "closed"  # nobody new: only seats that are already kept count

    @property
    def joinable(self) -> bool:
        """Whether anybody comes in without an invitation."""
        return self in (Entry.OPEN, Entry.FRIENDS)

    @classmethod
    def of(cls, joinable: bool) -> Entry:
        """What the older word means."""
        return cls.OPEN if joinable else cls.INVITED

    def narrowed(self, other: Entry) -> Entry:
        """The narrower of both."""
        levels = list(Entry)
        return max(self, other, key=levels.index)


@dataclass(frozen=True, slots=True)
class HostTerms:
    """A leader's settings as a host, as far as the list shows them: the account `host` at its
    `version`. Kept with the session, so that what is shown of it has one version; who comes in is
    decided by the account itself."""

    host: str
    version: int
    only_friends: bool
    allow_nonames: bool

    @property
    def entry(self) -> Entry:
        return Entry.FRIENDS if self.only_friends else Entry.OPEN


@dataclass(frozen=True, slots=True)
class Joinability:
    """A change of the entry in parts: for everybody, for friends, through a linked platform
    session. None leaves a part as it is; `open` wins over `friends`."""

    open: bool | None = None
    friends: bool | None = None
    platform: bool | None = None

    def applied(self, entry: Entry) -> Entry:
        """The entry after the change. Neither part: by invitation."""
        if self.open is None and self.friends is None:
            return entry
        if self.open or (self.open is None and entry is Entry.OPEN):
            return Entry.OPEN
        friends = entry is Entry.FRIENDS if self.friends is None else self.friends
        return Entry.FRIENDS if friends else Entry.INVITED
