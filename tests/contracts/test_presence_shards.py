"""Presence in many shards: the same on every kind of Redis as in one process, whatever happens."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from persistence.live import redis_presence
from persistence.live.memory import open_memory
from persistence.live.presence import BATCH, SLICE_BYTES, SLICE_PEOPLE
from persistence.ports import Counts, Live, Presence, RosterVersion, Unsuitable
from persistence.urls import open_live
from tests.contracts.listener import listening, opened
from tests.support.services import RedisServer

SHARDS = 7
PEOPLE = [f"person {n}" for n in range(60)]
KEEPERS = ["one", "two", "three"]
LONG = 1_000.0
LONGEST_PAYLOAD = 12_000


@pytest.fixture
async def many(
    live_url: str, redis_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Live]:
    """New, and nothing was lost: no reading waits for keepers that have gone meanwhile."""
    monkeypatch.setattr(redis_presence, "GATHERING_SECONDS", 0.0)
    async with opened(live_url, redis_prefix, shards=SHARDS) as live:
        yield live


class History:
    """The same random steps, of many presences. Terms are over at once, or for long not: so that
    the clocks of two presences do not matter."""

    def __init__(self, seed: int, *presences: Presence) -> None:
        self._random, self._presences = random.Random(seed), presences
        self._generations = Counter[str]()

    async def step(self) -> None:
        steps = [self._enter, self._enter, self._leave, self._leave, self._die, self._act]
        keeper = self._random.choice(KEEPERS)
        await self._random.choice([*steps, self._whole, self._sweep])(keeper)

    async def _enter(self, keeper: str) -> None:
        shown = {who: self._value() for who in self._some()}
        for presence in self._presences:
            await presence.heartbeat(keeper, LONG)
            await presence.enter(keeper, shown, generation=self._generation(keeper))
        self._generations[keeper] += 1

    async def _whole(self, keeper: str) -> None:
        shown = {who: self._value() for who in self._some()}
        number = self._generation(keeper)
        for presence in self._presences:
            await presence.heartbeat(keeper, LONG)
            await presence.enter(keeper, shown, generation=number, whole=True)
            assert await presence.heartbeat(keeper, LONG, generation=number) is True
        self._generations[keeper] += 1

    async def _leave(self, keeper: str) -> None:
        gone = {who: self._value() for who in self._some()}
        seconds, number = self._random.choice([0.0, LONG]), self._generation(keeper)
        ago = self._random.choice([0.0, LONG])
        for presence in self._presences:
            await presence.leave(keeper, gone, seconds=seconds, generation=number, ago=ago)

    async def _die(self, keeper: str) -> None:
        grace = self._random.choice([0.0, LONG])
        for presence in self._presences:
            await presence.heartbeat(keeper, 0.001, grace=grace)
        await asyncio.sleep(0.002)
        await self._sweep(keeper)

    async def _act(self, _: str) -> None:
        who = self._random.choice(PEOPLE)
        for presence in self._presences:
            await presence.expire_after(who, LONG)

    async def _sweep(self, _: str) -> None:
        # By the clock of Redis, in whole milliseconds, what ends at once has ended.
        await asyncio.sleep(0.002)
        expired = [set(await presence.expired(1_000)) for presence in self._presences]
        assert len(set(map(frozenset, expired))) == 1
        for presence in self._presences:
            await presence.forget(expired[0])

    def _generation(self, keeper: str) -> int:
        return self._generations[keeper]

    def _some(self) -> list[str]:
        return self._random.sample(PEOPLE, self._random.randint(1, 25))

    def _value(self) -> str | None:
        status = self._random.choice(["online", "away", "playing"])
        person = {"status": status, "region": self._random.choice(["eu", "us"])}
        return self._random.choice(
            [json.dumps(person), json.dumps({"status": status}), '"x"', None]
        )


async def stands(presence: Presence) -> tuple[dict[str, str], Counts, set[str]]:
    rosters = [await presence.read(shard) for shard in range(presence.shards)]
    for shard, roster in enumerate(rosters):
        assert roster.shard == shard
        assert all(presence.shard_of(who) == shard for who in roster.entries)
    versions = [RosterVersion(roster.epoch, roster.version) for roster in rosters]
    assert await presence.versions() == versions
    entries = {who: value for roster in rosters for who, value in roster.entries.items()}
    assert await presence.shown([*PEOPLE, "nobody"]) == entries
    return entries, await presence.counts(), await presence.present(PEOPLE)


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_it_stands_as_in_memory(many: Live, seed: int) -> None:
    expected = open_memory(shards=2).roster
    history = History(seed, many.roster, expected)
    for _ in range(60):
        await history.step()
    entries, counts, present = await stands(many.roster)
    assert (entries, counts, present) == await stands(expected)
    assert counts.online == len(entries)


async def test_whoever_follows_all_shards_has_everybody_and_their_counts(many: Live) -> None:
    history = History(4, many.roster)
    await many.roster.heartbeat("steady", LONG)  # else the epoch may end
    folded: dict[str, str] = {}
    counts: dict[int, dict[str, object]] = {}
    versions = [version.version for version in await many.roster.versions()]
    async with listening(many.bus, "presence") as listener:
        for _ in range(30):
            await history.step()
        entries, counted, _ = await stands(many.roster)
        stand = await many.roster.versions()
        while versions != [version.version for version in stand]:
            told = json.loads((await listener.next()).payload or "null")
            shard = told["shard"]
            versions[shard] += 1
            assert (told["epoch"], told["version"]) == (stand[shard].epoch, versions[shard])
            for who, value in told["patch"].items():
                assert many.roster.shard_of(who) == shard
                folded[who] = value
            counts[shard] = told["counts"]
    assert {w: v for w, v in folded.items() if v is not None} == {
        who: json.loads(value) for who, value in entries.items()
    }
    assert sum(int(str(of["online"])) for of in counts.values()) == counted.online


async def test_nothing_that_is_told_grows_with_everybody(many: Live) -> None:
    roster, value = many.roster, json.dumps({"name": "n" * 80, "status": "online"})
    people = {f"person {n:05}": value for n in range(2_000)}
    async with listening(many.bus, "presence") as listener:
        await roster.heartbeat("one", LONG)
        await roster.enter("one", people, generation=1, whole=True)
        gone = dict.fromkeys(list(people)[:1_000], value)
        await roster.leave("one", gone, seconds=0, generation=1)
        await roster.heartbeat("two", LONG)
        assert (await roster.counts()).online == 1_000
        await roster.heartbeat("one", 0.001)
        await asyncio.sleep(0.005)
        await roster.expired()
        assert (await roster.counts()) == Counts(0, {}, {})
        many_told = sum(version.version for version in await roster.versions())
        payloads = [(await listener.next()).payload or "" for _ in range(many_told)]
    assert max(map(len, payloads)) < LONGEST_PAYLOAD
    assert max(len(json.loads(payload)["patch"]) for payload in payloads) <= 2 * BATCH
    assert SLICE_BYTES < LONGEST_PAYLOAD > SLICE_PEOPLE


async def test_a_reading_that_takes_long_is_of_one_version(many: Live) -> None:
    """While it is read, everybody changes."""
    roster = many.roster
    people = {f"person {n:05}": '"a"' for n in range(6_000)}
    await roster.heartbeat("one", LONG)
    await roster.enter("one", people, generation=1, whole=True)
    changing = asyncio.create_task(_change(roster, list(people)))
    async with listening(many.bus, "presence"):
        for _ in range(5):
            read = await roster.read(3)
            same = await roster.read(3)
            if read.version == same.version:
                assert read.entries == same.entries
            assert len(read.entries) == sum(roster.shard_of(who) == 3 for who in people)
    await changing
    at_rest = await roster.read(3)
    assert set(at_rest.entries.values()) == {'"b"'}
    assert at_rest == await roster.read(3)


async def _change(roster: Presence, people: list[str]) -> None:
    for start in range(0, len(people), 20):
        some = dict.fromkeys(people[start : start + 20], '"b"')
        await roster.enter("one", some, generation=2 + start)


async def test_a_keeper_that_is_swept_while_it_enters_has_to_enter_again(many: Live) -> None:
    """What was entered before is gone; what is entered after it does not make it whole."""
    roster = many.roster
    people = dict.fromkeys((f"person {n:05}" for n in range(3_000)), '"a"')
    await roster.heartbeat("one", 0.001)
    entering = asyncio.create_task(roster.enter("one", people, generation=1, whole=True))
    swept = asyncio.create_task(_sweep_while(roster, entering))
    await asyncio.gather(entering, swept)
    await roster.expired()
    assert await roster.heartbeat("one", LONG, generation=1) is False
    await roster.enter("one", people, generation=2, whole=True)
    assert await roster.heartbeat("one", LONG, generation=2) is True
    assert (await roster.counts()).online == len(people)
    assert await roster.present(people) == set(people)


async def _sweep_while(roster: Presence, entering: asyncio.Task[None]) -> None:
    while not entering.done():
        await roster.expired()
        await asyncio.sleep(0)


async def test_another_number_of_shards_is_refused(redis_server: RedisServer) -> None:
    prefix = "refused:"
    async with opened(redis_server.url, prefix, shards=3) as three:
        with pytest.raises(Unsuitable, match=r"LOBBY_ROSTER_SHARDS is 4.* has 3.*every process 3"):
            await open_live(redis_server.url, prefix=prefix, shards=4)
        redis_server.ask("FLUSHALL")
        async with opened(redis_server.url, prefix, shards=4) as four:
            await four.roster.heartbeat("two", LONG)
            # Whoever was there before the loss is told when they say everything again.
            with pytest.raises(Unsuitable, match="every process 4"):
                await three.roster.heartbeat("one", LONG)
    redis_server.ask("FLUSHALL")
