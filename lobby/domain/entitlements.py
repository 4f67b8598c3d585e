"""Entitlements: what players buy on their platforms, and the orders that grant it once.

A *submission* is one report of a game; each purchase in it has one *order*, keyed by the platform's
id of that purchase (idempotency). What a player owns is the sum of their fulfilled orders.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.errors import NotFound, TooMany

NONE = "none"
MISSING, UNSOLD, ZERO = "missing_information", "no_sku_found", "quantity_zero"
UNCONSUMED, APPLIED = "failed_to_consume", "previously_applied"
"""Why nothing is granted, as the contract of player services spells it."""


class SubmissionNotFound(NotFound):
    """There is no such request, or it is remembered no longer."""

    code = "request_not_found"


class OrderNotFound(NotFound):
    """There is no such order."""

    code = "order_not_found"


class TooManyOpen(TooMany):
    """Wait until those that were sent before are settled."""

    code = "too_many_requests"


class EntitlementStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    FULFILLED = "FULFILLED"
    FAILED = "FAILED"
    PREVIOUSLY_APPLIED = "PREVIOUSLY_APPLIED"


@dataclass
class Item:
    """One purchase of a submission; `entitlement` is the platform's id of this purchase."""

    sku: str
    entitlement: str
    quantity: int
    status: EntitlementStatus = EntitlementStatus.SUBMITTED
    error: str = NONE
    order: str | None = None

    @property
    def settled(self) -> bool:
        return self.status is not EntitlementStatus.SUBMITTED

    def end(self, status: EntitlementStatus, error: str = NONE) -> None:
        self.status, self.error = status, error


@dataclass
class Order:
    """The record of one purchase. `each`: how many of the item one unit of the purchase grants.
    `granted`: how many were granted. `submission`: the one that it is fulfilled for."""

    id: str
    player: str
    platform: str
    entitlement: str
    submission: str
    created: float
    sku: str
    item: int
    each: int
    status: EntitlementStatus = EntitlementStatus.SUBMITTED
    error: str = NONE
    granted: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return order_key(self.player, self.platform, self.entitlement)

    def fulfil(self, count: int) -> None:
        """Grant once. It also succeeds after a failure: the platform has consumed the purchase."""
        if self.status is not EntitlementStatus.FULFILLED:
            self.status, self.error = EntitlementStatus.FULFILLED, NONE
            self.granted = self.each * count

    def fail(self, error: str) -> None:
        if self.status is EntitlementStatus.SUBMITTED:
            self.status, self.error = EntitlementStatus.FAILED, error

    def retry(self, submission: str, *, sku: str, item: int, each: int) -> None:
        """Start again for another submission; only a failed order is retried."""
        if self.status is EntitlementStatus.FAILED and self.submission != submission:
            self.status, self.error, self.submission = EntitlementStatus.SUBMITTED, NONE, submission
            self.sku, self.item, self.each = sku, item, each


@dataclass
class Submission:
    """One report of purchases. `claimed`: what the game reports; `found`: what the platform reports
    besides; `skipped`: the platform was not asked; `looked`: it was. `trusted`: the caller needs no
    proof. `token`: the player's platform token, erased at the end."""

    id: str
    player: str
    platform: str
    user: str
    transaction: str
    token: str
    region: str
    client: str
    created: float
    trusted: bool
    claimed: list[Item]
    found: list[Item] = field(default_factory=list)
    skipped: bool = False
    looked: bool = False
    ended: bool = False
    version: int = 0

    @property
    def items(self) -> list[Item]:
        return [*self.claimed, *self.found]

    @property
    def settled(self) -> bool:
        return (self.looked or self.skipped) and all(item.settled for item in self.items)

    @property
    def status(self) -> EntitlementStatus:
        """Of the whole submission: FAILED if any item failed."""
        if not self.settled:
            return EntitlementStatus.SUBMITTED
        failed = any(item.status is EntitlementStatus.FAILED for item in self.items)
        return EntitlementStatus.FAILED if failed else EntitlementStatus.FULFILLED

    def check_claims(self, sold: Container[str]) -> None:
        """Settle the items that can be refused without the platform. `sold`: SKUs of the game."""
        seen: set[str] = set()
        for item in self.claimed:
            if not (item.sku and item.entitlement):
                item.end(EntitlementStatus.FAILED, MISSING)
            elif item.sku not in sold:
                item.end(EntitlementStatus.FAILED, UNSOLD)
            elif not item.quantity:
                item.end(EntitlementStatus.FAILED, ZERO)
            elif item.entitlement in seen:
                item.end(EntitlementStatus.PREVIOUSLY_APPLIED, APPLIED)
            seen.add(item.entitlement)

    def find(self, found: Iterable[Item], sold: Container[str]) -> None:
        """Add what the platform reports, once; without duplicates of claims and without SKUs that
        the game does not sell."""
        known = {item.entitlement for item in self.claimed}
        if not self.looked:
            self.looked = True
            self.found = [i for i in found if i.sku in sold and i.entitlement not in known]

    def skip(self) -> None:
        """Record that the platform cannot be asked."""
        if not self.looked:
            self.skipped = True

    def settle(self, order: Order) -> None:
        """Copy the order's result; one that was fulfilled for another submission grants nothing."""
        mine = order.submission == self.id
        status, error = order.status, order.error
        if status is EntitlementStatus.FULFILLED and not mine:
            status, error = EntitlementStatus.PREVIOUSLY_APPLIED, APPLIED
        for item in self.items:
            if item.entitlement == order.entitlement and not item.settled:
                item.order = order.id
                item.end(status, error)

    def refuse(self, entitlement: str) -> None:
        """Fail the open items of this purchase: the game no longer sells it."""
        for item in self.items:
            if item.entitlement == entitlement and not item.settled:
                item.end(EntitlementStatus.FAILED, UNSOLD)

    def end(self) -> None:
        """Close it and erase the platform token."""
        self.ended, self.token = True, ""


def order_key(player: str, platform: str, entitlement: str) -> str:
    """The document key of a purchase; hashed, since ids of platforms can be longer than a key."""
    mark = hashlib.sha256(f"{platform}\0{entitlement}".encode()).hexdigest()[:32]
    return f"{player}/{mark}"
