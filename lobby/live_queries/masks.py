"""Masks: which windows a row is an answer to, for all of them at once. Bit i is the window i.

For each field it is remembered which windows *fail* with a value (a memo). A row's windows are all
but those that fail with one of its values, so that a window costs nothing in fields that it does
not ask for. What a removed window leaves behind is cleared by a sweep; its bit is used again after.
"""

from __future__ import annotations

from collections.abc import Iterator

from lobby.live_queries.condition_masks import KINDS, ConditionMasks
from lobby.live_queries.conditions import Condition
from lobby.live_queries.query import Query
from lobby.live_queries.rows import QueryRow, Viewer
from lobby.live_queries.schema import ListSchema
from lobby.live_queries.values import Key, key_of
from lobby.live_queries.welcome import WelcomeMasks

MOST_REMEMBERED = 4_096
"""Values of a field whose windows are remembered; the memo then begins anew."""


class FieldMasks:
    """The conditions on one field, each with the windows that have it."""

    __slots__ = ("_kinds", "_memo")

    def __init__(self) -> None:
        self._kinds: dict[type[Condition], ConditionMasks] = {}
        self._memo: dict[Key, int] = {}

    def add(self, condition: Condition, mask: int) -> None:
        """Only before the first value is looked at."""
        self._of(type(condition)).add(condition, mask)

    def _of(self, kind: type[Condition]) -> ConditionMasks:
        if kind not in self._kinds:
            self._kinds[kind] = KINDS[kind]()
        return self._kinds[kind]

    def failing(self, key: Key) -> int:
        """The windows whose condition does not hold for a value with this key."""
        found = self._memo.get(key)
        return self._work_out(key) if found is None else found

    def _work_out(self, key: Key) -> int:
        failing = 0
        for masks in self._kinds.values():
            failing |= masks.failing(key)
        if len(self._memo) >= MOST_REMEMBERED:
            self._memo.clear()
        self._memo[key] = failing
        return failing

    def absorb(self, other: FieldMasks) -> None:
        """Values that the other has not met lately are forgotten."""
        for kind, masks in other._kinds.items():
            mine = self._of(kind)
            mine.care |= masks.care
            for condition, mask in masks.conditions():
                mine.add(condition, mask)
        theirs = other._memo
        self._memo = {k: mask | theirs[k] for k, mask in self._memo.items() if k in theirs}

    def sweep(self, alive: int) -> bool:
        """Whether any condition is left."""
        for masks in self._kinds.values():
            masks.sweep(alive)
        self._kinds = {kind: masks for kind, masks in self._kinds.items() if masks.care}
        self._memo = {key: mask & alive for key, mask in self._memo.items()}
        return bool(self._kinds)


class PeopleMasks:
    """Postings of a field of uuids: the windows that look for each."""

    __slots__ = ("_by", "care")

    def __init__(self) -> None:
        self.care = 0
        self._by: dict[str, int] = {}

    def add(self, wanted: frozenset[str], bit: int) -> None:
        self.care |= bit
        for who in wanted:
            self._by[who] = self._by.get(who, 0) | bit

    def of(self, who: str | None) -> int:
        return self._by.get(who, 0) if who else 0

    def failing(self, there: list[str] | tuple[str, ...]) -> int:
        found = 0
        for who in there:
            found |= self._by.get(who, 0)
        return self.care & ~found

    def absorb(self, other: PeopleMasks) -> None:
        self.care |= other.care
        for who, mask in other._by.items():
            self._by[who] = self._by.get(who, 0) | mask

    def sweep(self, alive: int) -> None:
        self.care &= alive
        self._by = {who: mask & alive for who, mask in self._by.items() if mask & alive}


class WindowMasks:
    """All windows of a list, by what they ask. `alive`: those that are not removed."""

    def __init__(self, schema: ListSchema) -> None:
        self._schema = schema
        self.alive = 0
        self._fields: dict[str, FieldMasks] = {}
        self._maps: dict[str, dict[str, FieldMasks]] = {name: {} for name in schema.maps}
        self._people = {name: PeopleMasks() for name in schema.people}
        self._welcome = WelcomeMasks()
        self._banned_by, self._insiders = PeopleMasks(), PeopleMasks()

    def add(self, query: Query, viewer: Viewer, bit: int) -> None:
        """Only before the first row is looked at; what comes later is learnt apart and absorbed."""
        self.alive |= bit
        for (outer, inner), condition in query.conditions.items():
            group = self._fields if inner is None else self._maps[outer]
            group.setdefault(outer if inner is None else inner, FieldMasks()).add(condition, bit)
        for name, wanted in query.people.items():
            self._people[name].add(viewer.friends if wanted is None else wanted, bit)
        if query.asks_welcome:
            self._welcome.add(viewer, bit)
        if viewer.banned_by:
            self._banned_by.add(viewer.banned_by, bit)
            self._insiders.add(frozenset([viewer.uuid]), bit)

    @property
    def keys(self) -> int:
        """Keys of the game's own that are asked for."""
        return sum(map(len, self._maps.values()))

    def of(self, row: QueryRow) -> int:
        """The windows that the row is an answer to."""
        failing, schema = 0, self._schema
        for name, masks in self._fields.items():
            failing |= masks.failing(schema.fields[name](row))
        if not self.alive & ~failing:
            return 0
        failing |= self._failing_by_keys(row)
        for name, postings in self._people.items():
            if postings.care:
                failing |= postings.failing([*schema.people[name](row)])
        if self._welcome.care:
            failing |= self._welcome.failing(row)
        return self.alive & ~(failing | self._hidden(row))

    def _failing_by_keys(self, row: QueryRow) -> int:
        """The windows that fail with a key of the game's own."""
        failing = 0
        for name, group in self._maps.items():
            if group:
                values = self._schema.maps[name](row)
                for key, masks in group.items():
                    failing |= masks.failing(key_of(values.get(key)))
        return failing

    def _hidden(self, row: QueryRow) -> int:
        """The windows whose viewers the row's owner has banned, but for those of insiders."""
        hidden = self._banned_by.of(self._schema.owner(row)) if row.facts.bans_count else 0
        if hidden:
            for who in row.facts.insiders:
                hidden &= ~self._insiders.of(who)
        return hidden

    def absorb(self, other: WindowMasks) -> None:
        """Add the windows of the other, which has looked at every row. None has a bit of ours."""
        self.alive |= other.alive
        for group, theirs in ((self._fields, other._fields), *self._paired_maps(other)):
            for name, masks in theirs.items():
                if name in group:
                    group[name].absorb(masks)
                else:
                    group[name] = masks
        for name, postings in other._people.items():
            self._people[name].absorb(postings)
        self._welcome.absorb(other._welcome)
        self._banned_by.absorb(other._banned_by)
        self._insiders.absorb(other._insiders)

    def _paired_maps(
        self, other: WindowMasks
    ) -> Iterator[tuple[dict[str, FieldMasks], dict[str, FieldMasks]]]:
        for name, group in self._maps.items():
            yield group, other._maps[name]

    def sweep(self) -> Iterator[None]:
        """Forget what removed windows asked, in steps."""
        for group in (self._fields, *self._maps.values()):
            for name, masks in [*group.items()]:
                if not masks.sweep(self.alive):
                    del group[name]
                yield
        for postings in (*self._people.values(), self._banned_by, self._insiders):
            postings.sweep(self.alive)
            yield
        self._welcome.sweep(self.alive)


_POSITIONS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def bits(mask: int) -> Iterator[int]:
    """The positions of the bits that are set, in ascending order."""
    for at, byte in enumerate(mask.to_bytes((mask.bit_length() + 7) // 8, "little")):
        if byte:
            for bit in _POSITIONS[byte]:
                yield at * 8 + bit
