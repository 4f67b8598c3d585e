"""In the end nobody sits where they are kept out: by the session, or by a ban of its host."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.chaos.history import Events, Frame


def seats(events: Events) -> list[str]:
    bans = {
        event.what.partition(":")[2]: set(event.value)
        for event in events
        if event.kind == "read" and event.what.startswith("bans:")
    }
    stood = [event for event in events if event.kind == "stood"]
    return [
        wrong
        for event in stood
        for wrong in _wrong(event.what, event.value, bans.get(event.value["host"], set()))
    ]


def _wrong(id: str, seats: Frame, banned: set[str]) -> Iterator[str]:
    sit: Counter[str] = Counter(seats["players"])
    if twice := sorted(player for player, times in sit.items() if times > 1):
        yield f"seated twice in {id}: {twice}"
    if kept := sorted(sit.keys() & set(seats["excluded"])):
        yield f"sit in {id}, which keeps them out: {kept}"
    if kept := sorted(sit.keys() & banned):
        yield f"sit in {id}, whose host has banned them: {kept}"
