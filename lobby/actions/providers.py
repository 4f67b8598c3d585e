"""What a service of the operator's is asked about purchases, and what it may answer: which ones
somebody has on a platform, and that one of them be used up.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from lobby.catalogue.players import EntitlementProvider
from lobby.context import Lobby
from lobby.domain.entitlements import ZERO, Item, Order, Submission
from lobby.domain.outbound_errors import UpstreamFailed

MOST_FOUND = 256
Said = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Reason = Literal[
    "auth_token_failure", "missing_information", "failed_to_consume", "no_sku_found",
    "wrong_sku_type_provided", "durable_authority_type_not_valid",
    "durable_single_use_authority_type_not_valid", "consumable_authority_type_not_valid",
    "unknown_sku_type_provided", "failed_to_submit_order", "already_applied_durable_single_use",
    "quantity_zero", "previously_applied",
]  # fmt: skip


class Answered(BaseModel):
    """A later provider may say more than we know of."""

    model_config = ConfigDict(extra="ignore", strict=True)


class Owned(Answered):
    platform_sku: Said
    platform_entitlement_id: Said
    quantity: Count = 1


class Inventory(Answered):
    entitlements: Annotated[list[Owned], Field(max_length=MOST_FOUND)]


class Verdict(Answered):
    """`consumed` is how many were used up; none where `error_code` says why not."""

    consumed: Count = 0
    error_code: Reason | None = None

    @property
    def why_not(self) -> str | None:
        return self.error_code or (None if self.consumed else ZERO)


A = TypeVar("A", bound=Answered)


async def look(lobby: Lobby, provider: EntitlementProvider, of: Submission) -> list[Item]:
    """What the player has on the platform."""
    found = await _ask(lobby, provider, Inventory, {"ask": "inventory", **_whose(of)})
    return [
        Item(one.platform_sku, one.platform_entitlement_id, one.quantity)
        for one in found.entitlements
    ]


async def consume(
    lobby: Lobby, provider: EntitlementProvider, of: Submission, item: Item, order: Order
) -> Verdict:
    """The same order again gets the same answer: that is what its id is for."""
    said = {
        "ask": "consume",
        **_whose(of),
        "order_id": order.id,
        "platform_sku": order.sku,
        "platform_entitlement_id": order.entitlement,
        "quantity": item.quantity,
    }
    return await _ask(lobby, provider, Verdict, said)


def _whose(of: Submission) -> dict[str, Any]:
    return {
        "player_uuid": of.player,
        "platform": of.platform,
        "platform_user_id": of.user,
        "platform_token": of.token,
        "platform_region": of.region,
        "client_type": of.client,
        "transaction_id": of.transaction,
    }


async def _ask(
    lobby: Lobby, provider: EntitlementProvider, gives: type[A], said: dict[str, Any]
) -> A:
    """Raises UpstreamFailed or Unavailable where there is no answer now; there may be one later."""
    about = {"Player": str(said["player_uuid"]), "Platform": provider.platform}
    answer = await lobby.outbound.post(
        provider.url, to_json(said), about=about, secret=provider.secret
    )
    if not answer.good:
        raise UpstreamFailed
    try:
        return gives.model_validate_json(answer.body)
    except ValidationError:
        raise UpstreamFailed from None
