"""A ticket: taken once, rated as its way of matching says, and only where the rules hold."""

from __future__ import annotations

import pytest

from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.tickets import RatedPlayer, Rule, Ruleset, Ticket, grouped, holds
from lobby.domain.sessions.errors import TicketTaken

PARTY = [RatedPlayer("b", 2, mu=20.0, sigma=2.0), RatedPlayer("a", 1, mu=30.0, sigma=8.0)]


def waiting() -> Ticket:
    return Ticket("t", 1, "a", "duel", "any", ["fast"], PARTY, rating=25.0, created=100.0)


@pytest.mark.parametrize(
    ("method", "rating"),
    [("worst", 20.0), ("best", 30.0), ("avg", 25.0), ("avg_weighted_by_sigma", 140.0)],
)
def test_a_party_is_as_good_as_its_way_of_matching_says(method: str, rating: float) -> None:
    assert grouped(PARTY, method) == rating


def test_the_order_of_a_party_does_not_change_its_rating() -> None:
    odd = [RatedPlayer(str(n), n, mu=0.1 * n, sigma=0.3) for n in range(7)]
    for method in ("avg", "avg_weighted_by_sigma"):
        assert grouped(odd, method) == grouped(odd[::-1], method)


def test_a_profile_that_goes_by_another_rank_has_its_own_rating() -> None:
    ticket = waiting()
    ticket.ratings["slow"] = 12.0
    assert (ticket.rating_in("fast"), ticket.rating_in("slow")) == (25.0, 12.0)


def test_a_ticket_is_taken_once() -> None:
    ticket = waiting()
    ticket.take("one")
    for match in ("one", "two"):
        with pytest.raises(TicketTaken):
            ticket.take(match)
        with pytest.raises(TicketTaken):
            ticket.offer(match)
    assert (ticket.state, ticket.match) == (TicketState.MATCHED, "one")


def test_what_was_offered_is_taken_by_that_match_alone() -> None:
    ticket = waiting()
    ticket.offer("one")
    with pytest.raises(TicketTaken):
        ticket.take("two")
    with pytest.raises(TicketTaken):
        ticket.offer("one")
    ticket.take("one")
    assert (ticket.state, ticket.match) == (TicketState.MATCHED, "one")


def test_what_is_given_back_waits_as_before_with_its_age() -> None:
    ticket = waiting()
    ticket.take("one")
    ticket.give_back("one")
    assert ticket == waiting()


def test_only_the_match_that_has_it_gives_it_back() -> None:
    ticket = waiting()
    ticket.take("one")
    ticket.give_back("two")
    assert (ticket.state, ticket.match) == (TicketState.MATCHED, "one")


@pytest.mark.parametrize(
    ("operation", "held"),
    [
        ("eq", [False, True, False]),
        ("ne", [True, False, True]),
        ("lt", [True, False, False]),
        ("le", [True, True, False]),
        ("gt", [False, False, True]),
        ("ge", [False, True, True]),
    ],
)
def test_a_rule_compares_how_many_play_together(operation: str, held: list[bool]) -> None:
    assert [Rule(operation, 2).holds(size, {}) for size in (1, 2, 3)] == held


def test_a_rule_with_an_item_compares_how_many_are_owned() -> None:
    rule = Rule("ge", 2, item=7)
    assert [rule.holds(9, owned) for owned in ({7: 2}, {7: 1}, {8: 2}, {})] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("determiner", "held"),
    [
        ("allOf", [False, False, True]),
        ("anyOf", [False, True, True]),
        ("oneOf", [False, True, False]),
        ("noneOf", [True, False, False]),
    ],
)
def test_the_determiner_says_how_many_rules_must_hold(determiner: str, held: list[bool]) -> None:
    ruleset = Ruleset(determiner, (Rule("ge", 2), Rule("ge", 1, item=7)))
    asked: list[tuple[int, dict[int, int]]] = [(1, {}), (2, {}), (2, {7: 1})]
    assert [holds(ruleset, size, owned) for size, owned in asked] == held
    assert ruleset.items == {7}


def test_without_a_ruleset_everybody_may() -> None:
    assert holds(None, 1, {})
