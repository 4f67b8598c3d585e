"""Purchases are settled: the platform is asked, an order is carried out once, its player is told.

Each step leaves what it has done in the store, and finds there what was done before: whoever stops
between two of them, in whichever process, the next one goes on. Two who do the same at once do no
harm; a lease keeps them from it nevertheless.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import structlog

from lobby.actions import entitlements, providers
from lobby.catalogue.players import Sku
from lobby.context import Lobby
from lobby.domain.entitlements import (
    UNCONSUMED,
    Item,
    Order,
    OrderNotFound,
    Status,
    Submission,
    SubmissionNotFound,
    order_key,
)
from lobby.domain.errors import Conflict, Unavailable
from lobby.domain.outbound_errors import UpstreamFailed
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import InboxEntry

log = structlog.get_logger(__name__)

ROUND_SECONDS = 5.0
"""How often it is looked for what others have left."""
TERM_SECONDS = 10.0
PATIENCE_SECONDS = 600.0
"""How long a provider is asked again that does not answer."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Between two tries, while a provider is away."""
AT_ONCE = 8
AWAY = (UpstreamFailed, Unavailable, Unreachable)


class Fulfilment:
    """A task for each submission that is not settled, for as long as it is not."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Endless."""
        try:
            while True:
                self._lobby.purchased.clear()
                try:
                    await self._begin()
                except Unreachable as away:
                    log.warning("purchases_postponed", why=str(away))
                except Exception:
                    log.exception("purchases_postponed")
                with suppress(TimeoutError):
                    async with asyncio.timeout(ROUND_SECONDS):
                        await self._lobby.purchased.wait()
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def _begin(self) -> None:
        for submission in await self._lobby.submissions.all("open", "yes"):
            if submission.id not in self._tasks:
                task = asyncio.create_task(self._see_to(submission.id), name=submission.id)
                self._tasks[submission.id] = task
                task.add_done_callback(lambda done: self._tasks.pop(done.get_name(), None))

    async def _see_to(self, id: str) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._places:
                    settled = await self._settled(id)
                if settled:
                    return
                pause = FIRST_PAUSE if settled is None else pause * 2
            except AWAY:
                pause *= 2
            except Exception:
                log.exception("purchase_failed")
                pause *= 2
            pause = min(pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _settled(self, id: str) -> bool | None:
        """None while another process is at it, or one has died at it a moment ago."""
        lobby, lease = self._lobby, f"entitlement:{id}"
        if not await lobby.leases.hold(lease, lobby.name, TERM_SECONDS):
            return None
        try:
            return await settle(lobby, id)
        finally:
            with suppress(Unreachable):
                await lobby.leases.release(lease, lobby.name)


async def settle(lobby: Lobby, id: str) -> bool:
    """As far as it goes now; False while a provider keeps some of it waiting."""
    try:
        submission = await lobby.submissions.get(id)
        if not submission.ended:
            submission = await _look(lobby, submission)
            for item in submission.items:
                if not item.settled:
                    submission = await _settle(lobby, submission, item)
            await _end(lobby, submission)
        return submission.settled
    except SubmissionNotFound:
        return True


async def _look(lobby: Lobby, submission: Submission) -> Submission:
    """Ask the platform what else the player has there."""
    provider = lobby.catalogue.by_provider.get(submission.platform)
    if submission.looked or submission.skipped:
        return submission
    if provider is None:
        return await lobby.submissions.change(submission.id, lambda s: s.skip())
    sold = entitlements.sold(lobby, submission.platform)
    try:
        found = await providers.look(lobby, provider, submission)
    except (UpstreamFailed, Unavailable):
        if not _late(lobby, submission):
            return submission
        return await lobby.submissions.change(submission.id, lambda s: s.skip())
    return await lobby.submissions.change(submission.id, lambda s: s.find(found, sold))


async def _settle(lobby: Lobby, submission: Submission, item: Item) -> Submission:
    """Carry its order out, tell its player, note it; in this order, so that nothing is noted that
    was not done. Who is told twice looks twice."""
    order = await _order(lobby, submission, item)
    if order is None:
        return await lobby.submissions.change(submission.id, lambda s: s.refuse(item.entitlement))
    if order.status is Status.SUBMITTED:
        order = await _carry_out(lobby, submission, item, order)
    if order.status is Status.SUBMITTED:
        return submission
    if order.status is Status.FULFILLED and order.submission == submission.id:
        url = f"/inventory/v2/player/{submission.player}/order/{order.id}"
        await _tell(lobby, submission, url, "What you bought is yours.")
    return await lobby.submissions.change(submission.id, lambda s: s.settle(order))


async def _order(lobby: Lobby, submission: Submission, item: Item) -> Order | None:
    """There is one for each thing that somebody has bought, whoever reports it and how often. None
    where the game has stopped selling it before."""
    sku = lobby.catalogue.by_sku.get((submission.platform, item.sku))
    key = order_key(submission.player, submission.platform, item.entitlement)
    try:
        order = await lobby.orders.get(key)
    except OrderNotFound:
        if sku is None:
            return None
        try:
            return await lobby.orders.add(_new(lobby, submission, item.entitlement, sku))
        except Conflict:
            order = await lobby.orders.get(key)
    if sku is None or order.status is not Status.FAILED or order.submission == submission.id:
        return order
    return await lobby.orders.change(
        key, lambda o: o.retry(submission.id, sku=sku.sku, item=sku.item_id, each=sku.quantity)
    )


def _new(lobby: Lobby, submission: Submission, entitlement: str, sku: Sku) -> Order:
    return Order(
        id=str(uuid4()),
        player=submission.player,
        platform=submission.platform,
        entitlement=entitlement,
        submission=submission.id,
        created=round(lobby.clock(), 3),
        sku=sku.sku,
        item=sku.item_id,
        each=sku.quantity,
    )


async def _carry_out(lobby: Lobby, submission: Submission, item: Item, order: Order) -> Order:
    """As it was, while the provider does not answer; until that has lasted too long."""
    try:
        used, why_not = await _used(lobby, submission, item, order)
    except (UpstreamFailed, Unavailable):
        if not _late(lobby, submission):
            return order
        used, why_not = 0, UNCONSUMED
    return await lobby.orders.change(
        order.key, lambda o: o.fail(why_not) if why_not else o.fulfil(used)
    )


async def _used(
    lobby: Lobby, submission: Submission, item: Item, order: Order
) -> tuple[int, str | None]:
    """How many were used up on the platform, or why none."""
    provider = lobby.catalogue.by_provider.get(submission.platform)
    if provider is not None:
        verdict = await providers.consume(lobby, provider, submission, item, order)
        return verdict.consumed, verdict.why_not
    sku = lobby.catalogue.by_sku.get((submission.platform, order.sku))
    believed = submission.trusted or (sku is not None and sku.unproven)
    return (item.quantity, None) if believed else (0, UNCONSUMED)


def _late(lobby: Lobby, submission: Submission) -> bool:
    return lobby.clock() > submission.created + PATIENCE_SECONDS


async def _end(lobby: Lobby, submission: Submission) -> None:
    if submission.settled:
        url = f"/inventory/v2/player/{submission.player}/entitlement/request/{submission.id}"
        await _tell(lobby, submission, url, "Your request is settled.")
        await entitlements.linger(lobby, submission)
        await lobby.submissions.change(submission.id, lambda s: s.end())


async def _tell(lobby: Lobby, submission: Submission, url: str, message: str) -> None:
    entry = InboxEntry(
        kind="entitlement_fulfilled", message=message, rh_url=url, at=round(lobby.clock(), 3)
    )
    await lobby.notices.put(topics.inbox(submission.player), entry)
