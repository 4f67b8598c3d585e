"""Judges of a recorded history: each is a pure function that names what broke its rule.

A checker that finds nothing may have seen nothing: `test_checkers.py` feeds each a bad history.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator

from tests.chaos.departures_checker import departures
from tests.chaos.history import Event, Events, Folds, Frame, noticed_seconds
from tests.chaos.queue_checker import missed, queue
from tests.chaos.seats_checker import seats


def stream(events: Events) -> list[str]:
    """Versions and cursors are contiguous; what is skipped is said, and nothing comes twice."""
    wrong: list[str] = []
    cursors: dict[tuple[str, str], int] = {}
    trimmed: set[tuple[str, str]] = set()
    known: dict[tuple[str, str], tuple[str, int]] = {}
    for event in events:
        if event.kind != "receive":
            continue
        key, frame = (event.who, event.what), event.value
        match frame["type"]:
            case "trimmed":
                trimmed.add(key)
            case "ended":
                known.pop(key, None)
            case "entry":
                wrong += _entry(key, frame, cursors.get(key), key in trimmed)
                trimmed.discard(key)
                cursors[key] = max(frame["cursor"], cursors.get(key, 0))
            case "state" | "patch" | "unchanged":
                wrong += _document(key, frame, known)
    return wrong


def _entry(key: tuple[str, str], frame: Frame, last: int | None, trimmed: bool) -> Iterator[str]:
    if last is None:
        return
    if frame["cursor"] <= last:
        yield f"twice by cursor: {key} {frame['cursor']} after {last}"
    elif frame["cursor"] != last + 1 and not trimmed:
        yield f"a silent gap: {key} {frame['cursor']} after {last}"


def _document(
    key: tuple[str, str], frame: Frame, known: dict[tuple[str, str], tuple[str, int]]
) -> Iterator[str]:
    """A patch that starts elsewhere than at what is known makes the gap visible: no fault."""
    have = known.get(key)
    match frame["type"]:
        case "state":
            known[key] = frame["epoch"], frame["version"]
        case "unchanged":
            if have != (frame["epoch"], frame["version"]):
                yield f"unchanged from what was never known: {key} {frame}"
        case "patch":
            if frame["version"] <= frame["since"]:
                yield f"a patch that leads backwards: {key} {frame['since']} {frame['version']}"
            elif have and frame["since"] == have[1]:
                known[key] = have[0], frame["version"]


def set_full(events: Events) -> list[str]:
    """What was acknowledged is read back at the end, and nothing that was refused."""
    adds = {
        event.id: added for event in events if event.kind == "invoke" and (added := _added(event))
    }
    outcomes = {event.id: event.kind for event in events if event.kind in ("ok", "fail", "info")}
    reads = {event.what: set(event.value) for event in events if event.kind == "read"}
    may_be_there = {added for id, added in adds.items() if outcomes.get(id) != "fail"}
    read_back = {id: added for id, added in adds.items() if added[0] in reads}
    wrong = []
    for id, (name, element) in read_back.items():
        there = element in reads[name]
        if outcomes.get(id) == "ok" and not there:
            wrong.append(f"acknowledged and lost: {element} in {name}")
        if there and (name, element) not in may_be_there:
            wrong.append(f"refused and there: {element} in {name}")
    return wrong


def _added(event: Event) -> tuple[str, str] | None:
    if event.what == "session.say":
        return f"chat:{event.value['session']}", event.value["text"]
    if event.what == "host.befriend":
        return f"friends:{event.who}", event.value["friend"]
    return None


def exactly_once(events: Events) -> list[str]:
    """A line of chat and a launched session are named after the id of their command."""
    effects: dict[str, set[tuple[str, object]]] = defaultdict(set)
    ids = {event.id for event in events if event.kind == "invoke"}
    folds = Folds()
    for event in events:
        if event.kind != "receive":
            continue
        if event.value["type"] == "entry" and event.what.startswith("chat:"):
            effects[event.value["entry"]["text"]].add((event.what, event.value["cursor"]))
        for session in _sessions(event, folds):
            effects[session.get("name", "")].add(("session", session["id"]))
    return [
        f"done {len(found)} times: {id} {sorted(map(str, found))}"
        for id, found in effects.items()
        if id in ids and len(found) > 1
    ]


def _sessions(event: Event, folds: Folds) -> list[Frame]:
    """Every session that the event shows in a new version."""
    if not (fold := folds.take(event)) or not fold.state:
        return []
    if event.what == "sessions":
        return list(fold.state.values())
    return [fold.state] if event.what.startswith("session:") else []


def capacity(events: Events, *, seats: int) -> list[str]:
    """At every version of a session that anybody saw: no more people than seats, nobody twice."""
    wrong = []
    folds = Folds()
    for event in events:
        for session in _sessions(event, folds):
            held = session["seats"].values()
            people = Counter(seat["player"] for seat in held if seat.get("player"))
            at = f"{session['id']} version {session['version']}"
            if sum(seat["status"] != "free" for seat in held) > seats or people.total() > seats:
                wrong.append(f"over capacity: {at}")
            if twice := [player for player, times in people.items() if times > 1]:
                wrong.append(f"seated twice: {twice} in {at}")
    return wrong


def ownership(events: Events) -> list[str]:
    """One host for a version of a session. A list may show a host's last session beside the new
    one until its process has heard of the end, and not for longer than a silent link is noticed."""
    wrong = []
    hosts: dict[tuple[str, int], str] = {}
    doubled: dict[str, dict[str, float]] = defaultdict(dict)
    noticed = noticed_seconds(events)
    folds = Folds()
    for event in events:
        sessions = _sessions(event, folds)
        for session in sessions:
            fence = session["id"], session["version"]
            if hosts.setdefault(fence, session.get("host", "")) != session.get("host", ""):
                wrong.append(f"two hosts of {fence}")
        if event.what == "sessions" and (fold := folds.of.get((event.who, event.what))):
            listed = (fold.state or {}).values()
            leading = Counter(session["host"] for session in listed if session.get("host"))
            before = doubled[event.who]
            doubled[event.who] = {
                host: before.get(host, event.at) for host, count in leading.items() if count > 1
            }
        wrong += [
            f"{host} hosts several sessions since {since:.1f}"
            for host, since in doubled[event.who].items()
            if event.at - since > noticed
        ]
    return wrong


def fold(events: Events) -> list[str]:
    """What a client made of its frames is what a fresh connection of the same account is told; and
    the answers to its questions are what follows from that. The newest comparison counts: a topic
    that is not watched any more is not a part of it."""
    wrong: dict[str, list[str]] = defaultdict(list)
    folds = Folds()
    for event in events:
        folds.take(event)
        if event.kind == "compared":
            wrong[event.who].clear()
        if event.kind in TRUE:
            key = event.who, event.what
            held = folds.of[key].state if key in folds.of else None
            if held != event.value:
                both = _both(held, event.value)
                wrong[event.who].append(f"not what {TRUE[event.kind]}: {key} {both}")
    return [one for found in wrong.values() for one in found]


TRUE = {"snapshot": "a fresh connection sees", "expected": "follows from what it sees"}
"""Kinds of events that say what a topic holds."""


def _both(held: Frame | None, seen: Frame | None) -> str:
    """Where they differ, and not the rest."""
    if held is None or seen is None:
        return f"held {held}, there {seen}"
    keys = sorted(key for key in held.keys() | seen.keys() if held.get(key) != seen.get(key))
    return "; ".join(f"{key}: held {held.get(key)}, there {seen.get(key)}" for key in keys)


def outages(events: Events) -> list[float]:
    """Seconds from a loss until the same client was welcomed again, the longest last."""
    lost: dict[str, float] = {}
    found = []
    for event in events:
        if event.kind == "lost":
            lost.setdefault(event.who, event.at)
        elif event.kind == "back" and event.who in lost:
            found.append(event.at - lost.pop(event.who))
    return sorted(found)


CHECKERS: dict[str, Callable[[Events], list[str]]] = {
    "stream": stream,
    "set-full": set_full,
    "exactly once": exactly_once,
    "ownership": ownership,
    "state = fold": fold,
    "queue": queue,
    "matches missed": missed,
    "departures": departures,
    "seats": seats,
}
"""Those that need nothing but the history; `capacity` and `presence` need figures too."""
