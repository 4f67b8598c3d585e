"""What players have bought: to report it, to ask what became of it, to count what somebody owns."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

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

FORGET = "entitlement"
REMEMBERED_SECONDS = 86_400.0
"""How long one may ask what became of a request."""
MOST_OPEN = 20
"""Requests of one player at a time."""


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
    """Written down, and settled soon, by this process or another. Who may do this for anybody is
    believed without proof where there is no provider that could be asked."""
    permit.require_self(player)
    account = await lobby.accounts.get(player)
    if len(await lobby.submissions.find("unsettled", player, limit=MOST_OPEN)) == MOST_OPEN:
        raise TooManyOpen(retry_after=5.0)
    submission = Submission(
        id=str(uuid4()),
        player=player,
        platform=platform,
        user=_known_there(account, platform),
        transaction=transaction,
        token=token,
        region=region,
        client=client,
        created=round(lobby.clock(), 3),
        trusted=permit.outright,
        claimed=list(items),
        skipped=platform not in lobby.catalogue.by_provider,
    )
    submission.sift(sold(lobby, platform))
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
    """How many of the item."""
    orders = await lobby.orders.all("owns", f"{player}:{item_id}")
    return sum(order.granted for order in orders)


def sold(lobby: Lobby, platform: str) -> set[str]:
    """What there is to buy there."""
    return {sku for on, sku in lobby.catalogue.by_sku if on == platform}


async def forget(lobby: Lobby, id: str) -> None:
    """Of a request; its orders stay."""
    with suppress(SubmissionNotFound):
        await lobby.submissions.remove(id)


async def forget_all(lobby: Lobby, player: str) -> None:
    """Whatever they have bought."""
    for submission in await lobby.submissions.all("player", player):
        await forget(lobby, submission.id)
    for order in await lobby.orders.all("player", player):
        with suppress(OrderNotFound):
            await lobby.orders.remove(order.key)


async def rearm(lobby: Lobby) -> None:
    """Those that are settled have their day before them again."""
    for submission in await lobby.submissions.all("settled", "yes"):
        await linger(lobby, submission)


async def linger(lobby: Lobby, submission: Submission) -> None:
    await lobby.leases.linger(f"{FORGET}:{submission.id}", REMEMBERED_SECONDS)


def _known_there(account: Account, platform: str) -> str:
    """Who they are on the platform, as far as we know."""
    portal = account.portal
    return portal.user if portal is not None and portal.platform == platform else account.uuid
