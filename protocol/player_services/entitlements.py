"""Entitlements: purchases on a platform, and the state of granting them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from protocol.codec import StrictModel
from protocol.described import described
from protocol.player_services.platforms import Platform
from protocol.player_services.types import (
    EMPTY_LIST,
    Maybe,
    Message,
    Natural,
    String,
    Uuid,
)

MOST_ENTITLEMENTS = 64
"""Entitlements in one request."""
BY_NAME = {platform.value.lower(): platform.value for platform in Platform}


class PlatformRegion(StrEnum):
    """Regions of a platform's store."""

    UNKNOWN = "Unknown"
    NA = "NA"
    EU = "EU"


class ClientType(StrEnum):
    """The kind of client that a purchase was made with."""

    UNKNOWN = "UNKNOWN"
    WIN = "WIN"
    MAC = "MAC"
    XBOXONE = "XBOXONE"
    PS4 = "PS4"
    SWITCH = "SWITCH"
    ANDROID = "ANDROID"
    IOS = "IOS"
    PS5 = "PS5"
    LINUX = "LINUX"
    XSX = "XSX"


class EntitlementStatus(StrEnum):
    """Whether a purchase was granted."""

    UNKNOWN = "UNKNOWN"
    SUBMITTED = "SUBMITTED"
    FULFILLED = "FULFILLED"
    FAILED = "FAILED"
    PREVIOUSLY_APPLIED = "PREVIOUSLY_APPLIED"


class EntitlementErrorCode(StrEnum):
    """Why a purchase was not granted."""

    NONE = "none"
    AUTH_TOKEN_FAILURE = "auth_token_failure"  # noqa: S105  # a code
    MISSING_INFORMATION = "missing_information"
    FAILED_TO_CONSUME = "failed_to_consume"
    NO_SKU_FOUND = "no_sku_found"
    WRONG_SKU_TYPE_PROVIDED = "wrong_sku_type_provided"
    DURABLE_AUTHORITY_TYPE_NOT_VALID = "durable_authority_type_not_valid"
    DURABLE_SINGLE_USE_AUTHORITY_TYPE_NOT_VALID = "durable_single_use_authority_type_not_valid"
    CONSUMABLE_AUTHORITY_TYPE_NOT_VALID = "consumable_authority_type_not_valid"
    UNKNOWN_SKU_TYPE_PROVIDED = "unknown_sku_type_provided"
    FAILED_TO_SUBMIT_ORDER = "failed_to_submit_order"
    ALREADY_APPLIED_DURABLE_SINGLE_USE = "already_applied_durable_single_use"
    QUANTITY_ZERO = "quantity_zero"
    PREVIOUSLY_APPLIED = "previously_applied"


class PlatformEntitlement(Message):
    """A client sends what was bought; `status`, `error_code` and `order_id` are the lobby's."""

    platform_sku: Annotated[
        String, described("The article that was bought, as the platform names it.", "starter_pack")
    ]
    platform_entitlement_id: Annotated[
        String,
        described(
            "Id of the purchase on the platform: the same one is granted once.", "3917204958"
        ),
    ]
    quantity: Annotated[Natural, described("How many were bought.", 1)] = 1
    status: Annotated[
        EntitlementStatus, described("Whether the purchase was granted; set by the lobby.")
    ] = EntitlementStatus.UNKNOWN
    error_code: Annotated[
        EntitlementErrorCode, described("Why the purchase was not granted; set by the lobby.")
    ] = EntitlementErrorCode.NONE
    order_id: Annotated[
        Maybe[String],
        described(
            "Id of the order that grants the purchase.", "9f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"
        ),
    ] = None


def _platform(text: str) -> str:
    """Accepted in any case."""
    if text.lower() not in BY_NAME:
        raise ValueError("must be a platform")
    return BY_NAME[text.lower()]


def _require_few(items: list[PlatformEntitlement]) -> list[PlatformEntitlement]:
    if len(items) > MOST_ENTITLEMENTS:
        raise ValueError(f"must not be more than {MOST_ENTITLEMENTS}")
    return items


class PlatformEntitlementProcessRequest(Message):
    """Purchases to grant."""

    transaction_id: Annotated[
        String,
        described("The client's own id of the submission, returned as it is; may be empty.", "t-1"),
    ]
    platform_token: Annotated[
        String, described("The platform's proof of the purchase; may be empty.", "14000000c5d1")
    ]
    platform_id: Annotated[
        String,
        AfterValidator(_platform),
        described("Name of the platform of the purchase, in any case.", "Steam"),
    ]
    platform_region: Annotated[PlatformRegion, described("The platform's region of the purchase.")]
    client_type: Annotated[
        ClientType, described("The kind of client that the purchase was made with.")
    ]
    entitlements: Annotated[
        list[PlatformEntitlement],
        AfterValidator(_require_few),
        described("The purchases to grant, at most 64."),
    ] = EMPTY_LIST


class PlatformEntitlementProcessResult(Message):
    """A submission of purchases, and its outcome so far."""

    request_id: Annotated[
        String,
        described(
            "Id of the submission, to poll its outcome by.", "9f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"
        ),
    ]
    client_type: Annotated[
        ClientType, described("The kind of client that the purchase was made with.")
    ]
    transaction_id: Annotated[
        String,
        described("The client's own id of the submission, returned as it is; may be empty.", "t-1"),
    ]
    platform_region: Annotated[PlatformRegion, described("The platform's region of the purchase.")]
    status: Annotated[
        String,
        described(
            "`SUBMITTED` until every purchase is settled, then `FULFILLED` or `FAILED`.",
            "FULFILLED",
        ),
    ] = "SUBMITTED"
    client_entitlements: Annotated[
        list[PlatformEntitlement],
        described("The purchases that the client sent, with their outcome."),
    ] = EMPTY_LIST
    server_entitlements: Annotated[
        list[PlatformEntitlement],
        described("Purchases that the platform knew of besides those, with their outcome."),
    ] = EMPTY_LIST
    platform_id: Annotated[Platform, described("The platform of the purchase.")]
    platform_user_id: Annotated[
        String, described("Id of the buyer on the platform.", "76561198000000001")
    ]
    skipped_server_entitlements: Annotated[
        bool, described("True where the platform was not asked for further purchases.")
    ] = False


class RequestPath(StrictModel):
    request_id: Annotated[
        String,
        described(
            "Id of the submission, to poll its outcome by.", "9f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"
        ),
    ]


class PlayerRequestPath(RequestPath):
    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
