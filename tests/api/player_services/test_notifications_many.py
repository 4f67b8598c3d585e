"""Two thousand polls wait in one process: they cost next to nothing, and one word wakes its own."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from lobby.domain.accounts import Account
from lobby.domain.permissions import Kind
from protocol import topics
from tests.api.player_services.rows.notifications import put
from tests.support.long_poll import LongPoll
from tests.support.player_services import Callers, player_services_server
from tests.support.slowness import slowness
from tests.support.waiting import soon, until

MANY = 2_000
HEAL_SECONDS = 0.5
IDLE_SECONDS = 2.0
LARGEST_SHARE = 0.1
"""Of one core, heals among it; a test machine is shared."""
AT_ONCE = 200


@pytest.fixture(scope="module")
def callers() -> Iterator[Callers]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with player_services_server(heal_seconds=HEAL_SECONDS) as (_, callers):
        yield callers
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def add(callers: Callers, number: int) -> Account:
    uuid = f"00000000-0000-4000-8000-{number:012}"
    account = Account(uuid, number, Kind.PLAYER, registered=1.0, role="player")
    return await callers.served.lobby.accounts.add(account)


@asynccontextmanager
async def crowd(callers: Callers) -> AsyncIterator[list[tuple[Account, LongPoll]]]:
    """Everybody's poll, waiting."""

    async def all() -> list[Account]:
        return list(await asyncio.gather(*(add(callers, 10**6 + n) for n in range(MANY))))

    accounts, polls = callers.served.do(all()), []
    for first in range(0, MANY, AT_ONCE):
        some = accounts[first : first + AT_ONCE]
        sent = (LongPoll.send(callers.served.url, callers.token(a), deadline=900) for a in some)
        polls += await asyncio.gather(*sent)
    waits = callers.served.lobby.hub.waiters
    everybodys = [topics.inbox(account.uuid) for account in accounts]
    await until(lambda: sum(topic in waits for topic in everybodys) == MANY, 30)
    try:
        yield list(zip(accounts, polls, strict=True))
    finally:
        for poll in polls:
            poll.leave()
        await until(lambda: not any(topic in waits for topic in everybodys), 30)


async def tasks() -> int:
    return len(asyncio.all_tasks())


async def processor_seconds() -> float:
    """Of the thread that serves, and of what serves it."""
    return time.thread_time()


async def test_two_thousand_wait_for_next_to_nothing_and_one_is_woken(callers: Callers) -> None:
    before = callers.served.do(tasks())
    async with crowd(callers) as waiting:
        # 1. No task beside the requests' own.
        assert callers.served.do(tasks()) - before <= MANY + 2
        # 2. Nobody asks anybody while they wait, but for the round that heals them all at once.
        slower = slowness(time.thread_time)
        began, used = time.monotonic(), callers.served.do(processor_seconds())
        await asyncio.sleep(IDLE_SECONDS)
        share = (callers.served.do(processor_seconds()) - used) / (time.monotonic() - began)
        assert share < LARGEST_SHARE * max(slower, slowness(time.thread_time))
        # 3. A word wakes whom it is for, at once, and nobody else.
        account, poll = waiting[MANY // 2]
        began = time.monotonic()
        id = put(callers, account)
        assert (await poll.answer()).ids == [id]
        assert time.monotonic() - began < soon()
        assert not any(other.answered for _, other in waiting if other is not poll)
        # 4. Everybody is woken by their own.
        ids = {account.uuid: put(callers, account) for account, _ in waiting[:100]}
        for account, poll in waiting[:100]:
            assert (await poll.answer()).ids == [ids[account.uuid]]
