"""Fulfilment worker: settles purchases with their platform, once each, with retry and backoff.

Each step is idempotent and stored, so that after a crash any process goes on where another stopped.
A lock for each submission keeps two processes from doing the same at once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import uuid4

import structlog

from lobby import expiring_keys
from lobby.actions.economy import entitlements
from lobby.catalogue.players import Sku
from lobby.context import Lobby
from lobby.domain.entitlements import (
    UNCONSUMED,
    EntitlementStatus,
    Item,
    Order,
    OrderNotFound,
    Submission,
    SubmissionNotFound,
    order_key,
)
from lobby.domain.errors import Conflict, Unavailable
from lobby.domain.upstream_errors import UpstreamFailed
from lobby.integrations import entitlement_provider
from lobby.workers.leader import Lock
from persistence.ports import Unreachable
from protocol import topics
from protocol.events import InboxEntry

log = structlog.get_logger(__name__)

ROUND_SECONDS = 5.0
"""How often open submissions are looked for that another process has left."""
TERM_SECONDS = 10.0
"""How long the lock of a submission outlives a process that stops."""
PATIENCE_SECONDS = 600.0
"""How long a provider that fails is asked again, until what it left open counts as failed."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0
"""Exponential backoff: the pauses between two tries, while a provider fails."""
CONCURRENT_SUBMISSIONS = 8
"""Submissions that one process settles at a time."""
UNREACHABLE = (UpstreamFailed, Unavailable, Unreachable)


class Fulfilment:
    """Runs a task for each submission until it is settled."""

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(CONCURRENT_SUBMISSIONS)

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
                task = asyncio.create_task(
                    self._settle_with_retries(submission.id), name=submission.id
                )
                self._tasks[submission.id] = task
                task.add_done_callback(lambda done: self._tasks.pop(done.get_name(), None))

    async def _settle_with_retries(self, id: str) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._slots:
                    settled = await self._settle_once(id)
                if settled:
                    return
                pause = FIRST_PAUSE if settled is None else pause * 2
            except UNREACHABLE:
                pause *= 2
            except Exception:
                log.exception("purchase_failed")
                pause *= 2
            pause = min(pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _settle_once(self, id: str) -> bool | None:
        """Whether it is settled; None while another process holds the lock, or died holding it."""
        lock = Lock(self._lobby, expiring_keys.fulfilment(id), term=TERM_SECONDS)
        if not await lock.take():
            return None
        try:
            return await lock.during(settle(self._lobby, id))
        finally:
            with suppress(Unreachable):
                await lock.release()


async def settle(lobby: Lobby, id: str) -> bool:
    """Settle as much as can be settled now; False while a provider does not answer."""
    try:
        submission = await lobby.submissions.get(id)
        if not submission.ended:
            submission = await _ask_platform(lobby, submission)
            for item in submission.items:
                if not item.settled:
                    submission = await _settle(lobby, submission, item)
            await _end(lobby, submission)
        return submission.settled
    except SubmissionNotFound:
        return True


async def _ask_platform(lobby: Lobby, submission: Submission) -> Submission:
    """Ask the platform what else the player has there."""
    provider = lobby.catalogue.by_provider.get(submission.platform)
    if submission.looked or submission.skipped:
        return submission
    if provider is None:
        return await lobby.submissions.change(submission.id, lambda s: s.skip())
    sold = entitlements.skus(lobby, submission.platform)
    try:
        found = await entitlement_provider.inventory(lobby.http, provider, submission)
    except (UpstreamFailed, Unavailable):
        if not _late(lobby, submission):
            return submission
        return await lobby.submissions.change(submission.id, lambda s: s.skip())
    return await lobby.submissions.change(submission.id, lambda s: s.find(found, sold))


async def _settle(lobby: Lobby, submission: Submission, item: Item) -> Submission:
    """Carry its order out, notify the player, mark it settled: in this order, so that nothing is
    marked that was not done. After a crash a player may be notified twice, which is harmless."""
    order = await _order(lobby, submission, item)
    if order is None:
        return await lobby.submissions.change(submission.id, lambda s: s.refuse(item.entitlement))
    if order.status is EntitlementStatus.SUBMITTED:
        order = await _carry_out(lobby, submission, item, order)
    if order.status is EntitlementStatus.SUBMITTED:
        return submission
    if order.status is EntitlementStatus.FULFILLED and order.submission == submission.id:
        await _notify(lobby, submission, "What you bought is yours.", order=order.id)
    return await lobby.submissions.change(submission.id, lambda s: s.settle(order))


async def _order(lobby: Lobby, submission: Submission, item: Item) -> Order | None:
    """The order for this purchase: one, however often it is reported (idempotency). None where
    the game no longer sells it."""
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
    if (
        sku is None
        or order.status is not EntitlementStatus.FAILED
        or order.submission == submission.id
    ):
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
        created=lobby.now(),
        sku=sku.sku,
        item=sku.item_id,
        each=sku.quantity,
    )


async def _carry_out(lobby: Lobby, submission: Submission, item: Item, order: Order) -> Order:
    """Consume the item and fulfil or fail the order; unchanged while the provider fails."""
    try:
        used, why_not = await _consume(lobby, submission, item, order)
    except (UpstreamFailed, Unavailable):
        if not _late(lobby, submission):
            return order
        used, why_not = 0, UNCONSUMED
    return await lobby.orders.change(
        order.key, lambda o: o.fail(why_not) if why_not else o.fulfil(used)
    )


async def _consume(
    lobby: Lobby, submission: Submission, item: Item, order: Order
) -> tuple[int, str | None]:
    """How many were used up on the platform, or why none."""
    provider = lobby.catalogue.by_provider.get(submission.platform)
    if provider is not None:
        verdict = await entitlement_provider.consume(lobby.http, provider, submission, item, order)
        return verdict.consumed, verdict.failure
    sku = lobby.catalogue.by_sku.get((submission.platform, order.sku))
    believed = submission.trusted or (sku is not None and sku.unproven)
    return (item.quantity, None) if believed else (0, UNCONSUMED)


def _late(lobby: Lobby, submission: Submission) -> bool:
    return lobby.clock() > submission.created + PATIENCE_SECONDS


async def _end(lobby: Lobby, submission: Submission) -> None:
    if submission.settled:
        await _notify(lobby, submission, "Your request is settled.")
        await entitlements.expire_later(lobby, submission)
        await lobby.submissions.change(submission.id, lambda s: s.end())


async def _notify(
    lobby: Lobby, submission: Submission, message: str, *, order: str | None = None
) -> None:
    """Write to the player's inbox about one order, or about the whole request."""
    entry = InboxEntry(
        kind="entitlement_fulfilled",
        request=submission.id,
        order=order,
        message=message,
        at=lobby.now(),
    )
    await lobby.inbox.put(topics.inbox(submission.player), entry)
