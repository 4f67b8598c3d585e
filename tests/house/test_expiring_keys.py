"""One module builds the keys of what fades; each kind of timer has a handler and a re-arming."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from lobby import expiring_keys
from lobby.actions.timers.dispatch import TIMERS
from lobby.expiring_keys import TimerKind
from tests.support.repository import ROOT, sources

PORTS = {
    "locks": {"acquire", "release"},
    "notes": {"put", "get"},
    "timers": {"set"},
}
"""The calls that take a key, by the name of what they are called on."""
MODULE = expiring_keys.__name__.rpartition(".")[2]
BUILDERS: dict[str, Callable[..., str]] = {
    name: builder
    for name, builder in inspect.getmembers(expiring_keys, inspect.isfunction)
    if builder.__module__ == expiring_keys.__name__
}


MODULES = [path for path in sources() if path.is_relative_to(ROOT / "lobby")]
HANDED_ON = ["lobby/workers/leader.py"]
"""Where `Lock` hands on the key that it was made with: whoever makes one is looked at."""


def built(name: str) -> str:
    """The key that it builds of as many words as it takes."""
    builder = BUILDERS[name]
    return builder(*(f"word{n}" for n in range(len(inspect.signature(builder).parameters))))


def keyed(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls of a port that take a key: `lobby.notes.put(…)`, `self._locks.acquire(…)`."""
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            on = ast.unparse(call.func.value).rpartition(".")[2].lstrip("_")
            if call.func.attr in PORTS.get(on, ()):
                yield call


def key(call: ast.Call) -> ast.expr:
    """Of a call of a port the first argument, of `Lock(lobby, key, …)` the second."""
    return call.args[0] if isinstance(call.func, ast.Attribute) else call.args[1]


def locks(tree: ast.AST) -> list[ast.Call]:
    return [
        call
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "Lock"
    ]


def names_a_builder(value: ast.expr) -> bool:
    if isinstance(value, ast.ListComp):  # of many at once
        return names_a_builder(value.elt)
    return (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Attribute)
        and ast.unparse(value.func.value) == MODULE
        and value.func.attr in BUILDERS
    )


def pairs(assigned: ast.Assign) -> Iterator[tuple[str, ast.expr]]:
    """Names with what they are given, also in `one, other = …`."""
    for target in assigned.targets:
        if isinstance(target, ast.Tuple) and isinstance(assigned.value, ast.Tuple):
            both = zip(target.elts, assigned.value.elts, strict=False)
            yield from ((ast.unparse(name), value) for name, value in both)
        else:
            yield ast.unparse(target), assigned.value


def homemade(source: str) -> list[int]:
    """The lines on which a port is given a key that is not one of the module's."""
    tree = ast.parse(source)
    assigned = [
        pair for node in ast.walk(tree) if isinstance(node, ast.Assign) for pair in pairs(node)
    ]
    known = {name for name, value in assigned if names_a_builder(value)}
    other = {name for name, value in assigned if not names_a_builder(value)}
    return [
        call.lineno
        for call in [*keyed(tree), *locks(tree)]
        if not names_a_builder(key(call)) and ast.unparse(key(call)) not in known - other
    ]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("lobby.timers.set(expiring_keys.session_ttl(id), 1)", []),
        ("key = expiring_keys.session_ttl(id)\nlobby.timers.set(key, 1)", []),
        ("a, key = b, expiring_keys.leader(id)\nself._locks.release(key, a)", []),
        ("keys = [expiring_keys.leader(id) for id in ids]\nnotes.get_many(keys)", []),
        ('lobby.timers.set(f"session:{id}", 1)', [1]),
        ('key = f"session:{id}"\nself._notes.get(key)', [2]),
        ("notes.put(expiring_keys.unknown(id), text, 1)", [1]),
        ("lobby.locks.acquire(key, holder, 1)", [1]),
        ("lobby.catalogue.get(key)", []),
        ("Lock(lobby, expiring_keys.leader(id), term=1)", []),
        ('Lock(lobby, "leader", term=1)', [1]),
    ],
)
def test_a_homemade_key_is_seen(source: str, lines: list[int]) -> None:
    assert homemade(source) == lines


def test_no_other_module_builds_a_key() -> None:
    found = {str(path.relative_to(ROOT)): homemade(path.read_text()) for path in MODULES}
    assert [path for path, lines in found.items() if lines] == HANDED_ON
    calls = [call for path in MODULES for call in keyed(ast.parse(path.read_text()))]
    assert len(calls) > 40


def test_every_key_is_of_use() -> None:
    texts = [path.read_text() for path in MODULES]
    unused = [n for n in BUILDERS if not any(f"{MODULE}.{n}(" in text for text in texts)]
    assert unused == []


def test_no_two_kinds_of_keys_begin_alike() -> None:
    kinds = Counter(built(name).partition(":")[0] for name in BUILDERS)
    assert set(kinds.values()) == {1}


def test_a_key_begins_with_the_name_of_its_builder() -> None:
    assert [n for n in BUILDERS if built(n).partition(":")[0] != n] == []


def test_every_kind_of_timer_has_a_key_a_handler_and_one_way_to_be_set_again() -> None:
    assert set(TimerKind) <= BUILDERS.keys()
    assert TIMERS.keys() == set(TimerKind)
    unclear = [
        kind for kind, row in TIMERS.items() if (row.rearm is None) == (row.rearm_session is None)
    ]
    assert unclear == []


def test_every_key_of_a_timer_is_of_a_kind() -> None:
    calls = [call for path in MODULES for call in keyed(ast.parse(path.read_text()))]
    direct = {
        call.args[0].func.attr
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "set"
        and isinstance(call.args[0], ast.Call)
        and isinstance(call.args[0].func, ast.Attribute)
    }
    assert direct == set(TimerKind)
