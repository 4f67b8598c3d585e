"""What Presence promises about those who keep a roster together: processes that stop and come back,
and a Redis that does. Over every implementation, or over Redis where only it can.
"""

from __future__ import annotations

import asyncio
import json

from persistence.live.redis_presence import GATHERING_SECONDS
from persistence.ports import Live, Presence
from tests.contracts.listener import listening, opened
from tests.contracts.roster import Seen, first_expired
from tests.support.services import RedisServer
from tests.support.waiting import TIMEOUT, until


async def test_the_people_of_an_expired_keeper_leave_in_one_version_and_are_named(
    roster: Presence, seen: Seen
) -> None:
    assert await roster.heartbeat("dying", 0.6) is False
    await roster.enter("dying", {"ada": "1", "bob": "2", "eve": None, "zoe": "3"})
    assert len(await seen.change()) == 3
    await roster.enter("here", {"zoe": "3"})
    assert await roster.present(["ada", "zoe"]) == {"ada", "zoe"}
    assert sorted(await first_expired(roster)) == ["ada", "bob", "eve"]
    assert await seen.change() == {"ada": None, "bob": None}
    assert await roster.present(["ada", "bob", "eve", "zoe"]) == {"zoe"}
    assert (await roster.read()).entries == {"zoe": "3"}


async def test_a_keeper_that_beats_in_time_keeps_its_people(roster: Presence) -> None:
    await roster.heartbeat("steady", 0.8)
    await roster.enter("steady", {"ada": "1"})
    await roster.leave("here", {"mark": None}, seconds=1.2)
    async with asyncio.timeout(TIMEOUT):
        while await roster.expired() != ["mark"]:
            assert await roster.heartbeat("steady", 0.8) is True
            await asyncio.sleep(0.02)
    assert (await roster.read()).entries == {"ada": "1"}


async def test_a_keeper_that_comes_back_too_late_must_name_its_people_again(
    roster: Presence,
) -> None:
    await roster.heartbeat("frozen", 0.05)
    await roster.enter("frozen", {"ada": "1"})
    async with asyncio.timeout(TIMEOUT):
        while await roster.present(["ada"]):
            await asyncio.sleep(0.02)
    assert await roster.expired() == ["ada"]
    assert await roster.heartbeat("frozen", 30) is False
    assert (await roster.read()).entries == {}
    await roster.enter("frozen", {"ada": "1"})
    assert await roster.expired() == []
    assert await roster.heartbeat("frozen", 30) is True
    assert (await roster.read()).entries == {"ada": "1"}


async def test_a_keeper_that_nobody_has_swept_comes_back_unseen(roster: Presence) -> None:
    await roster.heartbeat("late", 0.05)
    await roster.enter("late", {"ada": "1"})
    before = await roster.versions()
    async with asyncio.timeout(TIMEOUT):
        while await roster.present(["ada"]):
            await asyncio.sleep(0.02)
    await roster.expire_after("ada", 0)  # as it is not known whether it does
    assert await roster.heartbeat("late", 30) is True
    assert await roster.present(["ada"]) == {"ada"}
    assert await roster.expired() == []
    assert await roster.versions() == before


async def test_the_people_of_a_keeper_that_died_are_expired_after_its_grace(
    roster: Presence, seen: Seen
) -> None:
    await roster.heartbeat("patient", 0.05, grace=60)
    await roster.heartbeat("hasty", 0.05, grace=0.3)
    await roster.enter("patient", {"ada": "1", "zoe": "2"}, whole=True)
    await roster.enter("hasty", {"bob": "3"}, whole=True)
    # 1. They are shown no longer than the lease, and named after the grace alone.
    assert await first_expired(roster) == ["bob"]
    assert await seen.is_empty()
    await roster.forget(["bob"])
    assert await roster.expired() == []
    # 2. Who is back with another in the meantime is served by it.
    await roster.enter("here", {"ada": "1"})
    assert await roster.present(["ada", "zoe"]) == {"ada"}
    # 3. A sign of life without a connection never shortens what is left.
    await roster.expire_after("zoe", 0)
    assert await roster.expired() == []


async def test_where_all_keepers_had_died_there_is_a_new_epoch(live: Live) -> None:
    roster = live.roster
    opened = await roster.epoch()
    assert await roster.heartbeat("first", 30) is False
    await roster.enter("first", {"ada": "1"}, generation=1, whole=True)
    await roster.heartbeat("second", 30)
    assert await roster.epoch() == opened, "nothing had been timed before the first"
    # 1. One of two ends, and comes back: the other lived all the while.
    await roster.heartbeat("first", 0, generation=1)
    await until(lambda: is_dead(roster))
    assert await roster.heartbeat("first", 30, generation=1) is True
    assert await roster.epoch() == opened
    # 2. Both end.
    for keeper in ("first", "second"):
        await roster.heartbeat(keeper, 0, generation=1)
    await until(lambda: is_dead(roster))
    assert await roster.epoch() == opened
    assert await roster.heartbeat("third", 30) is False
    assert await roster.epoch() != opened
    # 3. One that was only cut off says again whom it serves.
    assert await roster.heartbeat("first", 30, generation=1) is False
    await roster.enter("first", {"ada": "1"}, generation=2, whole=True)
    assert await roster.present(["ada"]) == {"ada"}


async def is_dead(roster: Presence) -> bool:
    return not await roster.present(["ada"])


async def test_a_keeper_without_a_beat_vouches_for_no_time(roster: Presence) -> None:
    await roster.enter("hasty", {"ada": "1"})
    assert await roster.present(["ada"]) == set()
    assert await roster.expired() == ["ada"]
    assert (await roster.read()).entries == {}


async def test_thousands_come_and_go_at_once(roster: Presence, seen: Seen) -> None:
    people: dict[str, str | None] = {f"p{n}": str(n) for n in range(5000)}
    await roster.heartbeat("dying", 0.5)
    await roster.enter("dying", people)
    assert len((await roster.read()).entries) == 5000
    named: set[str] = set()
    async with asyncio.timeout(TIMEOUT):
        while len(named) < 5000:
            some = await roster.expired()
            named.update(some)
            await roster.forget(some)
    assert await seen.is_empty()
    assert await roster.expired() == []


async def test_a_redis_back_empty_has_another_epoch(own_redis: RedisServer) -> None:
    async with opened(own_redis.url) as live:
        await live.roster.heartbeat("here", 30)
        await live.roster.enter("here", {"ada": "1"})
        before = await live.roster.read()
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        after = await live.roster.read()
        assert after.epoch != before.epoch
        assert after.entries == {}
        assert await live.roster.heartbeat("here", 30) is False


async def test_a_redis_back_with_what_it_had_saved_has_another_epoch(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        await live.roster.heartbeat("here", 30)
        await live.roster.enter("here", {"ada": "1"})
        before = await live.roster.read()
        own_redis.ask("SAVE")
        await live.roster.enter("here", {"ada": "2"})
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        after = await live.roster.read()
        assert after.entries == {"ada": "1"}
        assert after.epoch != before.epoch


async def test_processes_share_one_roster(redis_url: str, redis_prefix: str) -> None:
    async with (
        opened(redis_url, redis_prefix) as here,
        opened(redis_url, redis_prefix) as there,
        listening(there.bus, "presence") as listener,
    ):
        await here.roster.heartbeat("here", 30)
        await here.roster.enter("here", {"ada": "1"})
        assert json.loads((await listener.next()).payload or "")["patch"] == {"ada": 1}
        assert await here.roster.read() == await there.roster.read()


async def test_a_keeper_is_known_by_what_it_has_said_and_not_by_its_beats(
    roster: Presence,
) -> None:
    for _ in range(3):
        assert await roster.heartbeat("back", 30, generation=7) is False
    await roster.enter("back", {"ada": "1"}, generation=8)
    assert await roster.heartbeat("back", 30, generation=8) is False
    await roster.enter("back", {"ada": "1", "bob": "2"}, generation=9, whole=True)
    assert await roster.heartbeat("back", 30, generation=9) is True
    await roster.enter("back", {"eve": "3"}, generation=10)
    assert await roster.heartbeat("back", 30, generation=10) is True
    assert (await roster.read()).entries == {"ada": "1", "bob": "2", "eve": "3"}


async def test_what_arrives_after_a_later_generation_is_no_news(roster: Presence) -> None:
    await roster.enter("late", {"ada": "1", "bob": "2"}, generation=3, whole=True)
    await roster.enter("late", {"zoe": "9"}, generation=2)
    await roster.enter("late", {}, generation=2, whole=True)
    await roster.leave("late", {"ada": None}, seconds=0, generation=2)
    assert (await roster.read()).entries == {"ada": "1", "bob": "2"}


async def test_who_is_not_named_in_the_whole_is_no_longer_served(roster: Presence) -> None:
    await roster.heartbeat("late", 30)
    await roster.enter("late", {"ada": "1", "bob": "2"}, generation=3, whole=True)
    await roster.enter("late", {"bob": "2"}, generation=5, whole=True)
    assert (await roster.read()).entries == {"bob": "2"}
    assert await roster.present(["ada", "bob"]) == {"bob"}
    assert await roster.expired() == ["ada"]


async def test_a_lost_roster_is_not_shown_before_every_living_keeper_has_spoken(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        for keeper in ("here", "there"):
            await live.roster.heartbeat(keeper, 30)
            await live.roster.enter(keeper, {f"one of {keeper}": "1"}, whole=True)
        before = await live.roster.read()
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        reading = asyncio.create_task(live.roster.read())
        for keeper in ("here", "there"):
            assert not reading.done()
            assert await live.roster.heartbeat(keeper, 30) is False
            await live.roster.enter(keeper, {f"one of {keeper}": "1"}, whole=True)
        assert (await reading).entries == before.entries


async def test_a_lost_roster_is_shown_without_those_who_do_not_come_back(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as live:
        for keeper in ("here", "dead"):
            await live.roster.heartbeat(keeper, 30)
            await live.roster.enter(keeper, {f"one of {keeper}": "1"}, whole=True)
        await live.roster.read()
        own_redis.kill()
        await asyncio.to_thread(own_redis.start)
        await live.roster.heartbeat("here", 30)
        await live.roster.enter("here", {"one of here": "1"}, whole=True)
        async with asyncio.timeout(GATHERING_SECONDS + 2):
            assert (await live.roster.read()).entries == {"one of here": "1"}


async def test_a_process_that_is_new_does_not_show_a_lost_roster_before_others_may_have_spoken(
    own_redis: RedisServer,
) -> None:
    async with opened(own_redis.url) as new, opened(own_redis.url) as old:
        # 1. Redis came back empty, and the new process is the first to speak.
        assert await new.roster.heartbeat("new", 30) is False
        reading = asyncio.create_task(new.roster.read())
        await asyncio.sleep(0.5)
        assert not reading.done()
        # 2. Another had people all the time, and says so at its next heartbeat.
        await old.roster.heartbeat("old", 30)
        await old.roster.enter("old", {"ada": "1"}, whole=True)
        async with asyncio.timeout(GATHERING_SECONDS + 2):
            assert (await reading).entries == {"ada": "1"}
