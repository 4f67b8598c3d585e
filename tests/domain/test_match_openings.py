"""Open sessions are filled from those who wait; no new ones are made for these profiles."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.domain.matching import Opening, Standing, make
from lobby.domain.platforms import Client
from lobby.domain.tickets import Ticket
from tests.domain.waiting import DUEL, NOW, PSN_ALONE, STEAM, WINDOW, go_together, parties, party

FILLING = replace(DUEL, join_mode="backfill")


def opening(
    session: int = 1,
    *,
    free: tuple[int, ...] = (2, 1),
    ratings: tuple[tuple[float, ...], ...] = ((25.0,), (25.0, 25.0)),
    client: Client | None = STEAM,
    waited: float = 0.0,
    region: str | None = "eu",
) -> Opening:
    sides = tuple(
        Standing(seats, there, (client,) * len(there))
        for seats, there in zip(free, ratings, strict=True)
    )
    return Opening(session, sides, NOW - waited, region)


def filled(*tickets: Ticket, openings: list[Opening]) -> dict[int | None, list[list[str]]]:
    made = make(tickets, FILLING, now=NOW, window=WINDOW, backfills=openings)
    return {one.session: [[ticket.id for ticket in side] for side in one.sides] for one in made}


def test_the_oldest_take_the_places_that_are_free() -> None:
    waiting = [party("a", waited=3), party("b", waited=2), party("c", waited=1), party("d")]
    assert filled(*waiting, openings=[opening()]) == {1: [["a", "b"], ["c"]]}


def test_without_an_open_session_nobody_is_matched() -> None:
    assert filled(party("a"), party("b"), openings=[]) == {}


def test_other_profiles_leave_open_sessions_alone() -> None:
    made = make([party("a")], DUEL, now=NOW, window=WINDOW, backfills=[opening()])
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


def test_a_session_too_far_by_rating_is_not_joined_until_both_have_waited() -> None:
    far = opening(ratings=((30.0,), (30.0, 30.0)))
    assert filled(party("a"), openings=[far]) == {}
    waited = replace(far, created=NOW - 10)
    assert filled(party("a", waited=5), openings=[waited]) == {1: [[], ["a"]]}


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
    made = make(tickets, FILLING, now=NOW, window=WINDOW, backfills=openings)
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
