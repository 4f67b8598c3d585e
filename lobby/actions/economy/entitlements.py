"""Entitlements: submitting purchases, reading their status, counting what a player owns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from lobby import expiring_keys
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.entitlements import (
    Item,
    OrderNotFound,
    Submission,
    SubmissionNotFound,
    TooManyOpen,
)
from lobby.domain.permissions import Permit

KEPT_SECONDS = 86_400.0
"""How long the status of a settled request can be read."""
MOST_OPEN = 20
"""Unsettled requests of one player."""


async def submit(
    lobby: Lobby,
    permit: Permit,
    *,
    player: str,
    platform: str,
    items: Sequence[Item],
    transaction: str,
    token: str,
    region: str,
    client: str,
) -> Submission:
    """Store a request; the fulfilment worker settles it. An outright caller is trusted without
    proof where there is no provider to ask. Raises TooManyOpen."""
    permit.require_self(player)
    account = await lobby.accounts.get(player)
    if len(await lobby.submissions.find("unsettled", player, limit=MOST_OPEN)) == MOST_OPEN:
        raise TooManyOpen(retry_after=5.0)
    submission = Submission(
        id=str(uuid4()),
        player=player,
        platform=platform,
        user=_platform_user(account, platform),
        transaction=transaction,
        token=token,
        region=region,
        client=client,
        created=lobby.now(),
        trusted=permit.outright,
        claimed=list(items),
        skipped=platform not in lobby.catalogue.by_provider,
    )
    submission.check_claims(skus(lobby, platform))
    await lobby.submissions.add(submission)
    lobby.purchased.set()
    return submission


async def get(lobby: Lobby, permit: Permit, *, player: str, id: str) -> Submission:
    permit.require_self(player)
    submission = await lobby.submissions.get(id)
    if submission.player != player:
        raise SubmissionNotFound
    return submission


async def owned(lobby: Lobby, player: str, item_id: int) -> int:
    """How many of the item the player owns."""
    orders = await lobby.orders.all("owns", f"{player}:{item_id}")
    return sum(order.granted for order in orders)


def skus(lobby: Lobby, platform: str) -> set[str]:
    """The SKUs of a platform."""
    return {sku for on, sku in lobby.catalogue.by_sku if on == platform}


async def delete(lobby: Lobby, id: str) -> None:
    """Delete a request; its orders stay."""
    with suppress(SubmissionNotFound):
        await lobby.submissions.remove(id)


async def delete_all(lobby: Lobby, player: str) -> None:
    """Delete all requests and orders of a player."""
    for submission in await lobby.submissions.all("player", player):
        await delete(lobby, submission.id)
    for order in await lobby.orders.all("player", player):
        with suppress(OrderNotFound):
            await lobby.orders.remove(order.key)


async def rearm(lobby: Lobby) -> None:
    """Set the timers of settled requests again, with their full length."""
    for submission in await lobby.submissions.all("settled", "yes"):
        await expire_later(lobby, submission)


async def expire_later(lobby: Lobby, submission: Submission) -> None:
    await lobby.timers.set(expiring_keys.entitlement_request(submission.id), KEPT_SECONDS)


def _platform_user(account: Account, platform: str) -> str:
    """The account's user id on the platform, or its uuid if that is unknown."""
    portal = account.portal
    return portal.user if portal is not None and portal.platform == platform else account.uuid
