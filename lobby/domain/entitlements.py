"""What players buy on their platforms. A *submission* is what a game reports at once. For each
thing in it there is one *order* for ever; what somebody owns is what their fulfilled orders say.
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
"""Why nothing is given, in the words of player services."""


class SubmissionNotFound(NotFound):
    """There is no such request, or it is remembered no longer."""

    code = "request_not_found"


class OrderNotFound(NotFound):
    """There is no such order."""

    code = "order_not_found"


class TooManyOpen(TooMany):
    """Wait until those that were sent before are settled."""

    code = "too_many_requests"


class Status(StrEnum):
    SUBMITTED = "SUBMITTED"
    FULFILLED = "FULFILLED"
    FAILED = "FAILED"
    PREVIOUSLY_APPLIED = "PREVIOUSLY_APPLIED"


@dataclass
class Item:
    """One thing of a submission; `entitlement` is what the platform calls this very purchase."""

    sku: str
    entitlement: str
    quantity: int
    status: Status = Status.SUBMITTED
    error: str = NONE
    order: str | None = None

    @property
    def settled(self) -> bool:
        return self.status is not Status.SUBMITTED

    def end(self, status: Status, error: str = NONE) -> None:
        self.status, self.error = status, error


@dataclass
class Order:
    """`each` is how many of the item one of the purchase gives; `granted` how many were given.
    `submission` is the one that it is carried out for."""

    id: str
    player: str
    platform: str
    entitlement: str
    submission: str
    created: float
    sku: str
    item: int
    each: int
    status: Status = Status.SUBMITTED
    error: str = NONE
    granted: int = 0
    version: int = 0

    @property
    def key(self) -> str:
        return order_key(self.player, self.platform, self.entitlement)

    def fulfil(self, count: int) -> None:
        """Once. Whatever was said of it before, what was used up on the platform is given."""
        if self.status is not Status.FULFILLED:
            self.status, self.error = Status.FULFILLED, NONE
            self.granted = self.each * count

    def fail(self, error: str) -> None:
        if self.status is Status.SUBMITTED:
            self.status, self.error = Status.FAILED, error

    def retry(self, submission: str, *, sku: str, item: int, each: int) -> None:
        """For another submission, unless it is under way or done by now."""
        if self.status is Status.FAILED and self.submission != submission:
            self.status, self.error, self.submission = Status.SUBMITTED, NONE, submission
            self.sku, self.item, self.each = sku, item, each


@dataclass
class Submission:
    """`claimed` is what the game says was bought, `found` what the platform says besides; `skipped`
    where the platform is not asked. `trusted`: it comes from who need not prove it. `token` is the
    player's own for the platform, and is forgotten at the end."""

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
    def status(self) -> Status:
        """Of the whole: failed where anything of it did."""
        if not self.settled:
            return Status.SUBMITTED
        failed = any(item.status is Status.FAILED for item in self.items)
        return Status.FAILED if failed else Status.FULFILLED

    def sift(self, sold: Container[str]) -> None:
        """What needs no platform to be told. `sold`: what purchases there are."""
        seen: set[str] = set()
        for item in self.claimed:
            if not (item.sku and item.entitlement):
                item.end(Status.FAILED, MISSING)
            elif item.sku not in sold:
                item.end(Status.FAILED, UNSOLD)
            elif not item.quantity:
                item.end(Status.FAILED, ZERO)
            elif item.entitlement in seen:
                item.end(Status.PREVIOUSLY_APPLIED, APPLIED)
            seen.add(item.entitlement)

    def find(self, found: Iterable[Item], sold: Container[str]) -> None:
        """What the platform has of theirs. What is claimed already, or not of this game, is not
        said again."""
        known = {item.entitlement for item in self.claimed}
        if not self.looked:
            self.looked = True
            self.found = [i for i in found if i.sku in sold and i.entitlement not in known]

    def skip(self) -> None:
        """The platform cannot be asked."""
        if not self.looked:
            self.skipped = True

    def settle(self, order: Order) -> None:
        """As it went; an order that was carried out for another one gives nothing again."""
        mine = order.submission == self.id
        status, error = order.status, order.error
        if status is Status.FULFILLED and not mine:
            status, error = Status.PREVIOUSLY_APPLIED, APPLIED
        for item in self.items:
            if item.entitlement == order.entitlement and not item.settled:
                item.order = order.id
                item.end(status, error)

    def refuse(self, entitlement: str) -> None:
        """The game does not sell it any more."""
        for item in self.items:
            if item.entitlement == entitlement and not item.settled:
                item.end(Status.FAILED, UNSOLD)

    def end(self) -> None:
        self.ended, self.token = True, ""


def order_key(player: str, platform: str, entitlement: str) -> str:
    """Whatever the platform calls it, of a length that a key may have."""
    mark = hashlib.sha256(f"{platform}\0{entitlement}".encode()).hexdigest()[:32]
    return f"{player}/{mark}"
