"""Presence over shards: which of them keeps whom, and every long call cut into slices.

A shard keeps the people whose names hash to it. What it keeps, and by which rules, says
`presence.lua` for Redis and `memory_presence.py` for one process; what stands here holds for both.
No call to a shard, and no reply of one, grows with everybody who is online.
"""

from __future__ import annotations

import asyncio
import hashlib
import math
from binascii import crc_hqx
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from persistence.ports import Counts, Roster, RosterVersion

SLICE_PEOPLE = 100
"""People of one call that lets some enter or leave."""
SLICE_BYTES = 8_000
"""Names and values of one such call: what it tells stays below about 10 KB."""
BATCH = 200
"""People whom one call takes off the roster: of a keeper that died, or whose grace period ended."""
NAMES = 500
"""Names of one call that asks about people."""
TURN = 2_000
"""People who are sorted into shards in one turn of the loop."""
KEPT_CHANGES = 2_000
"""Newest changes of a shard, by whom: what whoever reads it in slices may have missed."""

Word = str | int


class Call(NamedTuple):
    """One call to one shard: a method of its script, and the arguments."""

    shard: int
    verb: str
    words: tuple[Word, ...]


class PresenceShards(Protocol):
    """Where the shards are kept."""

    skew: float
    count: int

    async def run(self, calls: Sequence[Call]) -> list[Any]:
        """The replies; calls to one shard are run in this order."""
        ...

    async def gathered(self, shard: int) -> None:
        """Return once every keeper known to live has entered again after the shard was lost."""
        ...

    async def probe(self) -> None: ...

    async def close(self) -> None: ...


class ShardedPresence:
    """The port Presence."""

    def __init__(self, shards: PresenceShards) -> None:
        self._shards = shards
        self.shards = shards.count
        # By keeper: the generation that was said last, and the last one that each shard has.
        self._said: dict[str, tuple[int, dict[int, int]]] = {}

    @property
    def skew(self) -> float:
        return self._shards.skew

    def shard_of(self, who: str) -> int:
        return crc_hqx(who.encode("utf-8", "surrogatepass"), 0) % self.shards

    async def heartbeat(
        self, keeper: str, seconds: float, *, generation: int = 0, grace: float = 0.0
    ) -> bool:
        last, said = self._said.get(keeper, (generation, {}))
        at = said if last == generation else {}
        term, kept = _ms(seconds), _ms(grace, least=0)
        replies = await self._each(
            range(self.shards),
            lambda shard: ("heartbeat", keeper, term, at.get(shard, generation), kept),
        )
        for shard in [shard for shard, (held, _) in replies.items() if not held]:
            said.pop(shard, None)
        due = [shard for shard, (_, more) in replies.items() if more]
        while due:
            hidden = await self._each(due, lambda shard: ("hide",))
            due = [shard for shard, more in hidden.items() if more]
        return all(held for held, _ in replies.values())

    async def enter(
        self,
        keeper: str,
        shown: Mapping[str, str | None],
        *,
        generation: int = 0,
        whole: bool = False,
    ) -> None:
        _, said = self._said.get(keeper, (0, {}))
        parts = await self._by_shard(shown)
        # A shard that has heard nothing of the keeper is told that there is nobody.
        named = [s for s in range(self.shards) if whole or s in parts or s not in said]
        calls: list[Call] = []
        for shard in named:
            await asyncio.sleep(0)  # others have their turn
            slices = [some async for some in _slices(shown, parts.get(shard, []))] or [()]
            before = said.get(shard, generation - 1)
            for count, words in enumerate(slices, start=1):
                ends = (int(whole), int(count == 1), int(count == len(slices)))
                calls.append(Call(shard, "enter", (keeper, generation, before, *ends, *words)))
        replies = dict(zip((c.shard for c in calls), await self._shards.run(calls), strict=True))
        while unsettled := [shard for shard, (more, _) in replies.items() if more]:
            replies |= await self._each(
                unsettled, lambda shard: ("settle", keeper, generation, int(whole))
            )
        held = {shard: generation for shard, (_, at) in replies.items() if at == generation}
        self._said[keeper] = (generation, said | held)

    async def leave(
        self,
        keeper: str,
        gone: Mapping[str, str | None],
        *,
        seconds: float,
        generation: int = 0,
        ago: float = 0.0,
    ) -> None:
        terms = (_ms(seconds, least=0), generation, math.ceil(ago * 1000))
        calls = [
            Call(shard, "leave", (keeper, *terms, *words))
            for shard, people in (await self._by_shard(gone)).items()
            async for words in _slices(gone, people)
        ]
        await self._shards.run(calls)

    async def expire_after(self, who: str, seconds: float) -> None:
        words = (who, _ms(seconds, least=0))
        await self._shards.run([Call(self.shard_of(who), "expire_after", words)])

    async def expired(self, limit: int = 100) -> list[str]:
        named: list[str] = []
        asked: Iterable[int] = range(self.shards)
        while asked:
            replies = await self._each(asked, lambda shard: ("expired", limit))
            named += [str(who) for _, people in replies.values() for who in people]
            asked = [shard for shard, (more, _) in replies.items() if more]
        return named[:limit]

    async def overdue(self, who: Iterable[str]) -> set[str]:
        replies = await self._about("overdue", who)
        return {str(name) for _, named in replies for name in named}

    async def forget(self, who: Iterable[str]) -> None:
        await self._about("forget", who)

    async def gathered(self, shard: int) -> None:
        await self._shards.gathered(shard)

    async def read(self, shard: int = 0) -> Roster:
        await self._shards.gathered(shard)
        while True:
            epoch, version = await self._one(shard, "open")
            entries = await self._pages(shard)
            roster = await self._caught_up(shard, Roster(epoch, int(version), entries, shard))
            if roster is not None:
                return roster

    async def _pages(self, shard: int) -> dict[str, str]:
        """Everybody who is shown all the while, and perhaps some who are not: slice by slice."""
        entries: dict[str, str] = {}
        cursor = "0"
        while True:
            cursor, flat = await self._one(shard, "page", cursor, NAMES)
            entries.update(zip(flat[::2], flat[1::2], strict=True))
            if str(cursor) == "0":
                return entries

    async def _caught_up(self, shard: int, roster: Roster) -> Roster | None:
        """The roster at one version: with all that has changed since the first slice was read.
        None where too much has."""
        entries, version = roster.entries, roster.version
        while True:
            epoch, now, upto, names, values = await self._one(shard, "since", version, NAMES)
            if epoch != roster.epoch or int(upto) < 0:
                return None
            for who, value in zip(names, values, strict=True):
                if value:
                    entries[who] = value
                else:
                    entries.pop(who, None)
            if int(upto) == int(now):
                return Roster(roster.epoch, int(now), entries, shard)
            version = int(upto)

    async def shown(self, who: Iterable[str]) -> dict[str, str]:
        replies = await self._about("shown", who)
        return {
            str(name): str(value)
            for call, values in replies
            for name, value in zip(call.words, values, strict=True)
            if value
        }

    async def versions(self) -> list[RosterVersion]:
        replies = await self._each(range(self.shards), lambda shard: ("version",))
        if unopened := [shard for shard, (epoch, _) in replies.items() if not epoch]:
            replies |= await self._each(unopened, lambda shard: ("open",))
        return [RosterVersion(str(epoch), int(at or 0)) for epoch, at in replies.values()]

    async def epoch(self) -> str:
        epochs = [version.epoch for version in await self.versions()]
        return hashlib.sha256(" ".join(epochs).encode()).hexdigest()[:16]

    async def counts(self) -> Counts:
        replies = await self._each(range(self.shards), lambda shard: ("counts",))
        found: Counter[str] = Counter()
        for counted in replies.values():
            found.update({str(name): int(many) for name, many in counted.items()})
        return counts_of(found)

    async def present(self, who: Iterable[str]) -> set[str]:
        replies = await self._about("present", who)
        return {str(name) for _, here in replies for name in here}

    async def probe(self) -> None:
        await self._shards.probe()

    async def close(self) -> None:
        await self._shards.close()

    async def _by_shard(self, who: Iterable[str]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for count, name in enumerate(list(who), start=1):
            found.setdefault(self.shard_of(name), []).append(name)
            if count % TURN == 0:
                await asyncio.sleep(0)  # others have their turn
        return found

    async def _about(self, verb: str, who: Iterable[str]) -> list[tuple[Call, Any]]:
        calls = [
            Call(shard, verb, tuple(names[start : start + NAMES]))
            for shard, names in (await self._by_shard(who)).items()
            for start in range(0, len(names), NAMES)
        ]
        return list(zip(calls, await self._shards.run(calls), strict=True))

    async def _each(self, shards: Iterable[int], asked: Any) -> dict[int, Any]:
        """The reply of each shard; `asked(shard)`: the verb and its words."""
        calls = [
            Call(shard, verb, tuple(words)) for shard in shards for verb, *words in [asked(shard)]
        ]
        return dict(zip((c.shard for c in calls), await self._shards.run(calls), strict=True))

    async def _one(self, shard: int, verb: str, *words: Word) -> Any:
        return (await self._shards.run([Call(shard, verb, words)]))[0]


def counts_of(found: Mapping[str, int]) -> Counts:
    """From what a shard counts: `online`, `status:…`, `region:…`."""
    kinds: dict[str, dict[str, int]] = {"status": {}, "region": {}}
    for name, many in found.items():
        kind, colon, value = name.partition(":")
        if colon and many > 0:
            kinds[kind][value] = many
    return Counts(max(0, found.get("online", 0)), kinds["status"], kinds["region"])


async def _slices(
    values: Mapping[str, str | None], who: Iterable[str]
) -> AsyncIterator[tuple[str, ...]]:
    """Names and values by turns, of few enough people, and short enough."""
    words: list[str] = []
    size = 0
    for name in who:
        value = values[name] or ""
        length = len(name.encode("utf-8", "surrogatepass")) + len(value) + 6
        if words and (len(words) >= 2 * SLICE_PEOPLE or size + length > SLICE_BYTES):
            yield tuple(words)
            await asyncio.sleep(0)  # others have their turn
            words, size = [], 0
        words += (name, value)
        size += length
    if words:
        yield tuple(words)


def _ms(seconds: float, *, least: int = 1) -> int:
    return max(least, round(seconds * 1000))
