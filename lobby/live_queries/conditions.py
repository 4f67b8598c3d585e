"""Conditions: tests of one value's key, which compare and hash as what they mean."""

from __future__ import annotations

from dataclasses import dataclass

from lobby.live_queries.values import ABSENT, Key


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value, or a member of it, is one of these."""

    keys: frozenset[Key]

    def holds(self, key: Key) -> bool:
        if type(key) is tuple:
            return not self.keys.isdisjoint(key)
        return key in self.keys


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Anything else, absent included."""

    keys: frozenset[Key]

    def holds(self, key: Key) -> bool:
        if type(key) is tuple:
            return self.keys.isdisjoint(key)
        return key not in self.keys


@dataclass(frozen=True, slots=True)
class Between:
    """A number, or a member that is one, from `least` to `most`; None: without this end."""

    least: float | None
    most: float | None

    def holds(self, key: Key) -> bool:
        if type(key) is tuple:
            return any(map(self._within, key))
        return self._within(key)

    def _within(self, key: Key) -> bool:
        if not isinstance(key, int | float):
            return False
        return (self.least is None or self.least <= key) and (self.most is None or key <= self.most)


@dataclass(frozen=True, slots=True)
class NotThere:
    """The key is absent."""

    def holds(self, key: Key) -> bool:
        return key is ABSENT


@dataclass(frozen=True, slots=True)
class Contains:
    """The folded text has this folded text in it."""

    text: str

    def holds(self, key: Key) -> bool:
        return isinstance(key, str) and self.text in key


Condition = OneOf | NoneOf | Between | NotThere | Contains
