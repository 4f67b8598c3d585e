"""Eviction: an account is put out of everything at once, and why."""

from __future__ import annotations

from enum import StrEnum

from lobby.domain.reasons import Reason


class Eviction(StrEnum):
    """Why it began. A deleted account comes back from none."""

    RESTRICTED = "restricted"
    SIGNED_OUT = "signed_out"
    DELETED = "deleted"

    @property
    def reason(self) -> Reason:
        """Why they are no longer in their sessions, and why those end that they host."""
        return REASONS[self]


REASONS = {
    Eviction.RESTRICTED: Reason.RESTRICTED,
    Eviction.SIGNED_OUT: Reason.LEFT,
    Eviction.DELETED: Reason.ACCOUNT_DELETED,
}
