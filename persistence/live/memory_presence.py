"""One shard of the presence in memory. The same rules as `presence.lua`, method by method."""

from __future__ import annotations

import json
import secrets
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import islice
from typing import Any

from persistence.live.memory_counts import counted, told_counts
from persistence.live.presence import BATCH, KEPT_CHANGES, Word

Publish = Callable[[str, str], None]
MOST_LISTINGS = 16
"""Readings of a whole shard that are under way at a time; the oldest begins anew."""


class MemoryShard:
    """Times are milliseconds."""

    def __init__(self, number: int, publish: Publish, clock: Callable[[], float]) -> None:
        self._number, self._publish, self._clock = number, publish, clock
        self._now = 0.0  # of the call
        self._epoch = secrets.token_hex(8)
        self._version = 0
        self._shown: dict[str, str] = {}
        self._until: dict[str, float] = {}  # by keeper
        self._lived = False  # whether a keeper has beaten
        self._by: dict[str, set[str]] = {}  # who -> their keepers
        self._kept: dict[str, dict[str, int]] = {}  # keeper -> who, and since which generation
        self._said: dict[str, int] = {}  # generation by keeper
        self._graces: dict[str, int] = {}  # by keeper, how long its people are waited for
        self._begun: dict[str, int] = {}  # the same, of one that is not all here yet
        self._expiring: dict[str, float] = {}  # by person
        self._acted: dict[str, tuple[float, float]] = {}  # by person who is served
        self._hiding: dict[str, float] = {}  # by person who left
        self._hide_at: list[tuple[float, str]] = []  # a heap of the same, and of some no longer so
        self._changed: OrderedDict[str, int] = OrderedDict()  # who -> version, the oldest first
        self._trimmed = 0
        self._counts: Counter[str] = Counter()
        self._patch: dict[str, str] = {}
        self._listings: OrderedDict[str, list[str]] = OrderedDict()

    def run(self, verb: str, words: Sequence[Word]) -> Any:
        self._now = self._clock() * 1000
        reply = getattr(self, verb)(*words)
        self._publish_patch()
        return reply

    # The verbs, as they stand in presence.lua

    def heartbeat(self, keeper: str, term: int, number: int, grace: int) -> tuple[bool, bool]:
        if self._lived and all(until <= self._now for until in self._until.values()):
            self._epoch = secrets.token_hex(8)
            self._said.clear()
            self._begun.clear()
        self._lived = True
        self._until[keeper], self._graces[keeper] = self._now + term, grace
        return self._said.get(keeper, -1) == number, self._hide_departed(BATCH) == BATCH

    def hide(self) -> bool:
        return self._hide_departed(BATCH) == BATCH

    def enter(
        self, keeper: str, number: int, before: int, whole: int, first: int, last: int, *pairs: str
    ) -> tuple[bool, int]:
        held = self._said.get(keeper, -1)
        if held > number:
            return False, held
        if first:
            self._begin(keeper, number, whole or held == before)
        # A keeper without a heartbeat has a lease of no length.
        self._until.setdefault(keeper, self._now)
        for who, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._kept.setdefault(keeper, {})[who] = number
            self._by.setdefault(who, set()).add(keeper)
            self._expiring.pop(who, None)
            self._set_shown(who, value)
        return self.settle(keeper, number, whole) if last else (False, held)

    def settle(self, keeper: str, number: int, whole: int) -> tuple[bool, int]:
        if whole:
            kept = self._kept.get(keeper, {})
            others = list(islice((who for who, at in kept.items() if at < number), BATCH))
            for who in others:
                self._unkeep(keeper, who)
                self._lose(who, keeper, self._now)
            if len(others) == BATCH:
                return True, -1
        if self._begun.get(keeper) == number:
            del self._begun[keeper]
            self._said[keeper] = number
        return False, self._said.get(keeper, -1)

    def leave(self, keeper: str, term: int, number: int, ago: int, *pairs: str) -> None:
        if self._said.get(keeper, -1) > number:
            return
        until = self._now + term
        for who, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._leave(keeper, who, value, until, self._now - ago)

    def expire_after(self, who: str, term: int) -> None:
        until = self._now + term
        if who in self._by:
            self._acted[who] = (self._now, until)
        if not self.present(who):
            self._expiring[who] = max(until, self._expiring.get(who, until))

    def expired(self, limit: int) -> tuple[bool, list[str]]:
        now = self._now
        room, more = self._expire_keepers(BATCH)
        room -= self._hide_departed(room)
        if more or room == 0:
            return True, []
        overdue = sorted((until, who) for who, until in self._expiring.items() if until <= now)
        named = []
        for _, who in overdue[: min(limit, room)]:
            if who in self._by:  # its keeper came back
                del self._expiring[who]
            else:
                self._set_shown(who, "")
                named.append(who)
        return False, named

    def overdue(self, *people: str) -> list[str]:
        return [who for who in people if self._expiring.get(who, self._now + 1) <= self._now]

    def forget(self, *people: str) -> None:
        for who in self.overdue(*people):
            del self._expiring[who]

    def open(self) -> tuple[str, int]:
        return self._epoch, self._version

    version = open

    def page(self, cursor: str, many: int) -> tuple[str, list[str]]:
        """Of who was shown when the first page was read, those who still are."""
        if cursor not in self._listings:
            cursor = secrets.token_hex(8)
            self._listings[cursor] = list(reversed(self._shown))
            if len(self._listings) > MOST_LISTINGS:
                self._listings.popitem(last=False)
        names = self._listings.pop(cursor)
        some, names[-many:] = names[-many:], []
        flat = [text for who in some if who in self._shown for text in (who, self._shown[who])]
        if names:
            self._listings[cursor] = names
        return cursor if names else "0", flat

    def since(self, version: int, limit: int) -> tuple[str, int, int, list[str], list[str]]:
        if version < self._trimmed:
            return self._epoch, self._version, -1, [], []
        newest = ((who, at) for who, at in self._newest() if at > version)
        found = list(newest)[::-1][:limit]
        names = [who for who, _ in found]
        upto = self._version if len(found) < limit else found[-1][1] - 1
        return self._epoch, self._version, upto, names, self.shown(*names)

    def shown(self, *people: str) -> list[str]:
        return [self._shown.get(who, "") for who in people]

    def counts(self) -> dict[str, int]:
        return dict(self._counts)

    def present(self, *people: str) -> list[str]:
        now = self._now
        return [
            who
            for who in people
            if any(self._until.get(keeper, 0) > now for keeper in self._by.get(who, ()))
        ]

    # What they have in common

    def _newest(self) -> Iterator[tuple[str, int]]:
        return iter(reversed(self._changed.items()))

    def _begin(self, keeper: str, number: int, follows: bool | int) -> None:
        self._begun.pop(keeper, None)
        if follows:
            self._begun[keeper] = number

    def _unkeep(self, keeper: str, who: str) -> bool:
        was_here = self._kept.get(keeper, {}).pop(who, None) is not None
        if keeper in (by := self._by.get(who, set())):
            by.discard(keeper)
            if not by:
                del self._by[who]
                self._acted.pop(who, None)
        return was_here

    def _leave(self, keeper: str, who: str, value: str, until: float, left: float) -> None:
        at, longer = self._acted.get(who, (left, until))
        expires = max(until, longer) if at > left else until
        was_here = self._unkeep(keeper, who)
        if who in self._by:
            return
        if who in self._shown:
            hidden = until if was_here else self._hiding.get(who, until)
            self._set_shown(who, value)
            if value:
                self._hiding[who] = hidden
                heappush(self._hide_at, (hidden, who))
        if was_here:
            self._expiring[who] = expires
        else:
            self._expiring.setdefault(who, expires)

    def _expire_keepers(self, room: int) -> tuple[int, bool]:
        """How much room is left, and whether there are more of their people."""
        now = self._now
        for keeper, since in [(k, until) for k, until in self._until.items() if until <= now]:
            self._said.pop(keeper, None)
            self._begun.pop(keeper, None)
            kept = self._kept.get(keeper, {})
            for who in list(islice(kept, room)):
                self._unkeep(keeper, who)
                self._lose(who, keeper, since)
                room -= 1
            if kept:
                return room, True
            self._kept.pop(keeper, None)
            del self._until[keeper]
            self._graces.pop(keeper, None)
        return room, False

    def _hide_departed(self, room: int) -> int:
        count = 0
        while count < room and self._hide_at and self._hide_at[0][0] <= self._now:
            until, who = heappop(self._hide_at)
            if self._hiding.get(who) == until:
                self._set_shown(who, "")
                count += 1
        return count

    def _lose(self, who: str, keeper: str, since: float) -> None:
        """No longer vouched for since then, without a word of where they went."""
        if who not in self._by:
            self._set_shown(who, "")
            until = since + self._graces.get(keeper, 0)
            self._expiring[who] = max(until, self._expiring.get(who, until))

    def _set_shown(self, who: str, value: str) -> None:
        self._hiding.pop(who, None)
        before = self._shown.get(who, "")
        if before == value:
            return
        if value:
            self._shown[who] = value
        else:
            del self._shown[who]
        self._counts.subtract(counted(before))
        self._counts.update(counted(value))
        self._patch[who] = value or "null"

    def _publish_patch(self) -> None:
        if not self._patch:
            return
        self._version += 1
        for who in self._patch:
            self._changed[who] = self._version
            self._changed.move_to_end(who)
        while len(self._changed) > KEPT_CHANGES:
            _, self._trimmed = self._changed.popitem(last=False)
        patch = ",".join(f"{json.dumps(who)}:{value}" for who, value in self._patch.items())
        self._patch.clear()
        self._counts = Counter({name: many for name, many in self._counts.items() if many})
        head = f'{{"shard":{self._number},"epoch":"{self._epoch}","version":{self._version}'
        counts = json.dumps(told_counts(self._counts), separators=(",", ":"))
        self._publish("presence", f'{head},"counts":{counts},"patch":{{{patch}}}}}')
