"""The roster of one process: keepers, whom they serve, who is shown and who is lapsing.

The same rules as `roster.lua`, verb by verb. It knows no clock: `now` and `until` are arguments,
in seconds from anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping

from persistence.ports import Roster


class Presence:
    """`publish(topic, payload)` hears of every visible change."""

    def __init__(self, epoch: str, publish: Callable[[str, str], None]) -> None:
        self._epoch = epoch
        self._publish = publish
        self._version = 0
        self._shown: dict[str, str] = {}
        self._until: dict[str, float] = {}  # by keeper
        self._kept: dict[str, set[str]] = {}  # by keeper
        self._lapsing: dict[str, float] = {}  # by person
        self._patch: dict[str, str] = {}

    def beat(self, keeper: str, seconds: float, *, now: float) -> bool:
        # Late, but nobody has swept it: its people never left, and need not be said again.
        known = keeper in self._until
        self._until[keeper] = now + seconds
        return known

    def attend(self, keeper: str, shown: Mapping[str, str | None], *, now: float) -> None:
        # Without a beat it vouches for no time at all.
        self._until.setdefault(keeper, now)
        kept = self._kept.setdefault(keeper, set())
        for who, value in shown.items():
            kept.add(who)
            self._lapsing.pop(who, None)
            self._show(who, value)
        self._tell()

    def depart(self, keeper: str, who: str, shown: str | None, *, until: float) -> None:
        kept = self._kept.get(keeper, set())
        was_here = who in kept
        kept.discard(who)
        if self._served(who):
            return
        if who in self._shown:
            self._show(who, shown)
        if was_here:
            self._lapsing[who] = until
        else:
            self._lapsing.setdefault(who, until)
        self._tell()

    def linger(self, who: str, *, until: float) -> None:
        if not self._served(who):
            self._lapsing[who] = max(until, self._lapsing.get(who, until))

    def lapsed(self, limit: int, *, now: float) -> list[str]:
        for keeper in [keeper for keeper, until in self._until.items() if until <= now]:
            self._lapse(keeper, now)
        overdue = sorted((until, who) for who, until in self._lapsing.items() if until <= now)
        named = [who for _, who in overdue[:limit]]
        for who in named:
            self._show(who, None)
        self._tell()
        return named

    def settle(self, who: Iterable[str], *, now: float) -> None:
        for person in who:
            if self._lapsing.get(person, now + 1) <= now:
                del self._lapsing[person]

    def roster(self) -> Roster:
        return Roster(self._epoch, self._version, dict(self._shown))

    def attending(self, who: Iterable[str], *, now: float) -> set[str]:
        living = [self._kept.get(k, set()) for k, until in self._until.items() if until > now]
        return {person for person in who if any(person in kept for kept in living)}

    def _served(self, who: str) -> bool:
        return any(who in kept for kept in self._kept.values())

    def _lapse(self, keeper: str, now: float) -> None:
        self._until.pop(keeper, None)
        for who in self._kept.pop(keeper, set()):
            if not self._served(who):
                self._show(who, None)
                self._lapsing[who] = now

    def _show(self, who: str, value: str | None) -> None:
        if self._shown.get(who) == value:
            return
        if value is None:
            del self._shown[who]
        else:
            self._shown[who] = value
        self._patch[who] = "null" if value is None else value

    def _tell(self) -> None:
        if not self._patch:
            return
        self._version += 1
        patch = ",".join(f"{json.dumps(who)}:{value}" for who, value in self._patch.items())
        self._patch.clear()
        head = f'{{"epoch":"{self._epoch}","version":{self._version}'
        self._publish("presence", f'{head},"patch":{{{patch}}}}}')
