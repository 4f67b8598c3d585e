"""What Leases promises about those who keep a roster together: processes that stop and come back,
and a Redis that does. Over every implementation, or over Redis where only it can.
"""

from __future__ import annotations

import asyncio
import json

from persistence.ports import Leases
from tests.contracts.listening import listening, opened
from tests.contracts.rosters import Seen, first_lapsed
from tests.patience import PATIENCE
from tests.services import RedisServer


async def test_the_people_of_a_lapsed_keeper_leave_in_one_version_and_are_named(
    leases: Leases, seen: Seen
) -> None:
    assert await leases.beat("dying", 0.6) is False
    await leases.attend("dying", {"ada": "1", "bob": "2", "eve": None, "zoe": "3"})
    assert len(await seen.change()) == 3
    await leases.attend("here", {"zoe": "3"})
    assert await leases.attending(["ada", "zoe"]) == {"ada", "zoe"}
    assert sorted(await first_lapsed(leases)) == ["ada", "bob", "eve"]
    assert await seen.change() == {"ada": None, "bob": None}
    assert await leases.attending(["ada", "bob", "eve", "zoe"]) == {"zoe"}
    assert (await leases.roster()).entries == {"zoe": "3"}


async def test_a_keeper_that_beats_in_time_keeps_its_people(leases: Leases) -> None:
    await leases.beat("steady", 0.8)
    await leases.attend("steady", {"ada": "1"})
    await leases.depart("here", "mark", shown=None, seconds=1.2)
    async with asyncio.timeout(PATIENCE):
        while await leases.lapsed() != ["mark"]:
            assert await leases.beat("steady", 0.8) is True
            await asyncio.sleep(0.02)
    assert (await leases.roster()).entries == {"ada": "1"}


async def test_a_keeper_that_comes_back_too_late_must_name_its_people_again(
    leases: Leases,
) -> None:
    await leases.beat("frozen", 0.05)
    await leases.attend("frozen", {"ada": "1"})
    async with asyncio.timeout(PATIENCE):
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
    async with asyncio.timeout(PATIENCE):
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
    async with asyncio.timeout(PATIENCE):
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
