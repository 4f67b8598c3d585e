"""What is bought is given once, and only what the platform says was bought."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.economy import entitlements
from lobby.actions.timers import dispatch
from lobby.domain.entitlements import SubmissionNotFound, TooManyOpen
from lobby.domain.errors import NotYours
from lobby.domain.permissions import SYSTEM, Permit
from lobby.workers import fulfilment
from lobby.workers.fulfilment import Fulfilment
from tests.support.entitlements import (
    GOLD,
    SECRET,
    SWORD,
    EntitlementsWorld,
    Provider,
    became,
    entitlements_game,
    entitlements_world,
)
from tests.support.upstream import Upstream, upstream
from tests.support.waiting import TIMEOUT

FULFILLED = ("FULFILLED", "none")
APPLIED = ("PREVIOUSLY_APPLIED", "previously_applied")
UNCONSUMED = ("FAILED", "failed_to_consume")


@pytest.fixture(scope="module")
def service() -> Iterator[Upstream]:
    with upstream() as service:
        yield service


@pytest.fixture
def provider(service: Upstream) -> Provider:
    service.asked.clear()
    return Provider(service)


@pytest.fixture
async def here(tmp_path: Path, provider: Provider) -> AsyncIterator[EntitlementsWorld]:
    async with entitlements_world(entitlements_game(tmp_path, provider.service)) as here:
        yield here


async def test_what_was_bought_is_given_and_told(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 3)
    submitted = await here.submit(ann, ("gold", "a", 1))
    assert (submitted.status, became(submitted)) == ("SUBMITTED", [("SUBMITTED", "none")])
    assert await here.owned(ann) == 0
    settled = await here.settle(submitted)
    assert (settled.status, became(settled)) == ("FULFILLED", [FULFILLED])
    assert await here.owned(ann) == 300, "as many as the platform says, not the player"
    (item,) = settled.items
    assert await here.told(ann) == [("order", item.order), ("request", settled.id)]


async def test_the_provider_hears_whose_it_is_and_nothing_is_kept_of_the_token(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    settled = await here.buy(ann, ("gold", "a", 1))
    for asked in provider.service.asked:
        assert asked.json["platform_token"] == "the player's own"
        assert asked.json["player_uuid"] == asked.headers["Lobby-Player"] == ann.uuid
        assert asked.headers["Lobby-Signature"].startswith("v1=")
        assert SECRET not in str(asked)
    assert [asked.json["ask"] for asked in provider.service.asked] == ["inventory", "consume"]
    assert settled.token == ""


async def test_the_same_again_gives_nothing_again(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 1)
    first = await here.buy(ann, ("gold", "a", 1), ("gold", "a", 1))
    again = await here.buy(ann, ("gold", "a", 1))
    assert (became(first), became(again)) == ([FULFILLED, APPLIED], [APPLIED])
    assert again.items[0].order == first.items[0].order
    assert (again.status, await here.owned(ann)) == ("FULFILLED", 100)
    told = [id for what, id in await here.told(ann) if what == "order"]
    assert len(told) == 1


async def test_what_cannot_be_is_said_at_once(here: EntitlementsWorld) -> None:
    ann = await here.player()
    submitted = await here.submit(
        ann, ("nothing", "a", 1), ("gold", "b", 0), ("gold", "", 1), ("", "c", 1)
    )
    assert became(submitted) == [
        ("FAILED", "no_sku_found"),
        ("FAILED", "quantity_zero"),
        ("FAILED", "missing_information"),
        ("FAILED", "missing_information"),
    ]
    settled = await here.settle(submitted)
    assert (settled.status, await here.owned(ann)) == ("FAILED", 0)


async def test_what_the_platform_does_not_know_of_is_not_given(here: EntitlementsWorld) -> None:
    ann = await here.player()
    settled = await here.buy(ann, ("gold", "made up", 1))
    assert (settled.status, became(settled)) == ("FAILED", [UNCONSUMED])
    assert await here.owned(ann) == 0


async def test_what_failed_may_be_tried_again(here: EntitlementsWorld, provider: Provider) -> None:
    ann = await here.player()
    failed = await here.buy(ann, ("gold", "a", 1))
    provider.owned["a"] = ("gold", 1)
    settled = await here.buy(ann, ("gold", "a", 1))
    assert became(settled) == [FULFILLED]
    assert became(await here.now(failed)) == [UNCONSUMED]
    assert await here.owned(ann) == 100


async def test_what_the_platform_has_besides_is_given_too(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned |= {"a": ("gold", 1), "b": ("sword", 2), "c": ("of another game", 1)}
    settled = await here.buy(ann, ("gold", "a", 1))
    assert [(i.sku, i.entitlement) for i in settled.found] == [("sword", "b")]
    assert became(settled) == [FULFILLED, FULFILLED]
    assert not settled.skipped
    assert (await here.owned(ann), await here.owned(ann, SWORD)) == (100, 2)


@pytest.mark.parametrize(
    ("platform", "outright", "became_of_it", "given"),
    [
        ("Epic", False, UNCONSUMED, 0),
        ("Epic", True, FULFILLED, 2),
        ("Anon", False, FULFILLED, 2),
    ],
)
async def test_where_nobody_can_be_asked_a_players_word_is_no_proof(
    here: EntitlementsWorld,
    platform: str,
    outright: bool,
    became_of_it: tuple[str, str],
    given: int,
) -> None:
    ann = await here.player()
    settled = await here.buy(ann, ("gold", "a", 2), platform=platform, outright=outright)
    assert (settled.skipped, became(settled)) == (True, [became_of_it])
    assert await here.owned(ann, GOLD) == given


async def test_a_provider_that_is_away_keeps_it_waiting(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 1)
    provider.away = True
    submitted = await here.submit(ann, ("gold", "a", 1))
    assert not await fulfilment.settle(here.lobby, submitted.id)
    assert (await here.now(submitted)).status == "SUBMITTED"
    provider.away = False
    assert became(await here.settle(submitted)) == [FULFILLED]


async def test_a_provider_that_stays_away_is_given_up(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 1)
    provider.away = True
    submitted = await here.submit(ann, ("gold", "a", 1))
    here.local.clock.advance(fulfilment.PATIENCE_SECONDS + 1)
    settled = await here.settle(submitted)
    assert (became(settled), settled.skipped) == ([UNCONSUMED], True)
    provider.away = False
    assert became(await here.buy(ann, ("gold", "a", 1))) == [FULFILLED]


async def test_it_is_read_by_its_player_alone(here: EntitlementsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    submitted = await here.submit(ann, ("gold", "a", 1))
    with pytest.raises(NotYours):
        await entitlements.get(here.lobby, Permit(bob), player=ann.uuid, id=submitted.id)
    with pytest.raises(SubmissionNotFound):
        await entitlements.get(here.lobby, Permit(bob), player=bob.uuid, id=submitted.id)
    assert await entitlements.get(here.lobby, SYSTEM, player=ann.uuid, id=submitted.id)


async def test_a_player_has_so_many_open_at_a_time(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann, bob = await here.player(), await here.player()
    open = [await here.submit(ann) for _ in range(entitlements.MOST_OPEN)]
    with pytest.raises(TooManyOpen):
        await here.submit(ann)
    await here.submit(bob)
    await here.settle(open[0])
    await here.submit(ann)


async def test_a_request_is_remembered_for_a_day_and_its_orders_for_ever(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 1)
    settled = await here.buy(ann, ("gold", "a", 1))
    await dispatch.rearm(here.lobby)
    await here.pass_time(entitlements.KEPT_SECONDS - 1)
    await here.now(settled)
    await here.pass_time(2)
    with pytest.raises(SubmissionNotFound):
        await here.now(settled)
    assert await here.owned(ann) == 100
    assert became(await here.buy(ann, ("gold", "a", 1))) == [APPLIED]


async def test_with_its_player_goes_all_that_they_bought(
    here: EntitlementsWorld, provider: Provider
) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 1)
    settled = await here.buy(ann, ("gold", "a", 1))
    await accounts.delete(here.lobby, SYSTEM, account=ann.uuid)
    assert await here.owned(ann) == 0
    with pytest.raises(SubmissionNotFound):
        await here.now(settled)
    assert await fulfilment.settle(here.lobby, settled.id)


async def test_somebody_is_always_at_it(here: EntitlementsWorld, provider: Provider) -> None:
    ann = await here.player()
    provider.owned["a"] = ("gold", 1)
    before = await here.submit(ann, ("gold", "a", 1))
    working = asyncio.create_task(Fulfilment(here.lobby).run())
    provider.owned["b"] = ("gold", 1)
    during = await here.submit(ann, ("gold", "b", 1))
    async with asyncio.timeout(TIMEOUT):
        while not ((await here.now(before)).ended and (await here.now(during)).ended):
            await asyncio.sleep(0.01)
    assert await here.owned(ann) == 200
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
