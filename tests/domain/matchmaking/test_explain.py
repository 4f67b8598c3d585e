"""Why a ticket still waits."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings

from lobby.domain.matchmaking.matching import Explanation, Opening, OpeningSide, Window, explain
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.tickets import Ticket
from tests.domain.matchmaking.parties import (
    DUEL,
    NOW,
    OTHER_VERSION,
    PSN_ALONE,
    WINDOW,
    age,
    go_together,
    parties,
    party,
)


def asked(ticket: Ticket, *others: Ticket, waited: tuple[float, ...] = ()) -> Explanation:
    return explain(ticket, [ticket, *others], DUEL, now=NOW, window=WINDOW, waited=waited)


def test_each_rule_says_how_many_it_keeps_away() -> None:
    told = asked(
        party("me"),
        party("a", region="na"),
        party("b", client=OTHER_VERSION),
        party("c", client=PSN_ALONE),
        party("d", 40),
        party("e", 41),
        party("f", size=2),
    )
    assert told.excluded == {
        "region": 1, "version": 1, "crossplay": 1, "size": 0, "delay": 0, "rating": 2
    }  # fmt: skip
    assert (told.players, told.least, told.full) == (3, 6, 6)


def test_a_ticket_is_counted_under_the_first_rule_that_keeps_it_away() -> None:
    told = asked(party("me"), party("a", 40, region="na", client=OTHER_VERSION, size=9))
    assert [rule for rule, count in told.excluded.items() if count] == ["region"]


def test_parties_that_do_not_fit_beside_it_are_too_large() -> None:
    assert asked(party("me"), party("a", size=4)).excluded["size"] == 1
    alone = replace(DUEL, num_sides=1)
    told = explain(party("me"), [party("a", size=3)], alone, now=NOW, window=WINDOW)
    assert told.excluded["size"] == 1


def test_who_is_offered_a_match_or_waits_for_another_profile_is_not_counted() -> None:
    offered, other = party("a"), party("b")
    offered.state = TicketState.OFFERED
    other.profiles = ["other"]
    told = asked(party("me"), offered, other)
    assert (told.players, sum(told.excluded.values())) == (1, 0)


def test_it_says_when_the_window_reaches_the_next() -> None:
    told = asked(party("me"), party("a", 31), party("b", 45))
    assert told.widens_in == 10.0
    later = replace(party("me"), created=NOW - 10), replace(party("a", 31), created=NOW - 10)
    assert asked(*later).players == 2


def test_whom_the_window_never_reaches_it_does_not_wait_for() -> None:
    assert asked(party("me"), party("a", 51)).widens_in is None
    told = explain(party("me"), [party("a", 31)], DUEL, now=NOW, window=Window(2, 0, 25))
    assert told.widens_in is None


def test_it_says_when_fewer_will_do() -> None:
    assert asked(party("me")).relaxes_in == 57.5
    told = asked(party("me", waited=60))
    assert (told.least, told.relaxes_in) == (4, 55.0)
    told = asked(party("me", waited=115))
    assert (told.least, told.relaxes_in) == (2, None)


def test_what_takes_it_later_says_when() -> None:
    late = replace(DUEL, join_mode="created_before", delay_s=30)
    told = explain(party("me", waited=10), [party("a")], late, now=NOW, window=WINDOW)
    assert (told.opens_in, told.excluded["delay"]) == (20.0, 1)


def test_it_expects_what_those_had_who_waited_as_long() -> None:
    assert asked(party("me")).expected is None
    assert asked(party("me", waited=10), waited=(1.0, 2.0, 12.0, 20.0, 40.0)).expected == 10.0
    assert asked(party("me", waited=50), waited=(1.0, 2.0)).expected is None


def test_it_counts_the_open_sessions_with_room_for_it() -> None:
    rooms = [
        Opening(n, (OpeningSide(free, (25.0,)),), NOW, region)
        for n, (free, region) in enumerate([(2, "eu"), (1, "eu"), (3, "na")])
    ]
    filling = replace(DUEL, join_mode="backfill")
    me = party("me", size=2)
    assert explain(me, [me], filling, now=NOW, window=WINDOW, backfills=rooms).openings == 1


@given(tickets=parties(12))
@settings(deadline=None)
def test_everybody_is_either_near_or_counted_once(tickets: list[Ticket]) -> None:
    for ticket in tickets:
        others = [one for one in tickets if one is not ticket]
        told = explain(ticket, tickets, DUEL, now=NOW, window=WINDOW)
        near = [one for one in others if go_together(ticket, one)]
        assert told.players == ticket.size + sum(one.size for one in near)
        assert sum(told.excluded.values()) == len(others) - len(near)
        assert told.least == 2 * DUEL.least(age(ticket), WINDOW)
