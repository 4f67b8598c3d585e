"""Rows of a live list: an entry as everybody is shown it, and what only its rules know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from protocol.codec import encode_member

State = dict[str, Any]

NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Of a session, carried beside it and never shown. `bans_count`: its leader's bans hide it.
    `insiders`: from whom nothing hides it. `kept`: for whom a seat is kept. `excluded`: whom it
    keeps out. `host_decides`: its leader's settings as a host count."""

    bans_count: bool = True
    insiders: frozenset[str] = NOBODY
    kept: frozenset[str] = NOBODY
    excluded: frozenset[str] = NOBODY
    host_decides: bool = False


NO_FACTS = Facts()


class QueryRow:
    """One entry at one moment; it is never changed, so that what was sent can be compared."""

    __slots__ = ("_kept", "_member", "facts", "id")

    def __init__(self, id: str, state: State, facts: Facts = NO_FACTS) -> None:
        self.id, self.facts = id, facts
        self._kept: Any = state
        self._member: bytes | None = None

    @property
    def state(self) -> State:
        """The entry; not to be changed."""
        kept: State = self._kept
        return kept

    def get(self, name: str) -> Any:
        """A field of the entry; None: it has none."""
        return self.state.get(name)

    def member(self) -> bytes:
        """The whole entry as a member of a JSON object, encoded once."""
        if self._member is None:
            self._member = encode_member(self.id, self.state)
        return self._member


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. `friends`: whom they list; `named_by`: the hosts that list them; `banned_by`: the
    hosts that have banned them. Empty for whoever has no account. `apart`: they have windows of
    their own, though nobody has banned them any more: what they know of them counts on."""

    uuid: str = ""
    named: bool = True
    friends: frozenset[str] = NOBODY
    named_by: frozenset[str] = NOBODY
    banned_by: frozenset[str] = NOBODY
    apart: bool = False


ANYBODY = Viewer()
