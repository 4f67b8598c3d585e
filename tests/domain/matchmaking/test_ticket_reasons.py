"""One word, one meaning: what ends a ticket and what ends a seat."""

from __future__ import annotations

from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.reasons import Reason


def test_a_word_that_both_have_is_the_same_reason() -> None:
    shared = {str(one) for one in Reason} & {str(one) for one in TicketReason}
    assert {TicketReason(word).name: word for word in shared} == {
        Reason(word).name: word for word in shared
    }
    assert shared == {
        "party_changed",
        "server_failed",
        "declined",
        "restricted",
        "account_deleted",
    }


def test_what_befell_an_account_is_not_told_to_others() -> None:
    own = {one for one in TicketReason if one.to_others is not one}
    assert own == {TicketReason.RESTRICTED, TicketReason.ACCOUNT_DELETED}
