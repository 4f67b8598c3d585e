"""What Leases promises about who is present, over every implementation."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from persistence.ports import Leases, Live
from tests.contracts.listening import Listener, listening, opened
from tests.services import RedisServer

AWKWARD = '{"n":1.0,"big":9007199254740993,"none":[],"empty":{},"é":"漢字/🎲"}'


class Seen:
    """The roster as somebody sees it who began with one reading and follows the payloads."""

    def __init__(self, leases: Leases, listener: Listener) -> None:
        self._leases = leases
        self._listener = listener

    async def change(self) -> dict[str, Any]:
        """The next patch, numbered as the roster is."""
        delivery = await self._listener.next()
        assert delivery.topic == "presence"
        told = json.loads(delivery.payload or "null")
        roster = await self._leases.roster()
        assert (told["epoch"], told["version"]) == (roster.epoch, roster.version)
        assert await self._leases.numbered() == (roster.epoch, roster.version)
        assert await self._leases.shown([*roster.entries, "nobody"]) == roster.entries
        patch: dict[str, Any] = told["patch"]
        return patch

    async def is_empty(self) -> bool:
        return (await self._leases.roster()).entries == {}


@pytest.fixture
async def leases(live: Live) -> Leases:
    """With two living keepers, here and there."""
    await live.leases.beat("here", 30)
    await live.leases.beat("there", 30)
    return live.leases


@pytest.fixture
async def seen(live: Live, leases: Leases) -> AsyncIterator[Seen]:
    async with listening(live.bus, "presence") as listener:
        yield Seen(leases, listener)


async def test_those_who_attend_are_on_the_roster_in_one_version(
    leases: Leases, seen: Seen
) -> None:
    before = await leases.roster()
    await leases.attend("here", {"ada": '"on"', "bob": AWKWARD})
    after = await leases.roster()
    assert after.entries == {"ada": '"on"', "bob": AWKWARD}
    assert (after.epoch, after.version) == (before.epoch, before.version + 1)
    assert await seen.change() == {"ada": "on", "bob": json.loads(AWKWARD)}


async def test_a_value_is_told_as_the_json_text_it_is(live: Live, leases: Leases) -> None:
    async with listening(live.bus, "presence") as listener:
        await leases.attend("here", {'quo"te': AWKWARD})
        payload = (await listener.next()).payload or ""
        assert f":{AWKWARD}" in payload
        assert list(json.loads(payload)["patch"]) == ['quo"te']


async def test_only_what_others_see_makes_a_version(leases: Leases, seen: Seen) -> None:
    await leases.attend("here", {"ada": "1", "eve": None})
    assert await seen.change() == {"ada": 1}
    version = (await leases.roster()).version
    await leases.attend("here", {"ada": "1", "eve": None})
    await leases.attend("there", {"ada": "1"})
    await leases.depart("here", "eve", shown='"away"', seconds=9)
    await leases.linger("zoe", 9)
    assert (await leases.roster()).version == version
    await leases.attend("here", {"ada": "2"})
    assert await seen.change() == {"ada": 2}
    assert (await leases.roster()).version == version + 1


async def test_whoever_hides_leaves_the_roster_and_still_attends(
    leases: Leases, seen: Seen
) -> None:
    await leases.attend("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await leases.attend("here", {"ada": None})
    assert await seen.change() == {"ada": None}
    assert await seen.is_empty()
    assert await leases.attending(["ada", "bob"]) == {"ada"}


async def test_whoever_departs_shows_as_told_and_lapses_after_their_time(
    leases: Leases, seen: Seen
) -> None:
    await leases.attend("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    started = time.monotonic()
    await leases.depart("here", "ada", shown='"away"', seconds=0.2)
    assert await seen.change() == {"ada": "away"}
    assert await leases.attending(["ada"]) == set()
    assert await _lapsed(leases) == ["ada"]
    assert time.monotonic() - started >= 0.19
    assert await seen.change() == {"ada": None}
    assert await seen.is_empty()


async def test_whoever_departs_for_good_leaves_at_once_and_is_named(
    leases: Leases, seen: Seen
) -> None:
    await leases.attend("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await leases.depart("here", "ada", shown=None, seconds=0)
    assert await seen.change() == {"ada": None}
    assert await leases.lapsed() == ["ada"]


async def test_whoever_returns_in_time_is_not_named(leases: Leases) -> None:
    await leases.attend("here", {"ada": "1"})
    await leases.depart("here", "ada", shown='"away"', seconds=0.1)
    await leases.attend("there", {"ada": "1"})
    await leases.depart("here", "bob", shown=None, seconds=0.1)
    assert await _lapsed(leases) == ["bob"]
    assert (await leases.roster()).entries == {"ada": "1"}


async def test_whoever_two_keepers_serve_leaves_with_the_last(leases: Leases, seen: Seen) -> None:
    await leases.attend("here", {"ada": "1"})
    await leases.attend("there", {"ada": "1"})
    await leases.depart("here", "ada", shown=None, seconds=0)
    assert (await leases.roster()).entries == {"ada": "1"}
    assert await leases.lapsed() == []
    await leases.depart("there", "ada", shown=None, seconds=0)
    assert await seen.is_empty()
    assert await leases.lapsed() == ["ada"]


async def test_the_lapsed_are_named_again_until_they_are_settled(leases: Leases) -> None:
    for who in ("ada", "bob", "eve"):
        await leases.attend("here", {who: "1"})
        await leases.depart("here", who, shown=None, seconds=0)
    assert sorted(await leases.lapsed()) == ["ada", "bob", "eve"]
    assert len(await leases.lapsed(limit=2)) == 2
    await leases.attend("there", {"eve": "1"})
    await leases.settle(["ada", "eve", "unknown"])
    assert await leases.lapsed() == ["bob"]
    assert (await leases.roster()).entries == {"eve": "1"}
    await leases.settle([])
    assert await leases.lapsed() == ["bob"]


async def test_whoever_departs_again_is_not_given_another_term(leases: Leases) -> None:
    await leases.attend("here", {"ada": "1"})
    await leases.depart("here", "ada", shown=None, seconds=0)
    await leases.depart("here", "ada", shown=None, seconds=30)
    assert await leases.lapsed() == ["ada"]


async def test_whoever_lingers_lapses_after_the_longest_term_unless_they_attend(
    leases: Leases,
) -> None:
    started = time.monotonic()
    for who in ("ada", "bob"):
        await leases.linger(who, 0.2)
        await leases.linger(who, 0.01)
    await leases.attend("here", {"bob": None})
    await leases.linger("bob", 0.01)
    assert await leases.attending(["ada", "bob"]) == {"bob"}
    assert await _lapsed(leases) == ["ada"]
    assert time.monotonic() - started >= 0.19


async def test_a_new_term_outlives_the_settling_of_the_last(leases: Leases) -> None:
    await leases.linger("ada", 0)
    assert await leases.lapsed() == ["ada"]
    await leases.linger("ada", 0.5)
    await leases.settle(["ada"])
    assert await leases.lapsed() == []
    assert await _lapsed(leases) == ["ada"]


async def test_the_people_of_a_lapsed_keeper_leave_in_one_version_and_are_named(
    leases: Leases, seen: Seen
) -> None:
    assert await leases.beat("dying", 0.6) is False
    await leases.attend("dying", {"ada": "1", "bob": "2", "eve": None, "zoe": "3"})
    assert len(await seen.change()) == 3
    await leases.attend("here", {"zoe": "3"})
    assert await leases.attending(["ada", "zoe"]) == {"ada", "zoe"}
    assert sorted(await _lapsed(leases)) == ["ada", "bob", "eve"]
    assert await seen.change() == {"ada": None, "bob": None}
    assert await leases.attending(["ada", "bob", "eve", "zoe"]) == {"zoe"}
    assert (await leases.roster()).entries == {"zoe": "3"}


async def test_a_keeper_that_beats_in_time_keeps_its_people(leases: Leases) -> None:
    await leases.beat("steady", 0.8)
    await leases.attend("steady", {"ada": "1"})
    await leases.depart("here", "mark", shown=None, seconds=1.2)
    async with asyncio.timeout(5):
        while await leases.lapsed() != ["mark"]:
            assert await leases.beat("steady", 0.8) is True
            await asyncio.sleep(0.02)
    assert (await leases.roster()).entries == {"ada": "1"}


async def test_a_keeper_that_comes_back_too_late_must_name_its_people_again(
    leases: Leases,
) -> None:
    await leases.beat("frozen", 0.05)
    await leases.attend("frozen", {"ada": "1"})
    async with asyncio.timeout(5):
        while await leases.attending(["ada"]):
            await asyncio.sleep(0.02)
    assert await leases.lapsed() == ["ada"]
    assert await leases.beat("frozen", 30) is False
    assert (await leases.roster()).entries == {}
    await leases.attend("frozen", {"ada": "1"})
    assert await leases.lapsed() == []
    assert await leases.beat("frozen", 30) is True
    assert (await leases.roster()).entries == {"ada": "1"}


async def test_a_keeper_that_nobody_has_swept_comes_back_unseen(leases: Leases) -> None:
    await leases.beat("late", 0.05)
    await leases.attend("late", {"ada": "1"})
    before = await leases.numbered()
    async with asyncio.timeout(5):
        while await leases.attending(["ada"]):
            await asyncio.sleep(0.02)
    assert await leases.beat("late", 30) is True
    assert await leases.attending(["ada"]) == {"ada"}
    assert await leases.lapsed() == []
    assert await leases.numbered() == before


async def test_a_keeper_without_a_beat_vouches_for_no_time(leases: Leases) -> None:
    await leases.attend("hasty", {"ada": "1"})
    assert await leases.attending(["ada"]) == set()
    assert await leases.lapsed() == ["ada"]
    assert (await leases.roster()).entries == {}


async def test_thousands_come_and_go_at_once(leases: Leases, seen: Seen) -> None:
    people: dict[str, str | None] = {f"p{n}": str(n) for n in range(5000)}
    await leases.beat("dying", 0.5)
    await leases.attend("dying", people)
    assert len(await seen.change()) == 5000
    named: set[str] = set()
    async with asyncio.timeout(10):
        while len(named) < 5000:
            some = await leases.lapsed(limit=1000)
            named.update(some)
            await leases.settle(some)
    assert await seen.is_empty()
    assert await leases.lapsed() == []


async def test_a_redis_back_empty_has_another_epoch(own_redis: RedisServer) -> None:
    async with opened(own_redis.url) as live:
        await live.leases.beat("here", 30)
        await live.leases.attend("here", {"ada": "1"})
        before = await live.leases.roster()
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        after = await live.leases.roster()
        assert after.epoch != before.epoch
        assert after.entries == {}
        assert await live.leases.beat("here", 30) is False


async def test_a_redis_back_with_what_it_had_saved_has_another_epoch(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        await live.leases.beat("here", 30)
        await live.leases.attend("here", {"ada": "1"})
        before = await live.leases.roster()
        own_redis.ask("SAVE")
        await live.leases.attend("here", {"ada": "2"})
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        after = await live.leases.roster()
        assert after.entries == {"ada": "1"}
        assert after.epoch != before.epoch


async def test_processes_share_one_roster(redis_url: str, redis_prefix: str) -> None:
    async with (
        opened(redis_url, redis_prefix) as here,
        opened(redis_url, redis_prefix) as there,
        listening(there.bus, "presence") as listener,
    ):
        await here.leases.beat("here", 30)
        await here.leases.attend("here", {"ada": "1"})
        assert json.loads((await listener.next()).payload or "")["patch"] == {"ada": 1}
        assert await here.leases.roster() == await there.leases.roster()


async def _lapsed(leases: Leases) -> list[str]:
    """Who is named first, once anybody is."""
    async with asyncio.timeout(5):
        while not (named := await leases.lapsed()):
            await asyncio.sleep(0.02)
    return named
