"""Locations in a TOML document: as text, the values at a path pattern, the line of each.

Knows TOML and nothing of catalogues.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

Location = tuple[str | int, ...]


def format_location(place: Location) -> str:
    """`templates[1].session_type`"""
    return "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in place).lstrip(".")


def find(tree: Any, pattern: str) -> Iterator[tuple[Location, Any]]:
    """Every value at `queues[].template_group`, `roles{}.id` or `auth.clients`, with its location.

    Values of another shape are skipped: validation reports them.
    """
    steps = pattern.replace("[]", ".[]").replace("{}", ".{}").split(".")
    yield from _find(tree, [step for step in steps if step], ())


def _find(tree: Any, steps: list[str], place: Location) -> Iterator[tuple[Location, Any]]:
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
        yield from _find(value, steps[1:], (*place, key))


class Lines:
    """Line numbers of the values in a TOML text."""

    def __init__(self, text: str) -> None:
        self._begin: dict[Location, int] = {}
        self._last: dict[Location, int] = {}
        table: Location = ()
        for line, statement in split_statements(text):
            says = tomllib.loads(statement)
            header = statement.lstrip()
            if header.startswith("["):
                table = self._enter(says, header.startswith("[["))
                self._begin.setdefault(table, line)
                if isinstance(table[-1], int):
                    self._begin.setdefault(table[:-1], line)
            else:
                self._note(says, table, line)

    def of(self, place: Location) -> int | None:
        """The line of the value or, where it is missing, of the table that should contain it."""
        while place and place not in self._begin:
            place = place[:-1]
        return self._begin.get(place)

    def _enter(self, says: Any, one_more: bool) -> Location:
        """The location of a header: `[[a.b]]` adds an element to `b` of the last `a`."""
        keys: list[str] = []
        while says and isinstance(says, dict):
            key = next(iter(says))
            keys, says = [*keys, key], says[key]
        table: Location = ()
        for key in keys[:-1]:
            table = self._within((*table, key))
        table = (*table, keys[-1])
        if one_more:
            self._last[table] = self._last.get(table, -1) + 1
        return self._within(table)

    def _within(self, table: Location) -> Location:
        return (*table, self._last[table]) if table in self._last else table

    def _note(self, says: Any, place: Location, line: int) -> None:
        inner: Any = ()
        if isinstance(says, dict):
            inner = says.items()
        elif isinstance(says, list):
            inner = enumerate(says)
        for key, value in inner:
            self._begin.setdefault((*place, key), line)
            self._note(value, (*place, key), line)


def split_statements(text: str) -> Iterator[tuple[int, str]]:
    """Headers and assignments, with the line on which each begins. A proper prefix of a statement
    is never valid TOML, so lines are joined until they parse."""
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
