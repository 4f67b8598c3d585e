"""What Bus promises, over every bus; and what the one through Redis survives."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from persistence.ports import Bus, Delivery, Live, Unreachable
from persistence.urls import open_live
from tests.contracts.listener import listening, opened
from tests.support.services import RedisServer
from tests.support.slowness import within
from tests.support.waiting import TIMEOUT


async def test_a_subscriber_hears_what_is_published_from_now_on(live: Live) -> None:
    live.bus.publish("a", "before")
    async with listening(live.bus, "a") as listener:
        live.bus.publish("a", "1")
        assert await listener.until(Delivery("a", "1")) in ([], [Delivery("a", "before")])


async def test_payloads_of_a_topic_come_in_order_and_letter_by_letter(live: Live) -> None:
    payloads = [f'{{"n": {n},\r\n"é": "漢字🎲 \\u0000"}}' for n in range(600)]
    async with listening(live.bus, "a", "b") as listener:
        for number, payload in enumerate(payloads):
            live.bus.publish("a", payload)
            live.bus.publish("b", payload)
            if number % 50 == 0:
                await asyncio.sleep(0)
        heard = await listener.take(1200)
    for topic in "ab":
        assert [d.payload for d in heard if d.topic == topic] == payloads


async def test_nobody_hears_topics_they_did_not_ask_for_or_left(live: Live) -> None:
    async with listening(live.bus, "a", "b") as listener:
        live.bus.publish("other", "x")
        await live.bus.unsubscribe("b")
        live.bus.publish("b", "x")
        live.bus.publish("a", "end")
        assert await listener.until(Delivery("a", "end")) == []
        await live.bus.subscribe("b")
        live.bus.publish("b", "back")
        assert await listener.next() == Delivery("b", "back")


async def test_many_subscribe_at_once_and_each_is_in_time(live: Live) -> None:
    async def subscribe(topic: str) -> None:
        await live.bus.subscribe(topic)
        live.bus.publish(topic, topic)

    topics = {f"t{n}" for n in range(200)}
    async with listening(live.bus) as listener:
        await asyncio.gather(*(subscribe(topic) for topic in topics))
        assert {d.payload for d in await listener.take(200)} == topics


async def test_whoever_comes_and_goes_in_one_breath_is_where_they_went_last(live: Live) -> None:
    async with listening(live.bus, "end") as listener:
        steps = [live.bus.subscribe, live.bus.unsubscribe] * 5
        await asyncio.gather(*(step("a") for step in [*steps, live.bus.subscribe]))
        await asyncio.gather(*(step("b") for step in steps))
        live.bus.publish("b", "x")
        live.bus.publish("a", "x")
        live.bus.publish("end", "x")
        assert await listener.until(Delivery("end", "x")) == [Delivery("a", "x")]


async def test_a_reader_who_falls_far_behind_is_told_that_something_was_missed() -> None:
    live = await open_live("memory:")
    await live.bus.subscribe("a")
    await live.bus.subscribe("b")
    for number in range(20_001):
        live.bus.publish("a", str(number))
    live.bus.publish("b", "end")
    async with listening(live.bus) as listener:
        before = await listener.until(Delivery("b", "end"))
    assert sorted(before, key=str) == [Delivery("a", None), Delivery("b", None)]


async def test_the_deliveries_of_a_closed_bus_end(live: Live) -> None:
    await live.bus.close()
    async with asyncio.timeout(TIMEOUT):
        assert [delivery async for delivery in live.bus.deliveries()] == []


async def test_what_was_published_before_closing_still_leaves(
    redis_url: str, redis_prefix: str
) -> None:
    async with _bus(redis_url, redis_prefix) as here, listening(here, "a") as listener:
        async with _bus(redis_url, redis_prefix) as there:
            there.publish("a", "last words")
        assert await listener.next() == Delivery("a", "last words")


async def test_processes_hear_each_other_and_not_those_with_another_prefix(
    redis_url: str, redis_prefix: str
) -> None:
    async with (
        _bus(redis_url, redis_prefix) as here,
        _bus(redis_url, redis_prefix) as there,
        _bus(redis_url, f"other-{redis_prefix}") as elsewhere,
        listening(here, "a") as listener,
    ):
        elsewhere.publish("a", "not for us")
        await elsewhere.subscribe("a")  # by now it has gone out
        there.publish("a", "for us")
        assert await listener.next() == Delivery("a", "for us")


async def test_a_subscriber_cut_off_is_told_and_listens_again(own_redis: RedisServer) -> None:
    async with _bus(own_redis.url) as bus, listening(bus, "a", "b") as listener:
        started = time.monotonic()
        own_redis.ask("CLIENT KILL TYPE pubsub")
        missed = await listener.take(2)
        assert set(missed) == {Delivery("a", None), Delivery("b", None)}
        assert time.monotonic() - started < TIMEOUT
        bus.publish("a", "after")
        assert await listener.next() == Delivery("a", "after")


async def test_redis_killed_and_back_empty_tells_each_topic_also_those_asked_for_meanwhile(
    own_redis: RedisServer,
) -> None:
    async with _bus(own_redis.url) as bus, listening(bus, "a", "gone") as listener:
        own_redis.kill()
        await _is_refused(bus, "b")
        await bus.unsubscribe("gone")
        with pytest.raises(Unreachable):
            await bus.probe()
        bus.publish("a", "into the void")
        await asyncio.to_thread(own_redis.start)
        await listener.until(Delivery("b", None))
        bus.publish("a", "after")
        await listener.until(Delivery("a", "after"))
        await bus.probe()


async def test_a_frozen_redis_is_unreachable_and_what_was_lost_is_told_to_other_processes(
    own_redis: RedisServer,
) -> None:
    async with (
        _bus(own_redis.url) as here,
        _bus(own_redis.url) as there,
        listening(there, "a") as listener,
    ):
        own_redis.freeze()
        here.publish("a", "lost")
        await _is_refused(here, "b")
        own_redis.thaw()
        await listener.until(Delivery("a", None))


async def test_a_link_that_falls_silent_is_given_up_and_made_again(own_redis: RedisServer) -> None:
    async with _bus(own_redis.url) as bus, listening(bus, "a") as listener:
        own_redis.freeze()
        async with asyncio.timeout(TIMEOUT):
            while await _listens(bus):
                await asyncio.sleep(0.05)
        own_redis.thaw()
        await listener.until(Delivery("a", None))
        bus.publish("a", "after")
        await listener.until(Delivery("a", "after"))


async def test_a_bus_opened_before_redis_is_there_listens_once_it_is(
    own_redis: RedisServer,
) -> None:
    own_redis.kill()
    async with _bus(own_redis.url) as bus, listening(bus) as listener:
        await _is_refused(bus, "a")
        await asyncio.to_thread(own_redis.start)
        await listener.until(Delivery("a", None))
        bus.publish("a", "1")
        assert await listener.next() == Delivery("a", "1")


@asynccontextmanager
async def _bus(url: str, prefix: str = "lobby:") -> AsyncIterator[Bus]:
    async with opened(url, prefix) as live:
        yield live.bus


async def _is_refused(bus: Bus, topic: str) -> None:
    with within(2.8), pytest.raises(Unreachable, match="redis"):
        await bus.subscribe(topic)


async def _listens(bus: Bus) -> bool:
    try:
        await bus.probe()
    except Unreachable:
        return False
    return True
