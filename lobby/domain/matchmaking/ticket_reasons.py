"""Why a ticket ended or waits again. Where the same befalls a seat, it is the same word."""

from __future__ import annotations

from enum import StrEnum

from lobby.domain.reasons import Reason


class TicketReason(StrEnum):
    """Why a ticket left the queue, or the match that had it; said to whoever watches the ticket."""

    LEFT_QUEUE = "left_queue"  # a leader left the queue
    PARTY_CHANGED = Reason.PARTY_CHANGED.value  # a member joined or left a party, or it ended
    TIMEOUT = "timeout"  # nobody answered, made the match or found one in time
    SERVER_FAILED = Reason.SERVER_FAILED.value  # no host came, or it closed too early
    SERVER_VERSION = "server_version"  # its game server has another version than its players
    DECLINED = Reason.DECLINED.value  # a player declined the match
    RESTRICTED = Reason.RESTRICTED.value  # a player, by moderation
    ACCOUNT_DELETED = Reason.ACCOUNT_DELETED.value  # of a player

    @property
    def to_others(self) -> TicketReason:
        """Why other tickets of its match wait again: what happened to an account is not theirs to
        know."""
        of_account = (TicketReason.RESTRICTED, TicketReason.ACCOUNT_DELETED)
        return TicketReason.PARTY_CHANGED if self in of_account else self
