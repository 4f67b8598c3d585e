"""What was bought on a platform, and what became of it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator

from protocol.codec import Words
from protocol.player_services.platforms import Platform
from protocol.player_services.terms import NONE, Maybe, Message, Natural, String, Uuid

MOST_ENTITLEMENTS = 64
"""In one request."""
BY_NAME = {platform.value.lower(): platform.value for platform in Platform}


class PlatformRegion(StrEnum):
    UNKNOWN = "Unknown"
    NA = "NA"
    EU = "EU"


class ClientType(StrEnum):
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
    UNKNOWN = "UNKNOWN"
    SUBMITTED = "SUBMITTED"
    FULFILLED = "FULFILLED"
    FAILED = "FAILED"
    PREVIOUSLY_APPLIED = "PREVIOUSLY_APPLIED"


class EntitlementErrorCode(StrEnum):
    NONE = "none"
    AUTH_TOKEN_FAILURE = "auth_token_failure"
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
    """What comes in says of itself what was bought; the rest is for us to say."""

    platform_sku: String
    platform_entitlement_id: String
    quantity: Natural = 1
    status: EntitlementStatus = EntitlementStatus.UNKNOWN
    error_code: EntitlementErrorCode = EntitlementErrorCode.NONE
    order_id: Maybe[String] = None


def _platform(text: str) -> str:
    """In any case."""
    if text.lower() not in BY_NAME:
        raise ValueError("must be a platform")
    return BY_NAME[text.lower()]


def _few(items: list[PlatformEntitlement]) -> list[PlatformEntitlement]:
    if len(items) > MOST_ENTITLEMENTS:
        raise ValueError(f"must not be more than {MOST_ENTITLEMENTS}")
    return items


class PlatformEntitlementProcessRequest(Message):
    transaction_id: String
    platform_token: String
    platform_id: Annotated[String, AfterValidator(_platform)]
    platform_region: PlatformRegion
    client_type: ClientType
    entitlements: Annotated[list[PlatformEntitlement], AfterValidator(_few)] = NONE


class PlatformEntitlementProcessResult(Message):
    request_id: String
    client_type: ClientType
    transaction_id: String
    platform_region: PlatformRegion
    status: String = "SUBMITTED"
    client_entitlements: list[PlatformEntitlement] = NONE
    server_entitlements: list[PlatformEntitlement] = NONE
    platform_id: Platform
    platform_user_id: String
    skipped_server_entitlements: bool = False


class RequestPath(Words):
    request_id: String


class PlayerRequestPath(RequestPath):
    player_uuid: Uuid
