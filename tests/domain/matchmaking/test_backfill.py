"""Open sessions are filled from those who wait; no new ones are made for these profiles."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.domain.matchmaking.matching import Opening, OpeningSide, find_matches
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.clients import Client
from tests.domain.matchmaking.parties import (
    DUEL,
    NOW,
    PSN_ALONE,
    STEAM,
    WINDOW,
    go_together,
    parties,
    party,
)

FILLING = replace(DUEL, join_mode="backfill")


def opening(
    session: int = 1,
    *,
    free: tuple[int, ...] = (2, 1),
    ratings: tuple[tuple[float, ...], ...] = ((25.0,), (25.0, 25.0)),
    client: Client | None = STEAM,
    waited: float = 0.0,
    region: str | None = "eu",
    uneven: int = -1,
) -> Opening:
    sides = tuple(
        OpeningSide(seats, there, (client,) * len(there))
        for seats, there in zip(free, ratings, strict=True)
    )
    return Opening(session, sides, NOW - waited, region, uneven=uneven)


def filled(*tickets: Ticket, openings: list[Opening]) -> dict[int | None, list[list[str]]]:
    made = find_matches(tickets, FILLING, now=NOW, window=WINDOW, backfills=openings)
    return {one.session: [[ticket.id for ticket in side] for side in one.sides] for one in made}


def test_the_oldest_take_the_places_that_are_free() -> None:
    waiting = [party("a", waited=3), party("b", waited=2), party("c", waited=1), party("d")]
    assert filled(*waiting, openings=[opening()]) == {1: [["a", "b"], ["c"]]}


def test_nobody_fills_a_session_that_keeps_one_of_them_out() -> None:
    pair = party("a", size=2)
    out = frozenset({pair.players[1].uuid})
    closed, roomy = replace(opening(1), excluded=out), opening(2, ratings=((25.5,), (25.5,)))
    assert filled(pair, openings=[closed]) == {}
    assert filled(pair, openings=[closed, roomy]) == {2: [["a"], []]}
    assert filled(party("b"), openings=[closed]) == {1: [["b"], []]}


def test_nobody_fills_a_session_whose_game_server_has_another_version() -> None:
    ours = replace(STEAM, version="1.4.2")
    unknown = opening(1, client=None)
    newer, same = replace(unknown, version="2.0"), replace(unknown, version="1.9+7")
    assert filled(party("a", client=ours), openings=[newer]) == {}
    assert filled(party("a", client=None), openings=[newer]) == {1: [["a"], []]}
    for fitting in (same, unknown):
        assert filled(party("a", client=ours), openings=[fitting]) == {1: [["a"], []]}


def test_without_an_open_session_nobody_is_matched() -> None:
    assert filled(party("a"), party("b"), openings=[]) == {}


def test_other_profiles_leave_open_sessions_alone() -> None:
    made = find_matches([party("a")], DUEL, now=NOW, window=WINDOW, backfills=[opening()])
    assert made == []


def test_a_party_joins_one_side_whole() -> None:
    assert filled(party("a", size=2), openings=[opening()]) == {1: [["a"], []]}
    assert filled(party("a", size=2), openings=[opening(free=(1, 1))]) == {}


def test_it_joins_where_the_others_are_nearest() -> None:
    near, far = opening(1, ratings=((26.0,), (26.0,))), opening(2, ratings=((24.5,), (24.5,)))
    assert filled(party("a"), openings=[near, far]) == {2: [["a"], []]}


def test_of_those_equally_near_it_joins_the_one_that_has_lacked_players_longest() -> None:
    assert filled(party("a"), openings=[opening(1), opening(2, waited=5)]) == {2: [["a"], []]}


def test_it_joins_the_side_that_makes_them_most_alike() -> None:
    uneven = opening(free=(1, 1), ratings=((24.0, 24.0), (26.0, 26.0)))
    assert filled(party("a", 26), openings=[uneven]) == {1: [["a"], []]}
    assert filled(party("a", 24), openings=[uneven]) == {1: [[], ["a"]]}


def test_who_comes_to_an_empty_side_meets_those_on_the_other() -> None:
    alone = opening(free=(1, 3), ratings=((30.0, 30.0), ()))
    assert filled(party("a", 25, waited=40), openings=[alone]) == {1: [[], ["a"]]}


def test_they_join_the_side_that_has_the_fewest_whatever_their_rating() -> None:
    few = opening(free=(1, 2), ratings=((24.0, 24.0), (26.0,)))
    assert filled(party("a", 26), openings=[few]) == {1: [[], ["a"]]}


def test_a_party_that_only_the_larger_side_has_room_for_joins_that() -> None:
    room = opening(free=(2, 1), ratings=((25.0, 25.0), (25.0,)))
    assert filled(party("a", size=2), openings=[room]) == {1: [["a"], []]}


def test_level_sides_stay_level_and_uneven_ones_become_more_level() -> None:
    level = opening(free=(1, 1), ratings=((25.0,), (25.0,)), uneven=0)
    assert filled(party("a"), openings=[level]) == {}
    assert filled(party("a"), openings=[replace(level, uneven=1)]) == {1: [["a"], []]}
    uneven = opening(free=(1, 3), ratings=((25.0, 25.0), ()), uneven=0)
    assert filled(party("a"), openings=[uneven]) == {1: [[], ["a"]]}
    assert filled(party("a", size=3), openings=[uneven]) == {1: [[], ["a"]]}


def test_who_does_not_want_to_come_late_is_left_for_a_match_of_their_own() -> None:
    early = replace(party("a", waited=5), backfill=False)
    assert filled(early, party("b"), openings=[opening(free=(1, 0))]) == {1: [["b"], []]}
    assert find_matches([early, party("b")], FILLING, now=NOW, window=WINDOW) == []


def test_a_session_too_far_by_rating_is_not_joined_until_both_have_waited() -> None:
    far = opening(ratings=((30.0,), (30.0, 30.0)))
    assert filled(party("a"), openings=[far]) == {}
    waited = replace(far, created=NOW - 10)
    assert filled(party("a", waited=5), openings=[waited]) == {1: [["a"], []]}


def test_regions_and_wishes_count() -> None:
    assert filled(party("a", region="na"), openings=[opening()]) == {}
    assert filled(party("a", client=PSN_ALONE), openings=[opening()]) == {}
    assert filled(party("a"), openings=[opening(client=PSN_ALONE)]) == {}


def test_those_who_join_one_session_go_together() -> None:
    open_to_all = opening(client=None)
    first, second = party("a", client=PSN_ALONE, waited=1), party("b", client=STEAM)
    assert filled(first, second, openings=[open_to_all]) == {1: [["a"], []]}


def test_where_nobody_plays_nobody_joins() -> None:
    assert filled(party("a"), openings=[opening(ratings=((), ()))]) == {}


@given(
    tickets=parties(20), free=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=4)
)
@settings(deadline=None)
def test_nobody_joins_two_sessions_nor_one_that_is_full(
    tickets: list[Ticket], free: list[tuple[int, int]]
) -> None:
    openings = [opening(n, free=seats, ratings=((25.0,), (24.0,))) for n, seats in enumerate(free)]
    made = find_matches(tickets, FILLING, now=NOW, window=WINDOW, backfills=openings)
    joined = [ticket.id for one in made for ticket in one.tickets]
    assert len(joined) == len(set(joined))
    for one in made:
        seats = free[one.session or 0]
        assert all(
            sum(ticket.size for ticket in side) <= room
            for side, room in zip(one.sides, seats, strict=True)
        )
        alike = [replace(ticket, rating=25.0) for ticket in one.tickets]
        assert all(go_together(a, b) for a in alike for b in alike)
