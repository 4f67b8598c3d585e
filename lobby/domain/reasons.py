"""Why somebody is no longer in a session, or why a session ended.

Whatever takes somebody off a seat names one of these, the true one: there is none for "unknown".
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Clients may meet further ones; what a person says is kept apart from it (`said`)."""

    LEFT = "left"  # by themselves
    DECLINED = "declined"  # the invitation, or the match
    DROPPED = "dropped"  # the connection was gone for longer than the grace period
    UNATTENDED = "unattended"  # without a connection, and no sign of them for long; nobody is there
    KICKED = "kicked"  # by who may
    VOTE = "vote"  # of the members
    BANNED = "banned"  # by the host
    BLOCKED = "blocked"  # one of the two blocked the other
    RESTRICTED = "restricted"  # by moderation
    LAPSED = "lapsed"  # the time of an invitation or a reservation is over
    OFFER_LAPSED = "offer_lapsed"  # the time of a seat that was offered to who waited is over
    CLOSED = "closed"  # the session, by who may
    HOST_LEFT = "host_left"
    HOST_GONE = "host_gone"  # dropped, removed or deleted, and the session or the match with them
    MATCH_OVER = "match_over"
    SERVER_LOST = "server_lost"  # the game server no longer answers
    SERVER_FAILED = "server_failed"  # no game server took the match
    EXPIRED = "expired"  # nobody wanted the session any more
    PARTY_CHANGED = "party_changed"  # so the ticket, or the match, is not theirs any more
    MOVED = "moved"  # to another session
    ACCOUNT_DELETED = "account_deleted"


OF_THEIR_OWN = frozenset({Reason.LEFT, Reason.DECLINED, Reason.MOVED})
"""Reasons of those who went because they wanted to."""
SENT_AWAY = frozenset(
    {Reason.KICKED, Reason.VOTE, Reason.BANNED, Reason.BLOCKED, Reason.RESTRICTED}
)
"""Reasons of those who were put out by somebody."""
LONGEST_SAID = 128
"""Characters of what somebody says themselves when they go."""


@dataclass(frozen=True, slots=True)
class Departure:
    """`said`: the words of who went, or of who sent them away."""

    reason: Reason
    said: str = ""


class ReasonMissing(Exception):
    """A change took somebody off a seat and did not say why: a fault of the program."""
