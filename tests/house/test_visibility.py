"""Every verb that is told which session it is about looks first whether the caller may know of it.

Read from the source: of each verb the calls in their order, those of the functions that it calls
among them. What hides a session from somebody whom its leader has banned is a look; anything that
refuses or writes before the first look tells them that it is there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.repository import ROOT

ACTIONS = ROOT / "lobby" / "actions"
LOOKS = {
    "changes.visibility.find",
    "changes.visibility.require_visible",
    "changes.visibility.require_not_hidden",
    "changes.views.sees_all",
    "sessions.admission.admit",
    "sessions.admission.ruling",
}
"""`sees_all` is of insiders alone; the first question of an admission is the same as `find`'s."""
READS = {"lobby.sessions.get", "lobby.sessions.claimed"}
"""Reads of a session, which tell nobody anything yet."""
WRITES = {
    "changes.change.alter",
    "changes.change.end",
    "lobby.sessions.change",
    "lobby.inbox.put",
    "lobby.store.append",
    "lobby.timers.set",
}
INSIDE = {"sits"}
"""Questions whose yes means that the player is inside, from whom nothing is hidden."""
ROOMS = ("sessions", "instances", "matchmaking", "notifications", "topics")
NOT_ASKED = {
    "instances.allocations.poll": "a game host's own servers; it is told its sessions, names none",
    "instances.allocations.register": "as `poll`",
    "instances.instances.allocated": "for game servers, who name an allocation of theirs",
    "sessions.lifecycle.launch": "makes a session of the caller's",
    "sessions.lifecycle.shown_again": "an answer that was given, to the same caller; leaders only",
    "sessions.members.complete_join": "the second half of a join; members only",
}
"""Verbs that need no look, and why."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Module:
    """Functions of a file under `lobby/actions`, and what its names mean."""

    def __init__(self, name: str) -> None:
        self.name = name
        tree = ast.parse((ACTIONS / (name.replace(".", "/") + ".py")).read_text())
        self.functions = {one.name: one for one in tree.body if isinstance(one, Function)}
        self.names = {function: f"{name}.{function}" for function in self.functions}
        for one in ast.walk(tree):
            if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("lobby.actions"):
                room = str(one.module).removeprefix("lobby.actions").removeprefix(".")
                for alias in one.names:
                    self.names[alias.asname or alias.name] = f"{room}.{alias.name}".lstrip(".")

    def called(self, call: ast.Call) -> str:
        """Its name, from `lobby/actions` on: `room.module.function`."""
        first, *rest = ast.unparse(call.func).split(".")
        return ".".join([self.names.get(first, first), *rest])


@cache
def module(name: str) -> Module:
    return Module(name)


def modules() -> Iterator[Module]:
    for path in sorted(ACTIONS.rglob("*.py")):
        if path.name != "__init__.py":
            yield module(".".join(path.relative_to(ACTIONS).with_suffix("").parts))


@cache
def calls(name: str) -> tuple[str, ...]:
    """What a function calls that counts, in order; empty for one that is none of ours."""
    where, _, function = name.rpartition(".")
    path = ACTIONS / (where.replace(".", "/") + ".py")
    if name in LOOKS | WRITES or not where or not path.is_file():
        return ()
    found = module(where).functions.get(function)
    return () if found is None else tuple(_calls(module(where), found.body, {}))


def _calls(here: Module, body: list[ast.stmt], inner: dict[str, Function]) -> Iterator[str]:
    """`inner`: functions within the function, which count where they are named."""
    inner = inner | {one.name: one for one in body if isinstance(one, Function)}
    for one in body:
        if not isinstance(one, Function):
            yield from _in(here, one, inner)


def _in(here: Module, node: ast.AST, inner: dict[str, Function]) -> Iterator[str]:
    """Arguments come before the call, and a condition before what hangs on it."""
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, ast.If) and _asks_whether_inside(node.test):
        yield from _calls(here, node.orelse, inner)
        return
    if isinstance(node, ast.Name) and node.id in inner:
        others = {name: one for name, one in inner.items() if name != node.id}
        yield from _calls(here, inner[node.id].body, others)
    for child in ast.iter_child_nodes(node):
        yield from _in(here, child, inner)
    if isinstance(node, ast.Call):
        called = here.called(node)
        yield called
        yield from calls(called)


def _asks_whether_inside(test: ast.expr) -> bool:
    """The last of what must hold: `rejoin and session.seats.sits(player)`."""
    last = test.values[-1] if isinstance(test, ast.BoolOp) else test
    asked = isinstance(last, ast.Call) and isinstance(last.func, ast.Attribute) and last.func.attr
    return asked in INSIDE


def tells(name: str) -> bool:
    """Whether the call refuses by what is in the session, or leaves something behind."""
    subject, _, verb = name.rpartition(".")
    return name in WRITES or (subject in {"session", "found"} and verb.startswith("require"))


def verbs() -> dict[str, tuple[str, ...]]:
    """Functions for a caller with a permit that are told the id of a session, or read one by
    another name of it; their calls."""
    return {
        name: found
        for here in modules()
        if here.name.partition(".")[0] in ROOMS
        for function, node in here.functions.items()
        if "permit" in {one.arg for one in node.args.args}
        if here.name == "topics" or not function.startswith("_")
        if (found := calls(name := f"{here.name}.{function}")) and _names_a_session(node, found)
    }


def _names_a_session(node: Function, found: tuple[str, ...]) -> bool:
    given = {one.arg: ast.unparse(one.annotation or node) for one in node.args.kwonlyargs}
    by_id = any("int" in given.get(word, "") for word in ("id", "ids", "session", "seat"))
    return by_id or not READS.isdisjoint(found)


VERBS = verbs()


def test_verbs_of_every_room_are_looked_at() -> None:
    assert len(VERBS) > 50
    assert {name.partition(".")[0] for name in VERBS} == set(ROOMS)


@pytest.mark.parametrize("name", sorted(VERBS.keys() - NOT_ASKED.keys()))
def test_a_verb_looks_whether_the_caller_may_know_of_the_session_before_it_does_anything(
    name: str,
) -> None:
    before = [call for call in VERBS[name] if call in LOOKS or tells(call)]
    assert before, "it never looks: begin with visibility.find"
    assert before[0] in LOOKS, f"it begins with {before[0]}: begin with visibility.find"


def test_every_exception_is_one() -> None:
    for name in NOT_ASKED:
        first = next((call for call in VERBS[name] if call in LOOKS or tells(call)), None)
        assert first not in LOOKS, f"{name} looks by now"


def test_no_door_reads_a_session_itself() -> None:
    """It would have to look, too."""
    reads = [
        f"{path.relative_to(ROOT)}: {ast.unparse(node)}"
        for room in ("api", "channel")
        for path in (ROOT / "lobby" / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("lobby.sessions")
    ]
    assert reads == []
