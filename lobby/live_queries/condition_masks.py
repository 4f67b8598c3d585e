"""Masks of conditions: which windows fail with a value, found without trying each condition.

One class for each kind of condition, all of the same shape. A window has one condition on a field.
A value that is a list fails a condition where each of its members does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import reduce
from operator import and_
from typing import Any, Protocol

from lobby.live_queries.conditions import (
    Between,
    Condition,
    Contains,
    NoneOf,
    NotThere,
    OneOf,
)
from lobby.live_queries.values import ABSENT, Key

BLOCK = 32
"""Bounds whose masks are joined, so that few are looked at for a value."""
MOST_NEW = 64
"""Bounds that are kept apart before they are sorted in among the others."""
LONGEST_GRAM = 3
"""Characters of a text that are looked up at once."""

Masks = dict[Any, int]


def join(masks: Masks, key: Any, mask: int) -> None:
    masks[key] = masks.get(key, 0) | mask


def kept(masks: Masks, alive: int) -> Masks:
    """Those of living windows."""
    return {key: mask & alive for key, mask in masks.items() if mask & alive}


class ConditionMasks(Protocol):
    """`care`: the windows that have such a condition."""

    care: int

    def add(self, condition: Any, mask: int) -> None: ...

    def failing(self, key: Key) -> int: ...

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        """What was added, in any form that comes to the same."""
        ...

    def sweep(self, alive: int) -> None: ...


class OneOfMasks:
    """Postings: by value, who wants it."""

    def __init__(self) -> None:
        self.care = 0
        self._wanting: Masks = {}

    def add(self, condition: OneOf | NoneOf, mask: int) -> None:
        self.care |= mask
        for key in condition.keys:
            join(self._wanting, key, mask)

    def failing(self, key: Key) -> int:
        return self.care & ~self._named(key)

    def _named(self, key: Key) -> int:
        """The windows that name the value, or a member of it."""
        if type(key) is not tuple:
            return self._wanting.get(key, 0)
        found = 0
        for member in key:
            found |= self._wanting.get(member, 0)
        return found

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        return ((OneOf(frozenset([key])), mask) for key, mask in self._wanting.items())

    def sweep(self, alive: int) -> None:
        self.care &= alive
        self._wanting = kept(self._wanting, alive)


class NoneOfMasks(OneOfMasks):
    """Postings: by value, who wants anything else."""

    def failing(self, key: Key) -> int:
        return self._named(key)

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        return ((NoneOf(frozenset([key])), mask) for key, mask in self._wanting.items())


class NotThereMasks:
    def __init__(self) -> None:
        self.care = 0

    def add(self, condition: NotThere, mask: int) -> None:
        self.care |= mask

    def failing(self, key: Key) -> int:
        return 0 if key is ABSENT else self.care

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        if self.care:
            yield NotThere(), self.care

    def sweep(self, alive: int) -> None:
        self.care &= alive


class SortedBounds:
    """Windows by a number: `below` joins those of all numbers that are less than a value."""

    def __init__(self) -> None:
        self.masks: Masks = {}
        self._new: Masks = {}
        self._sorted: list[Any] = []
        self._joined: list[int] = [0]

    def add(self, bound: float, mask: int) -> None:
        join(self.masks, bound, mask)
        self._new[bound] = self.masks[bound]

    def below(self, value: float) -> int:
        if len(self._new) > MOST_NEW:
            self._sort()
        at = bisect_left(self._sorted, value)
        block = at // BLOCK
        found = self._joined[block]
        for bound in self._sorted[block * BLOCK : at]:
            found |= self.masks[bound]
        for bound, mask in self._new.items():
            if bound < value:
                found |= mask
        return found

    def _sort(self) -> None:
        self._new, self._sorted, self._joined = {}, sorted(self.masks), [0]
        for at in range(0, len(self._sorted), BLOCK):
            found = self._joined[-1]
            for bound in self._sorted[at : at + BLOCK]:
                found |= self.masks[bound]
            self._joined.append(found)

    def sweep(self, alive: int) -> None:
        self.masks = kept(self.masks, alive)
        self._sort()


class BetweenMasks:
    """`_least` has the ends below with their signs turned, so that both are looked up alike."""

    def __init__(self) -> None:
        self.care = 0
        self._least, self._most = SortedBounds(), SortedBounds()

    def add(self, condition: Between, mask: int) -> None:
        self.care |= mask
        if condition.least is not None:
            self._least.add(-condition.least, mask)
        if condition.most is not None:
            self._most.add(condition.most, mask)

    def failing(self, key: Key) -> int:
        if type(key) is tuple:
            return reduce(and_, map(self.failing, key), self.care)
        if isinstance(key, int | float):
            return self._least.below(-key) | self._most.below(key)
        return self.care

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        yield from ((Between(-bound, None), mask) for bound, mask in self._least.masks.items())
        yield from ((Between(None, bound), mask) for bound, mask in self._most.masks.items())

    def sweep(self, alive: int) -> None:
        self.care &= alive
        self._least.sweep(alive)
        self._most.sweep(alive)


class ContainsMasks:
    """Who looks for a text, by three characters of it, or all of a shorter one: of a longer value
    only those texts are tried of which it has the characters."""

    def __init__(self) -> None:
        self.care = 0
        self._texts: Masks = {}
        self._gram_of: dict[str, str] = {}
        self._by_gram: dict[str, set[str]] = {}

    def add(self, condition: Contains, mask: int) -> None:
        self.care |= mask
        text = condition.text
        if text not in self._texts:
            gram = self._gram_of[text] = self._rarest(text)
            self._by_gram.setdefault(gram, set()).add(text)
        join(self._texts, text, mask)

    def _rarest(self, text: str) -> str:
        """Of its grams, the one with the fewest texts."""
        return min(grams(text, min(len(text), LONGEST_GRAM)), key=self._crowd)

    def _crowd(self, gram: str) -> int:
        return len(self._by_gram.get(gram, ()))

    def failing(self, key: Key) -> int:
        if not isinstance(key, str):
            return self.care
        found, texts = 0, self._texts
        for text in self._likely(key):
            if text in key:
                found |= texts[text]
        return self.care & ~found

    def _likely(self, key: str) -> Iterator[str]:
        if len(self._texts) <= len(key):
            yield from self._texts
            return
        for length in range(LONGEST_GRAM + 1):
            for gram in self._by_gram.keys() & grams(key, length):
                yield from self._by_gram[gram]

    def conditions(self) -> Iterator[tuple[Condition, int]]:
        return ((Contains(text), mask) for text, mask in self._texts.items())

    def sweep(self, alive: int) -> None:
        self.care &= alive
        for text in [text for text, mask in self._texts.items() if not mask & alive]:
            gram = self._gram_of.pop(text)
            self._by_gram[gram].discard(text)
            if not self._by_gram[gram]:
                del self._by_gram[gram]
        self._texts = kept(self._texts, alive)


def grams(text: str, length: int) -> set[str]:
    """All parts of the text of this length; of length 0, the empty one."""
    return {text[at : at + length] for at in range(len(text) - length + 1)}


KINDS: dict[type, Callable[[], ConditionMasks]] = {
    OneOf: OneOfMasks,
    NoneOf: NoneOfMasks,
    NotThere: NotThereMasks,
    Between: BetweenMasks,
    Contains: ContainsMasks,
}
