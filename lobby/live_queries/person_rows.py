"""Rows of the list of people, of whom there may be 100,000: each is kept small."""

from __future__ import annotations

from typing import Any

from lobby.live_queries.rows import NO_FACTS, Facts, QueryRow, State

FIELDS = ("status", "since", "name", "nickname", "icon", "region")
"""What is shown of a person, the more frequent first."""
AT = {name: at for at, name in enumerate(FIELDS)}


class PersonRow(QueryRow):
    """A person who is online: a tuple of their fields takes half of what a dictionary does. Fields
    of other names, as a newer process may tell them, are kept as they came."""

    __slots__ = ()

    def __init__(self, id: str, state: State, facts: Facts = NO_FACTS) -> None:
        super().__init__(id, state, facts)
        if state.keys() <= AT.keys():
            values = [state.get(name) for name in FIELDS]
            while values and values[-1] is None:
                values.pop()
            self._kept = tuple(values)

    @property
    def state(self) -> State:
        kept = self._kept
        if isinstance(kept, tuple):
            return {n: v for n, v in zip(FIELDS, kept, strict=False) if v is not None}
        return super().state

    def get(self, name: str) -> Any:
        kept = self._kept
        if isinstance(kept, tuple):
            at = AT.get(name, len(kept))
            return kept[at] if at < len(kept) else None
        return kept.get(name)
