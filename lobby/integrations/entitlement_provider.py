"""Client of the operator's entitlement provider: what a player owns on a platform, and consuming
it. Raises UpstreamFailed for a response that does not validate.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from lobby.catalogue.players import EntitlementProvider
from lobby.domain.entitlements import ZERO, Item, Order, Submission
from lobby.domain.upstream_errors import UpstreamFailed
from lobby.integrations.http import HttpClient

MOST_FOUND = 256
"""Entitlements in one answer of a provider."""
ProviderText = Annotated[str, Field(min_length=1, max_length=4096, pattern=r"^[^\x00]*$")]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Reason = Literal[
    "auth_token_failure", "missing_information", "failed_to_consume", "no_sku_found",
    "wrong_sku_type_provided", "durable_authority_type_not_valid",
    "durable_single_use_authority_type_not_valid", "consumable_authority_type_not_valid",
    "unknown_sku_type_provided", "failed_to_submit_order", "already_applied_durable_single_use",
    "quantity_zero", "previously_applied",
]  # fmt: skip


class ProviderAnswer(BaseModel):
    """Base of responses; unknown fields are ignored, so that providers can add some."""

    model_config = ConfigDict(extra="ignore", strict=True)


class OwnedEntitlement(ProviderAnswer):
    platform_sku: ProviderText
    platform_entitlement_id: ProviderText
    quantity: Count = 1


class Inventory(ProviderAnswer):
    entitlements: Annotated[list[OwnedEntitlement], Field(max_length=MOST_FOUND)]


class Consumption(ProviderAnswer):
    """`consumed`: how many were used up; 0 where `error_code` tells why not."""

    consumed: Count = 0
    error_code: Reason | None = None

    @property
    def failure(self) -> str | None:
        return self.error_code or (None if self.consumed else ZERO)


A = TypeVar("A", bound=ProviderAnswer)


async def inventory(http: HttpClient, provider: EntitlementProvider, of: Submission) -> list[Item]:
    """What the player owns on the platform."""
    found = await _ask(http, provider, Inventory, {"ask": "inventory", **_subject(of)})
    return [
        Item(one.platform_sku, one.platform_entitlement_id, one.quantity)
        for one in found.entitlements
    ]


async def consume(
    http: HttpClient, provider: EntitlementProvider, of: Submission, item: Item, order: Order
) -> Consumption:
    """Idempotent: the provider answers a repeated order id with the same result."""
    request = {
        "ask": "consume",
        **_subject(of),
        "order_id": order.id,
        "platform_sku": order.sku,
        "platform_entitlement_id": order.entitlement,
        "quantity": item.quantity,
    }
    return await _ask(http, provider, Consumption, request)


def _subject(of: Submission) -> dict[str, Any]:
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
    http: HttpClient, provider: EntitlementProvider, gives: type[A], request: dict[str, Any]
) -> A:
    """Raises UpstreamFailed or Unavailable, after which the call may be retried."""
    about = {"Player": str(request["player_uuid"]), "Platform": provider.platform}
    answer = await http.post(provider.url, to_json(request), about=about, secret=provider.secret)
    if not answer.good:
        raise UpstreamFailed
    try:
        return gives.model_validate_json(answer.body)
    except ValidationError:
        raise UpstreamFailed from None
