"""Places in a catalogue: how one is written, which values are there, and on which line it begins.

Knows TOML's shape and no word of a catalogue.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

Place = tuple[str | int, ...]


def written(place: Place) -> str:
    """`templates[1].session_type`"""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")


def found(tree: Any, pattern: str) -> Iterator[tuple[Place, Any]]:
    """Every value at `queues[].template_group`, `roles{}.id` or `auth.clients`, with its place.

    What has another shape is passed over: that is said elsewhere.
    """
    steps = pattern.replace("[]", ".[]").replace("{}", ".{}").split(".")
    yield from _found(tree, [step for step in steps if step], ())


def _found(tree: Any, steps: list[str], place: Place) -> Iterator[tuple[Place, Any]]:
    if not steps:
        yield place, tree
        return
    inner: list[tuple[str | int, Any]] = []
    match steps[0], tree:
        case "[]", list():
            inner = list(enumerate(tree))
        case "{}", dict():
            inner = list(tree.items())
        case step, dict() if step in tree:
            inner = [(step, tree[step])]
    for key, value in inner:
        yield from _found(value, steps[1:], (*place, key))


class Lines:
    """Where in a text that is TOML the values begin."""

    def __init__(self, text: str) -> None:
        self._begin: dict[Place, int] = {}
        self._last: dict[Place, int] = {}
        table: Place = ()
        for line, statement in statements(text):
            says = tomllib.loads(statement)
            header = statement.lstrip()
            if header.startswith("["):
                table = self._enter(says, header.startswith("[["))
                self._begin.setdefault(table, line)
                if isinstance(table[-1], int):
                    self._begin.setdefault(table[:-1], line)
            else:
                self._note(says, table, line)

    def of(self, place: Place) -> int | None:
        """The line of the value or, where it is missing, of what it should be in."""
        while place and place not in self._begin:
            place = place[:-1]
        return self._begin.get(place)

    def _enter(self, says: Any, one_more: bool) -> Place:
        """The place of a header: `[[a.b]]` is one more of the last `a`."""
        keys: list[str] = []
        while says and isinstance(says, dict):
            key = next(iter(says))
            keys, says = [*keys, key], says[key]
        table: Place = ()
        for key in keys[:-1]:
            table = self._within((*table, key))
        table = (*table, keys[-1])
        if one_more:
            self._last[table] = self._last.get(table, -1) + 1
        return self._within(table)

    def _within(self, table: Place) -> Place:
        return (*table, self._last[table]) if table in self._last else table

    def _note(self, says: Any, place: Place, line: int) -> None:
        inner: Any = ()
        if isinstance(says, dict):
            inner = says.items()
        elif isinstance(says, list):
            inner = enumerate(says)
        for key, value in inner:
            self._begin.setdefault((*place, key), line)
            self._note(value, (*place, key), line)


def statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and assignments, with the line on which each begins. As no beginning of a statement
    is one itself, lines are taken until they are."""
    taken, begin = "", 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not taken:
            begin = number
        taken += line + "\n"
        try:
            says = tomllib.loads(taken)
        except tomllib.TOMLDecodeError:
            continue
        if says:
            yield begin, taken
        taken = ""
