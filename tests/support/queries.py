"""Live queries by hand: what the specification says, worked out from the JSON as a client sends it,
and a world of rows, windows and clients that are held to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Mapping
from itertools import count
from typing import Any, TypeVar

from pydantic_core import from_json

from lobby.live_queries import (
    NO_FACTS,
    SESSIONS,
    Facts,
    ListSchema,
    Query,
    QueryEngine,
    QueryWindow,
    Viewer,
    query_of,
)
from protocol.framing import payload
from protocol.queries import read_query
from tests.support.channel_client import merged

T = TypeVar("T")
State = dict[str, Any]
Row = tuple[State, Facts]


def asked(topic: Any = "sessions", **terms: Any) -> Query:
    """The question with this `filter`, `sort` and `limit`."""
    return query_of(read_query(topic, **terms))


def same(a: Any, b: Any) -> bool:
    """`True` is not 1; 1.0 is."""
    return isinstance(a, bool) == isinstance(b, bool) and bool(a == b)


def holds(wanted: Any, value: Any) -> bool:
    """One condition of a filter, for a value or None."""
    if isinstance(wanted, dict) and "not" in wanted:
        return not holds(wanted["not"], value)
    if wanted is None:
        return value is None
    members = value[:16] if isinstance(value, list) else [value]
    return any(_holds_for(wanted, one) for one in members)


def _holds_for(wanted: Any, one: Any) -> bool:
    if isinstance(wanted, dict):
        number = isinstance(one, int | float) and not isinstance(one, bool)
        return number and wanted.get("min", one) <= one and one <= wanted.get("max", one)
    wanted = wanted if isinstance(wanted, list) else [wanted]
    return any(same(each, one) for each in wanted)


def answers(filter: Mapping[str, Any], row: Row, viewer: Viewer) -> bool:
    """Whether the session, or the person, is an answer."""
    state, facts = row
    banned = state.get("host") in viewer.banned_by and facts.bans_count
    if banned and viewer.uuid not in facts.insiders:
        return False
    return all(_term(name, wanted, row, viewer) for name, wanted in filter.items())


def _term(name: str, wanted: Any, row: Row, viewer: Viewer) -> bool:
    state, _ = row
    seats = state.get("seats", {})
    match name:
        case "attributes" | "browser":
            values = state.get(name, {})
            return all(holds(one, values.get(key)) for key, one in wanted.items())
        case "name":
            texts = [state.get(n) for n in ("name", "host_name", "nickname")]
            return any(wanted.casefold() in text.casefold() for text in texts if text)
        case "played":
            return wanted is ("instance" in state)
        case "seats":
            return holds(wanted, len(seats))
        case "host" | "with":
            sitting = [s["player"] for s in seats.values() if s["status"] == "taken"]
            there = {state.get("host")} if name == "host" else {*sitting}
            who = viewer.friends if wanted == "friends" else {*_listed(wanted)}
            return bool(there & who)
        case "welcome":
            return welcome(row, viewer)
        case _:
            return holds(wanted, state.get(name))


def _listed(wanted: str | list[str]) -> list[str]:
    return [wanted] if isinstance(wanted, str) else wanted


def welcome(row: Row, viewer: Viewer) -> bool:
    """In the words of the specification, question by question."""
    (state, facts), guest = row, viewer.uuid
    host, seats = state.get("host"), state["seats"].values()
    if host in viewer.banned_by and facts.bans_count:
        return False
    if guest in facts.excluded or any(seat.get("player") == guest for seat in seats):
        return False
    if guest in facts.kept:
        return True
    if state["free"] == 0 or state["entry"] in ("invited", "closed"):
        return False
    if not viewer.named and not state["nonames"]:
        return False
    if state["entry"] == "open" or host is None:
        return True
    return host in viewer.named_by and (viewer.named or not facts.host_decides)


def in_order(rows: Iterable[State], sort: str, *, age: str, id: str) -> list[State]:
    """Numbers, then text, then the rest; `-` turns all but the rest round."""
    path, backwards = sort.removeprefix("-").split(".", 1), sort.startswith("-")

    def value(state: State) -> Any:
        found = state.get(path[0])
        return found if len(path) == 1 else (found or {}).get(path[1])

    def of(*kinds: type) -> list[State]:
        return [state for state in aged if type(value(state)) in kinds]

    aged = sorted(rows, key=lambda state: (state[age], state[id]))
    numbers = sorted(of(int, float), key=value, reverse=backwards)
    texts = sorted(of(str), key=lambda state: value(state).casefold(), reverse=backwards)
    rest = [state for state in aged if type(value(state)) not in (int, float, str)]
    return (texts + numbers if backwards else numbers + texts) + rest


class QueryClient:
    """Folds the frames of one window, and refuses one that does not follow."""

    def __init__(self, window: QueryWindow) -> None:
        self.window = window
        state = from_json(payload(window.state()))
        self.version, self.state = state["version"], state["state"]
        self.framed: list[float] = []

    def fold(self, frame: bytes, now: float) -> None:
        patch = from_json(payload(frame))
        assert (patch["topic"], patch["since"]) == (self.window.topic, self.version)
        assert patch["patch"], "nothing is not told"
        assert not self.framed or now >= self.framed[-1] + 0.25 - 1e-9, "the pace is kept"
        self.framed.append(now)
        self.version, self.state = patch["version"], merged(patch["patch"], self.state)


class QueryWorld:
    """An engine, the rows that it was told of, and a client for each of its windows."""

    def __init__(self, schema: ListSchema = SESSIONS) -> None:
        epochs = count(1)
        self.schema = schema
        self.engine = QueryEngine(schema, epoch=lambda: f"e-{next(epochs)}")
        self.rows: dict[str, Row] = {}
        self.clients: dict[QueryWindow, QueryClient] = {}
        self.filters: dict[QueryWindow, Mapping[str, Any]] = {}
        self.now = 0.0

    def put(self, id: str, state: State, facts: Facts = NO_FACTS) -> None:
        self.rows[id] = (state, facts)
        self.engine.put(id, state, facts)

    def remove(self, id: str) -> None:
        self.rows.pop(id, None)
        self.engine.remove(id)

    def ask(
        self,
        questions: Iterable[tuple[Mapping[str, Any], Viewer]],
        *,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> list[QueryWindow]:
        """Learn windows for these: `{filter, sort, limit}`. `meanwhile` runs after each slice."""
        terms = [*questions]
        topic = self.schema.name
        batch = [(asked(topic, **one), viewer) for one, viewer in terms]
        windows = run_through(self.engine.learn(batch), meanwhile)
        for window, (one, _) in zip(windows, terms, strict=True):
            self.filters[window] = one.get("filter", {})
            if window not in self.clients:
                self.clients[window] = QueryClient(window)
        return windows

    def forget(self, window: QueryWindow) -> None:
        self.engine.forget(window)
        del self.clients[window], self.filters[window]

    def flush(self, seconds: float, *, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Let time pass, and everybody fold what comes. `meanwhile` runs wherever it may."""
        self.now += seconds
        for sent in self.engine.flush(self.now):
            if sent is None:
                meanwhile()
            elif client := self.clients.get(sent[0]):  # else it is being learnt
                client.fold(sent[1], self.now)

    def expected(self, window: QueryWindow) -> State:
        """A fresh evaluation of the window's question."""
        filter, query = self.filters[window], window.query
        found = {id: row[0] for id, row in self.rows.items() if answers(filter, row, window.viewer)}
        age = "created" if self.schema is SESSIONS else "since"
        ordered = in_order(
            [state | {"_id": id} for id, state in found.items()], query.sort, age=age, id="_id"
        )
        ids = [state["_id"] for state in ordered[: query.limit]]
        return {"total": len(found), self.schema.name: {id: found[id] for id in ids}}

    def check(self) -> None:
        """Everybody has what a fresh evaluation says; and whoever comes now, what they have."""
        self.check_sent()
        self.flush(1.0)
        self.flush(1.0)
        assert self.engine.next_flush() is None
        for window, client in self.clients.items():
            assert plain(client.state) == plain(self.expected(window))
        self.check_sent()

    def check_sent(self) -> None:
        for window, client in self.clients.items():
            state = from_json(payload(window.state()))
            assert state["version"] == client.version
            assert plain(state["state"]) == plain(client.state)


def plain(state: State) -> str:
    """As text: in Python, `True` equals 1."""
    return json.dumps(state, sort_keys=True)


def run_through(
    steps: Generator[None, None, T], meanwhile: Callable[[], object] = lambda: None
) -> T:
    """What the generator comes to; `meanwhile` is called between its steps."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: T = done.value
            return result
        meanwhile()
