"""A process stops, or stands still, before any of its calls to the store, and another one goes on
with its work: everything that was bought is given once, and told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from lobby.domain.permissions import Actor
from lobby.workers import fulfilment
from persistence.ports import Live, Store
from tests.support.entitlements import (
    GOLD,
    SWORD,
    EntitlementsWorld,
    Provider,
    entitlements_game,
    entitlements_world,
)
from tests.support.lobby import PausingStore, interrupted
from tests.support.upstream import Upstream, upstream
from tests.support.waiting import TIMEOUT

MOST_CALLS = 60
LEAST_CALLS = 12
"""Of one who settles a request of two things."""
Party = tuple[EntitlementsWorld, EntitlementsWorld, PausingStore]


@pytest.fixture(params=["memory"])
def live_url(request: pytest.FixtureRequest) -> str:
    return f"{request.param}:"


@pytest.fixture(scope="module")
def service() -> Iterator[Upstream]:
    with upstream() as service:
        yield service


@pytest.fixture
def provider(service: Upstream) -> Provider:
    return Provider(service)


@pytest.fixture
async def party(
    store: Store, live: Live, tmp_path: Path, provider: Provider
) -> AsyncIterator[Party]:
    catalogue, paced = entitlements_game(tmp_path, provider.service), PausingStore(store)
    async with (
        entitlements_world(catalogue, paced, live) as here,  # type: ignore[arg-type]
        entitlements_world(catalogue, store, live) as there,
    ):
        yield here, there, paced


async def killed(paced: PausingStore, verb: Callable[[], Awaitable[object]], *, at: int) -> bool:
    """It gets as far as its `at`-th call of the store, and never further. False: it was over."""
    task = asyncio.ensure_future(verb())
    paced.stop(task, before=at)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(TIMEOUT):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    reached = stopped.done()
    for end in (task, stopped):
        end.cancel()
        with suppress(asyncio.CancelledError):
            await end
    return reached


async def bought(here: EntitlementsWorld, provider: Provider) -> Actor:
    """Somebody who has bought two things, one of which their game knows of."""
    provider.owned = {"a": ("gold", 1), "b": ("sword", 3)}
    provider.consumed.clear()
    return await here.player()


async def require_given_once(world: EntitlementsWorld, who: Actor, provider: Provider) -> None:
    assert (await world.owned(who, GOLD), await world.owned(who, SWORD)) == (100, 3)
    assert len(provider.consumed) == 2
    told = {id for what, id in await world.told(who) if what == "order"}
    assert told == set(provider.consumed)


async def test_whoever_is_killed_between_two_steps_is_replaced(
    party: Party, provider: Provider
) -> None:
    here, there, paced = party
    for at in range(1, MOST_CALLS):
        ann = await bought(there, provider)
        submitted = await there.submit(ann, ("gold", "a", 1))
        paced.rewind()
        settling = partial(fulfilment.settle, here.lobby, submitted.id)
        reached = await killed(paced, settling, at=at)
        settled = await there.settle(submitted)
        assert (settled.ended, settled.status) == (True, "FULFILLED")
        await require_given_once(there, ann, provider)
        assert ("request", submitted.id) in await there.told(ann)
        if not reached:
            assert at > LEAST_CALLS
            return
    raise AssertionError("it never ends")


async def test_two_who_settle_the_same_at_once_give_it_once(
    party: Party, provider: Provider
) -> None:
    here, there, paced = party
    for at in range(1, MOST_CALLS):
        ann = await bought(there, provider)
        submitted = await there.submit(ann, ("gold", "a", 1))
        paced.rewind()
        reached = await interrupted(
            paced,
            partial(fulfilment.settle, here.lobby, submitted.id),
            partial(fulfilment.settle, there.lobby, submitted.id),
            at=at,
        )
        assert (await there.now(submitted)).status == "FULFILLED"
        await require_given_once(there, ann, provider)
        if not reached:
            assert at > LEAST_CALLS
            return
    raise AssertionError("it never ends")


async def test_the_same_reported_twice_at_once_is_given_once(
    party: Party, provider: Provider
) -> None:
    here, there, paced = party
    for at in range(1, MOST_CALLS):
        ann = await bought(there, provider)
        items = [("gold", "a", 1), ("sword", "b", 3)]
        paced.rewind()
        reached = await interrupted(
            paced,
            partial(here.buy, ann, *items),
            partial(there.buy, ann, *items),
            at=at,
        )
        for left in await there.lobby.submissions.all("open", "yes"):
            await there.settle(left)
        await require_given_once(there, ann, provider)
        if not reached:
            assert at > LEAST_CALLS
            return
    raise AssertionError("it never ends")
