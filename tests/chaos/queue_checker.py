"""Judges of what a recorded history says of the matchmaking queue: pure functions, too."""

from __future__ import annotations

from collections import Counter

from tests.chaos.history import Events, noticed_seconds


def queue(events: Events) -> list[str]:
    """A ticket leads to one match, and to none once it was left; nobody sits there without one of
    its tickets, and nobody is in a match who has not left the last one."""
    wrong = _twice(events)
    owners = {event.what: event.who for event in events if event.kind == "entered"}
    playing: dict[str, str] = {}
    for event in events:
        if event.kind == "parted" and playing.get(event.who) == event.what:
            playing.pop(event.who)
        elif event.kind == "matched":
            tickets, players = event.value["tickets"], event.value["players"]
            if event.who in players and playing.setdefault(event.who, event.what) != event.what:
                wrong.append(f"{event.who} is in {playing[event.who]} and {event.what}")
            if strangers := _strangers(tickets, players, owners):
                wrong.append(f"without a ticket in {event.what}: {strangers}")
    return wrong


def _twice(events: Events) -> list[str]:
    """Tickets that led to two matches, or to one though they were left."""
    left = {event.what for event in events if event.kind == "left_queue"}
    led: dict[str, str] = {}
    wrong = []
    for event in events:
        for ticket in event.value["tickets"] if event.kind == "matched" else ():
            if led.setdefault(ticket, event.what) != event.what:
                wrong.append(f"{ticket} led to {led[ticket]} and {event.what}")
            if ticket in left:
                wrong.append(f"{ticket} was left, and led to {event.what}")
    return wrong


def matches(events: Events) -> set[str]:
    return {event.what for event in events if event.kind == "matched"}


def _strangers(tickets: list[str], players: list[str], owners: dict[str, str]) -> list[str]:
    """Players with none of the tickets; nobody, where it is not known whose they all are. A party
    is one player here, so one who sits there twice is one too many."""
    if not all(ticket in owners for ticket in tickets):
        return []
    return list((Counter(players) - Counter(owners[ticket] for ticket in tickets)).elements())


def missed(events: Events) -> list[str]:
    """Nobody hears of a match only when it is over: excused are those that were played during a
    fault, or before all processes were told again what a killed one could not say."""
    hosted = {event.what: event.at for event in events if event.kind == "hosted"}
    faults, begun, noticed = [], 0.0, noticed_seconds(events)
    for event in events:
        if event.kind == "fault":
            begun = event.at
        elif event.kind == "healed":
            faults.append((begun, event.at + noticed))
    return [
        f"{event.who} did not hear of {event.what}, joinable since {hosted[event.what]:.2f}, until "
        f"{event.at:.2f}"
        for event in events
        if event.kind == "missed"
        and not any(start < event.at and end > hosted[event.what] for start, end in faults)
    ]
