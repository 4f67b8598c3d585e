"""Whoever is seen to lose a seat has one line in the session's log that says why.

Between two versions of a session that anybody saw, somebody sat and then did not: the log has a
line of it, with a reason. A process that is killed between a change and its line writes none; so
a line may be missing while a fault is on, and never be doubled, nor without a reason.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from lobby.domain.reasons import Reason
from tests.chaos.history import Event, Events, Folds, Frame, noticed_seconds

GONE = frozenset({
    "player_left", "player_kicked", "invite_declined", "invite_expired", "invite_cancelled",
})  # fmt: skip
ENDS = frozenset({"session_deleted", "session_expired"})


class Seen(NamedTuple):
    """A session at a version: who sat in it, and when that was seen first."""

    players: set[str]
    at: float


def departures(events: Events) -> list[str]:
    logs = {event.what: list(event.value) for event in events if event.kind == "log"}
    wrong = [fault for id, lines in logs.items() for fault in _unsound(id, lines)]
    disturbed = list(_disturbed(events))
    for id, versions in _versions(events).items():
        if id in logs:
            wrong += _missing(id, versions, logs[id], disturbed)
    return wrong


def _unsound(id: str, lines: list[dict[str, Any]]) -> Iterator[str]:
    ends = [line for line in lines if line["code"] in GONE | ENDS]
    for line in ends:
        if line.get("reason") not in set(Reason):
            yield f"without a reason: {line} of {id}"
    times = Counter((line["code"], line.get("target"), line["version"]) for line in ends)
    for what, count in times.items():
        if count > 1:
            yield f"{count} lines of one departure: {what} of {id}"


def _versions(events: Events) -> dict[str, dict[int, Seen]]:
    """By session and version."""
    found: dict[str, dict[int, Seen]] = defaultdict(dict)
    folds = Folds()
    for event in events:
        fold = folds.take(event)
        if fold and fold.state and event.what.startswith("session:"):
            seen = Seen(_players(fold.state), event.at)
            found[fold.state["id"]].setdefault(fold.state["version"], seen)
    return found


def _players(session: Frame) -> set[str]:
    seats = session["seats"].values()
    return {seat["player"] for seat in seats if seat["status"] == "taken" and "player" in seat}


def _missing(
    id: str,
    versions: dict[int, Seen],
    lines: list[dict[str, Any]],
    disturbed: list[tuple[float, float]],
) -> Iterator[str]:
    ordered = sorted(versions)
    for first, then in pairwise(ordered):
        before, after = versions[first], versions[then]
        if any(start <= after.at and before.at <= end for start, end in disturbed):
            continue
        told = {
            line["target"]
            for line in lines
            if line["code"] in GONE and first < line["version"] <= then
        }
        for player in before.players - after.players - told:
            yield f"nobody says why {player} went from {id} between {first} and {then}"


def _disturbed(events: Events) -> Iterator[tuple[float, float]]:
    """While a fault was on, and until it is noticed that it is over."""
    began: dict[str, Event] = {}
    noticed = noticed_seconds(events)
    for event in events:
        if event.kind == "fault":
            began[event.what] = event
        elif event.kind == "healed":
            yield began.pop(event.what).at, event.at + noticed
