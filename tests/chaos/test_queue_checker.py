"""Each judge of the queue passes a good history and names what is wrong in a bad one."""

from __future__ import annotations

from typing import Any

from tests.chaos.history import NOTICED_SECONDS, Event
from tests.chaos.queue_checker import missed, queue


def event(kind: str, who: str = "ann", what: str = "", value: Any = None, at: float = 0.0) -> Event:
    return Event(at, kind, who, what, value=value)


def entered(ticket: str, who: str) -> Event:
    return event("entered", who, ticket)


def matched(match: str, *tickets: str, players: str, who: str = "ann") -> Event:
    seen = {"tickets": [*tickets], "players": players.split()}
    return event("matched", who, match, value=seen)


WAITING = [entered("t1", "ann"), entered("t2", "ben")]


def test_one_match_after_another_is_fine() -> None:
    first = matched("m1", "t1", "t2", players="ann ben")
    again = [entered("t3", "ann"), matched("m2", "t3", "t2", players="ann")]
    unknown = matched("m3", "t4", "t5", players="cat dan", who="cat")
    late = matched("m1", "t1", "t2", players="", who="ben")
    assert queue([*WAITING, first, late, event("parted", what="m1"), unknown]) == []
    assert queue([entered("t1", "ann"), first, event("parted", what="m1"), again[0]]) == []


def test_a_ticket_that_is_matched_twice_is_named_whoever_saw_it() -> None:
    twice = [
        matched("m1", "t1", "t2", players=""),
        matched("m2", "t2", "t3", players="", who="cat"),
    ]
    assert queue([*WAITING, *twice]) == ["t2 led to m1 and m2"]


def test_a_ticket_that_was_left_leads_to_no_match() -> None:
    left = event("left_queue", what="t1")
    assert queue([*WAITING, left]) == []
    found = matched("m1", "t1", "t2", players="")
    assert queue([*WAITING, left, found]) == ["t1 was left, and led to m1"]


def test_a_player_in_two_matches_is_named_unless_they_left_the_first() -> None:
    first, second = matched("m1", "t1", players="ann"), matched("m2", "t2", players="ann ben")
    more = [*WAITING, entered("t2", "ann")]
    assert any("ann is in m1 and m2" in wrong for wrong in queue([*more, first, second]))
    elsewhere = event("parted", what="m3")
    assert any("ann is in" in wrong for wrong in queue([*more, first, elsewhere, second]))
    left = event("parted", what="m1")
    assert not any("ann is in" in wrong for wrong in queue([*more, first, left, second]))


def test_whoever_sits_in_a_match_without_a_ticket_of_it_or_twice_is_named() -> None:
    assert queue([*WAITING, matched("m1", "t1", "t2", players="ann cat")]) == [
        "without a ticket in m1: ['cat']"
    ]
    assert queue([*WAITING, matched("m1", "t1", "t2", players="ann ann")]) == [
        "without a ticket in m1: ['ann']"
    ]


FAULT = [event("fault", what="postgres killed", at=10.0), event("healed", at=12.0)]


def unheard(joinable: float, over: float) -> list[Event]:
    return [event("hosted", "", "m1", ["t1"], at=joinable), event("missed", "ann", "m1", at=over)]


def test_a_match_that_was_over_before_its_player_heard_of_it_is_named() -> None:
    told = missed([*FAULT, *unheard(12.0 + NOTICED_SECONDS, 23.0)])
    assert told == ["ann did not hear of m1, joinable since 20.00, until 23.00"]
    assert missed([*unheard(7.0, 10.0), *FAULT]) != []


def test_who_was_not_told_of_a_match_by_a_process_that_a_fault_befell_is_excused() -> None:
    assert missed([*FAULT, *unheard(11.9 + NOTICED_SECONDS, 23.0)]) == []
    assert missed([*FAULT, *unheard(9.0, 11.0)]) == []
