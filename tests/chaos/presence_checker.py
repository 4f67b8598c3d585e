"""Judges what was shown of presence by what the clients knew of themselves.

Nobody who is connected may be shown gone (false offline), and whoever went may be shown only for a
bounded time (false online). While Redis is away presence stands still: bounds count without it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import pairwise

from tests.chaos.history import Event, Folds

FOR_EVER = float("inf")


@dataclass(frozen=True)
class Span:
    """From one moment to another, in seconds."""

    start: float
    end: float

    def holds(self, at: float) -> bool:
        return self.start <= at < self.end


def presence(events: list[Event], *, gone_within: float, settled_after: float) -> list[str]:
    """`settled_after`: how long after a connection, or after a fault of Redis, what is shown of an
    account, and what its client is shown, may still be as it was before."""
    disturbed = _spans(events, "disturbed", "calm")[""]
    settled = {
        who: _settled(spans, disturbed, settled_after)
        for who, spans in _spans(events, "served", "away").items()
    }
    away = _spans(_without_tries(events), "away", "served")
    rosters = _rosters(events)
    hidden = _hidden(events, settled_after)
    return _false_offline(rosters, settled, hidden) + _false_online(
        rosters, away, settled, disturbed, gone_within
    )


Rosters = dict[str, list[tuple[float, frozenset[str]]]]
Spans = dict[str, list[Span]]


def _spans(events: list[Event], start: str, end: str) -> Spans:
    """By account; what has not ended lasts until the history's end."""
    begun: dict[str, float] = {}
    found: Spans = defaultdict(list)
    for event in events:
        if event.kind == start:
            begun.setdefault(event.who, event.at)
        elif event.kind == end and event.who in begun:
            found[event.who].append(Span(begun.pop(event.who), event.at))
    last = events[-1].at if events else 0.0
    for who, at in begun.items():
        found[who].append(Span(at, last))
    return found


def _without_tries(events: list[Event]) -> list[Event]:
    """Whoever came and was not answered went when they gave up: until then a process that is slow
    to answer may have shown them."""
    found: list[Event] = []
    for event in events:
        if event.kind == "tried":
            found += [replace(event, kind=kind) for kind in ("served", "away")]
        else:
            found.append(event)
    return found


def _settled(spans: list[Span], disturbed: list[Span], after: float) -> list[Span]:
    return [Span(_begin(span.start, disturbed, after), span.end) for span in spans]


def _begin(start: float, disturbed: list[Span], after: float) -> float:
    """The first moment that ends so many quiet seconds since the start."""
    for fault in disturbed:
        if fault.start < start + after and fault.end > start:
            start = fault.end
    return start + after


def _rosters(events: list[Event]) -> Rosters:
    """By observer: who was shown, after each change of it."""
    folds = Folds()
    found: Rosters = defaultdict(list)
    for event in events:
        fold = folds.take(event)
        if fold and event.what == "presence" and fold.state is not None:
            found[event.who].append((event.at, frozenset(fold.state)))
    return found


Bans = dict[tuple[str, str], list[Span]]


def _hidden(events: list[Event], after: float) -> Bans:
    """When somebody may be hidden from an observer, whom they have banned: from when that was asked
    for until some time after it was taken back. By both of them, in this order."""
    begun: dict[tuple[str, str], float] = {}
    asked: dict[str, str] = {}
    found: Bans = defaultdict(list)
    for event in events:
        if event.kind == "invoke" and event.what == "host.ban":
            begun.setdefault((event.who, event.value["guest"]), event.at)
        elif event.kind == "invoke" and event.what == "host.unban":
            asked[event.id] = event.value["guest"]
        elif event.kind == "ok" and event.what == "host.unban":
            pair = event.who, asked[event.id]
            if pair in begun:
                found[pair].append(Span(begun.pop(pair), event.at + after))
    for pair, at in begun.items():
        found[pair].append(Span(at, FOR_EVER))
    return found


def _false_offline(rosters: Rosters, settled: Spans, hidden: Bans) -> list[str]:
    wrong = []
    for observer, shown in rosters.items():
        for (_, before), (at, now) in pairwise(shown):
            if _during(settled.get(observer, []), at):
                gone = [who for who in before - now if _during(settled.get(who, []), at)]
                missing = [who for who in gone if not _during(hidden[who, observer], at)]
                if missing:
                    wrong.append(
                        f"shown gone though connected, to {observer} at {at:.2f}: {missing}"
                    )
    return wrong


def _false_online(
    rosters: Rosters, away: Spans, settled: Spans, disturbed: list[Span], within: float
) -> list[str]:
    wrong = []
    for who, spans in away.items():
        for span in spans:
            due = _due(span.start, disturbed, within)
            if due < span.end:
                told = [
                    observer
                    for observer, shown in rosters.items()
                    if _during(settled.get(observer, []), due) and who in _at(shown, due)
                ]
                if told:
                    at = f"{span.start:.2f}"
                    wrong.append(f"still shown {within} s after they went at {at}: {who} to {told}")
    return wrong


def _due(start: float, disturbed: list[Span], within: float) -> float:
    """When so many seconds have passed, and again as many after a fault of Redis in between."""
    due = start + within
    for fault in disturbed:
        if fault.start < due and fault.end > start:
            due = max(due, fault.end + within)
    return due


def _during(spans: list[Span], at: float) -> bool:
    return any(span.holds(at) for span in spans)


def _at(shown: list[tuple[float, frozenset[str]]], at: float) -> frozenset[str]:
    index = bisect_right(shown, at, key=lambda roster: roster[0]) - 1
    return shown[index][1] if index >= 0 else frozenset()
