"""Conditions: tests of one value's key, which compare and hash as what they mean.

Each tests one key (`holds`), or picks of many rows those whose key in a column passes (`choose`):
the same, without a call for each row.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from lobby.live_queries.sort_keys import SortKey
from lobby.live_queries.values import ABSENT, Key


class Column(dict[str, Key]):
    """Keys by the row's id, which is the last of its sort key. `lists`: whether any may be one."""

    lists = False


NUMBERS = frozenset({int, float})


@dataclass(frozen=True, slots=True)
class OneOf:
    """The value, or a member of it, is one of these."""

    keys: frozenset[Key]

    def holds(self, key: Key) -> bool:
        if type(key) is tuple:
            return not self.keys.isdisjoint(key)
        return key in self.keys

    def choose(self, rows: list[SortKey], column: Column) -> list[SortKey]:
        wanted, holds = self.keys, self.holds
        if column.lists:
            return [r for r in rows if holds(column[r[3]])]
        if len(wanted) == 1:
            (one,) = wanted
            return [r for r in rows if column[r[3]] == one]
        return [r for r in rows if column[r[3]] in wanted]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Anything else, absent included."""

    keys: frozenset[Key]

    def holds(self, key: Key) -> bool:
        if type(key) is tuple:
            return self.keys.isdisjoint(key)
        return key not in self.keys

    def choose(self, rows: list[SortKey], column: Column) -> list[SortKey]:
        named, holds = self.keys, self.holds
        if column.lists:
            return [r for r in rows if holds(column[r[3]])]
        return [r for r in rows if column[r[3]] not in named]


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

    def choose(self, rows: list[SortKey], column: Column) -> list[SortKey]:
        least = -inf if self.least is None else self.least
        most = inf if self.most is None else self.most
        holds = self.holds
        return [
            r
            for r in rows
            if (least <= k <= most if type(k := column[r[3]]) in NUMBERS else holds(k))  # type: ignore[operator]
        ]


@dataclass(frozen=True, slots=True)
class NotThere:
    """The key is absent."""

    def holds(self, key: Key) -> bool:
        return key is ABSENT

    def choose(self, rows: list[SortKey], column: Column) -> list[SortKey]:
        return [r for r in rows if column[r[3]] is ABSENT]


@dataclass(frozen=True, slots=True)
class Contains:
    """The folded text has this folded text in it."""

    text: str

    def holds(self, key: Key) -> bool:
        return isinstance(key, str) and self.text in key

    def choose(self, rows: list[SortKey], column: Column) -> list[SortKey]:
        text = self.text
        return [r for r in rows if type(k := column[r[3]]) is str and text in k]


Condition = OneOf | NoneOf | Between | NotThere | Contains

COSTS = (OneOf, NotThere, Contains, Between, NoneOf)
"""The kinds that leave less to look at for others, and are tested faster, first."""


def cost(condition: Condition) -> int:
    return COSTS.index(type(condition))
