"""What becomes of those who wait: full matches of those nearest, the oldest served first."""

from __future__ import annotations

from dataclasses import replace

from lobby.domain.matchmaking.matching import Profile, Window, find_matches
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.tickets import Ticket
from tests.domain.matchmaking.parties import DUEL, NOW, PSN, PSN_ALONE, STEAM, WINDOW, ids, party

ONE = Profile("duel", num_sides=2, min_players_per_side=1, max_players_per_side=1)
ALL = replace(DUEL, min_players_per_side=3)


def found(*tickets: Ticket, profile: Profile = ONE, window: Window = WINDOW) -> list[set[str]]:
    """Who is in each match."""
    made = find_matches(tickets, profile, now=NOW, window=window)
    return [{ticket.id for ticket in match.tickets} for match in made]


def test_the_nearest_are_matched() -> None:
    assert found(party("a", 25), party("b", 26.5), party("c", 25.5), party("d", 27)) == [
        {"a", "c"},
        {"b", "d"},
    ]


def test_the_oldest_chooses_first() -> None:
    assert found(party("a", 25), party("b", 26.5), party("c", 25.5, waited=1)) == [{"a", "c"}]
    assert found(party("a", 25), party("b", 26, waited=1), party("c", 25.4)) == [{"b", "c"}]


def test_of_those_equally_near_the_one_that_waited_longer_is_taken() -> None:
    for near in (24.5, 25.0, 25.5):
        young, old = party("a", near, waited=1), party("z", near, waited=2)
        assert found(party("me", 25, waited=3), young, old) == [{"me", "z"}]
    below, above = party("a", 24, waited=1), party("z", 26, waited=2)
    assert found(party("me", 25, waited=3), below, above) == [{"me", "z"}]


def test_two_who_have_just_come_are_no_farther_apart_than_the_window_begins() -> None:
    assert found(party("a", 25), party("b", 27)) == [{"a", "b"}]
    assert found(party("a", 25), party("b", 27.1)) == []


def test_the_waiting_of_both_widens_the_window() -> None:
    assert found(party("a", 25, waited=10), party("b", 29)) == [{"a", "b"}]
    assert found(party("a", 25, waited=10), party("b", 31, waited=10)) == [{"a", "b"}]
    assert found(party("a", 25, waited=10), party("b", 31)) == []


def test_the_window_ends_at_its_most() -> None:
    assert found(party("a", 10, waited=9999), party("b", 35)) == [{"a", "b"}]
    assert found(party("a", 10, waited=9999), party("b", 35.1, waited=9999)) == []


def test_each_pair_of_a_match_is_within_reach_and_not_only_of_the_oldest() -> None:
    apart = [party("a", 25, waited=10), party("b", 22), party("c", 28)]
    three = Profile("duel", num_sides=3, min_players_per_side=1, max_players_per_side=1)
    assert found(*apart, profile=three) == []
    assert found(*apart, party("d", 26.5), profile=three) == [{"a", "c", "d"}]


def test_sides_are_full_and_parties_stay_whole() -> None:
    tickets = [party("a", size=2), party("b", size=2), party("c"), party("d"), party("e", size=3)]
    made = find_matches(tickets, DUEL, now=NOW, window=WINDOW)
    assert [sorted(sum(one.size for one in side) for side in match.sides) for match in made] == [
        [3, 3]
    ]
    assert sorted(ids(made)[0]) == [["a", "c"], ["b", "d"]]


def test_a_party_that_would_need_another_side_is_not_split() -> None:
    assert found(party("a", size=2), party("b", size=2), party("c", size=2), profile=ALL) == []


def test_sides_come_out_even() -> None:
    tickets = [party(str(rating), float(rating)) for rating in (20, 21, 25, 26, 30, 31)]
    [match] = find_matches(tickets, DUEL, now=NOW, window=Window(20, 0, 20))
    assert round(match.gap, 9) == round(1 / 3, 9)
    assert match.spread == 11


def test_fewer_will_do_only_after_a_wait_as_long_as_the_window_widens() -> None:
    assert WINDOW.widening_seconds == 115
    waits = {
        waited: found(party("a", waited=waited), party("b"), profile=DUEL) for waited in (114, 115)
    }
    assert waits == {114: [], 115: [{"a", "b"}]}


def test_halfway_two_against_two_will_do() -> None:
    others = [party("a"), party("b"), party("c")]
    assert found(party("old", waited=57), *others, profile=DUEL) == []
    assert found(party("old", waited=58), *others, profile=DUEL) == [{"old", "a", "b", "c"}]


def test_who_may_have_fewer_has_full_sides_where_there_are_enough() -> None:
    names = "abcdef"
    assert found(*(party(name, waited=500) for name in names), profile=DUEL) == [set(names)]


def test_level_sides_are_better_than_more_players() -> None:
    [match] = find_matches(
        [party("a", waited=500), party("b", size=3), party("c"), party("d")],
        DUEL, now=NOW, window=WINDOW,
    )  # fmt: skip
    assert {ticket.id for ticket in match.tickets} == {"a", "b", "c", "d"}
    [match] = find_matches(
        [party("a", waited=500), party("b", size=3), party("c")], DUEL, now=NOW, window=WINDOW
    )
    assert {ticket.id for ticket in match.tickets} == {"a", "c"}


def test_uneven_sides_are_better_than_none() -> None:
    assert found(party("a", waited=500, size=3), party("b", size=2), profile=DUEL) == [{"a", "b"}]
    assert found(party("a", waited=500, size=3), party("b"), party("c"), profile=DUEL) == [
        {"a", "b", "c"}
    ]


def test_where_the_window_never_widens_full_sides_are_insisted_on_for_half_a_minute() -> None:
    for window in (Window(2, 0, 9), Window(9, 1, 9)):
        assert found(party("a", waited=29), party("b"), profile=DUEL, window=window) == []
        assert found(party("a", waited=30), party("b"), profile=DUEL, window=window) == [{"a", "b"}]


def test_regions_do_not_mix() -> None:
    assert found(party("a", region="eu"), party("b", region="na"), party("c", region=None)) == []
    assert found(party("a", region=None), party("b", region=None)) == [{"a", "b"}]


def test_wishes_count_both_ways() -> None:
    for pair in ((STEAM, PSN_ALONE), (PSN_ALONE, STEAM)):
        assert found(party("a", client=pair[0]), party("b", client=pair[1])) == []
    assert found(party("a", client=PSN), party("b", client=PSN_ALONE)) == [{"a", "b"}]


def test_who_keeps_others_away_does_not_keep_the_oldest_from_a_match() -> None:
    """The nearest fits nobody but the oldest; the next two fit each other as well."""
    tickets = [
        party("old", 25, client=PSN, waited=9),
        party("sony", 25, client=PSN_ALONE, waited=1),
    ]
    others = [party(name, 26, client=STEAM) for name in "abcde"]
    assert found(*tickets, *others, profile=DUEL) == [{"old", *"abcde"}]


def test_only_the_major_version_tells_games_apart() -> None:
    old, new = replace(STEAM, version="3.1+200"), replace(STEAM, version="3.9")
    assert found(party("a", client=old), party("b", client=new)) == [{"a", "b"}]
    assert found(party("a", client=old), party("b", client=replace(new, version="31.0"))) == []


def test_who_came_without_a_client_goes_with_everybody() -> None:
    assert found(party("a", client=None), party("b", client=PSN_ALONE)) == [{"a", "b"}]


def test_a_profile_created_before_takes_nobody_until_its_delay_is_over() -> None:
    late = replace(ONE, join_mode="created_before", delay_s=30)
    assert found(party("a", waited=30), party("b", waited=29), profile=late) == []
    assert found(party("a", waited=31), party("b", waited=30), profile=late) == [{"a", "b"}]


def test_only_those_who_wait_for_this_profile_are_matched() -> None:
    offered, other = party("b"), party("c")
    offered.state = TicketState.OFFERED
    other.profiles = ["other"]
    assert found(party("a"), offered, other, party("d", size=2)) == []


def test_a_profile_goes_by_its_own_rating() -> None:
    apart = [party("a", 10), party("b", 40)]
    for ticket in apart:
        ticket.ratings["duel"] = 25.0
    assert found(*apart) == [{"a", "b"}]


def test_one_side_against_the_world_is_filled_like_any() -> None:
    together = Profile("duel", num_sides=1, min_players_per_side=2, max_players_per_side=4)
    assert found(party("a", size=4), profile=together) == [{"a"}]
    assert found(party("a", size=3), party("b"), profile=together) == [{"a", "b"}]
    assert found(party("a"), party("b"), profile=together) == []


def test_a_hundred_all_against_all_are_one_match() -> None:
    royale = Profile("duel", num_sides=100, min_players_per_side=1, max_players_per_side=1)
    [match] = find_matches([party(f"{n:03}") for n in range(150)], royale, now=NOW, window=WINDOW)
    assert [len(side) for side in match.sides] == [1] * 100


def test_squads_of_four_are_put_together_from_parties() -> None:
    royale = Profile("duel", num_sides=25, min_players_per_side=4, max_players_per_side=4)
    tickets = [party(f"{n:03}", size=1 + n % 3) for n in range(90)]
    made = find_matches(tickets, royale, now=NOW, window=WINDOW)
    assert [sum(one.size for one in side) for match in made for side in match.sides] == [4] * 25


def test_who_entered_by_a_clock_that_is_ahead_is_matched_all_the_same() -> None:
    assert found(party("a", 25, waited=-120), party("b", 25)) == [{"a", "b"}]
    assert found(party("a", 25, waited=-120), party("b", 25, waited=-60)) == [{"a", "b"}]
