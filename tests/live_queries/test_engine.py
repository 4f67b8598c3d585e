"""Whatever happens, what a client has folded is what a fresh evaluation says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.live_queries import (
    ANYBODY,
    MOST_ASKED_KEYS,
    MOST_ATTRIBUTE_SORTS,
    NO_FACTS,
    PEOPLE,
)
from tests.live_queries import strategies as some
from tests.live_queries.crowds import CROWD, filled, session
from tests.support.queries import QueryWorld, asked, run_through

CHANGES = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(some.IDS), some.sessions(), some.facts()),
    st.tuples(st.just("put"), st.sampled_from(some.IDS), some.sessions(), some.facts()),
    st.tuples(st.just("remove"), st.sampled_from(some.IDS)),
)
STEPS = st.one_of(
    st.lists(CHANGES, min_size=1, max_size=6).map(lambda many: ("change", many)),
    st.lists(CHANGES, min_size=1, max_size=6).map(lambda many: ("change", many)),
    st.sampled_from([0.05, 0.25, 1.0]).map(lambda seconds: ("flush", seconds)),
    st.tuples(
        st.just("ask"),
        st.lists(st.tuples(some.questions(), some.viewers()), min_size=1, max_size=4),
        st.lists(CHANGES, max_size=6),
    ),
    st.integers(0, 9).map(lambda which: ("forget", which)),
    st.just(("check",)),
)


def change(world: QueryWorld, what: Any) -> None:
    if what[0] == "put":
        _, id, state, facts = what
        world.put(id, state | {"id": id}, facts)
    else:
        world.remove(what[1])


def ask(world: QueryWorld, questions: Any, meanwhile: list[Any]) -> None:
    """While these are learnt, more happens between the slices."""
    waiting = iter(meanwhile)

    def one_more() -> None:
        if one := next(waiting, None):
            change(world, one)
        world.flush(0.05)

    world.ask(questions, meanwhile=one_more)
    for rest in waiting:
        change(world, rest)


def take(world: QueryWorld, step: Any) -> None:
    match step:
        case ("change", many):
            for one in many:
                change(world, one)
        case ("flush", seconds):
            world.flush(seconds)
            world.check_sent()
        case ("ask", questions, meanwhile):
            ask(world, questions, meanwhile)
        case ("forget", which) if world.clients:
            world.forget([*world.clients][which % len(world.clients)])
        case ("check",):
            world.check()


@settings(max_examples=100, deadline=None)
@given(st.lists(STEPS, min_size=3, max_size=25))
def test_after_any_history_a_window_is_what_a_fresh_evaluation_says(steps: list[Any]) -> None:
    world = QueryWorld()
    for step in steps:
        take(world, step)
    world.check()


PERSON_STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(some.UUIDS), some.people()),
    st.tuples(st.just("remove"), st.sampled_from(some.UUIDS)),
    st.tuples(
        st.just("ask"),
        st.fixed_dictionaries(
            {
                "filter": some.people_filters(),
                "sort": st.sampled_from(["name", "-since"]),
                "limit": st.sampled_from([1, 2, 50]),
            }
        ),
    ),
    st.tuples(st.just("flush"), st.sampled_from([0.05, 0.25])),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(PERSON_STEPS, min_size=3, max_size=30))
def test_the_same_holds_for_people(steps: list[Any]) -> None:
    world = QueryWorld(PEOPLE)
    for step in steps:
        match step:
            case ("put", who, state):
                world.put(who, state)
            case ("remove", who):
                world.remove(who)
            case ("ask", question):
                world.ask([(question, ANYBODY)])
            case ("flush", seconds):
                world.flush(seconds)
    world.check()


MOVES = st.lists(
    st.tuples(st.integers(0, CROWD - 1), st.integers(-6, 12), st.integers(0, 7)),
    min_size=5,
    max_size=120,
)
"""Which entry, its new value (below 0: it goes), and whether time passes (0)."""


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 2), st.sampled_from(["free", "-free", "created"]), MOVES)
def test_a_small_window_is_right_while_a_crowd_pushes_over_its_edge(
    limit: int, sort: str, moves: list[tuple[int, int, int]]
) -> None:
    world = filled(CROWD)
    asked_for: list[dict[str, Any]] = [
        {},
        {"filter": {"free": {"min": 2}}},
        {"filter": {"free": {"max": 2}}},
    ]
    world.ask([(one | {"limit": limit, "sort": sort}, ANYBODY) for one in asked_for])
    for n, value, passes in moves:
        if value < 0:
            world.remove(str(n))
        else:
            world.put(str(n), session(n, free=value))
        if passes == 0:
            world.flush(0.25)
            world.check_sent()
    world.check()


def test_many_that_come_and_are_pushed_out_again_are_not_kept_in_mind() -> None:
    world = filled()
    (window,) = world.ask([({"limit": 2, "sort": "-created"}, ANYBODY)])
    for n in range(100, 1_100):
        world.put(str(n), session(n))
        if n % 3 == 0:
            world.remove(str(n))
    assert len(window._touched) <= 2 + window.most
    world.check()


def test_one_batch_is_learnt_at_a_time() -> None:
    world = filled()
    first = world.engine.learn([(asked(limit=1), ANYBODY)])
    next(first)
    with pytest.raises(RuntimeError):
        next(world.engine.learn([(asked(limit=2), ANYBODY)]))
    first.close()
    assert run_through(world.engine.learn([(asked(limit=2), ANYBODY)]))


def test_learning_that_is_broken_off_leaves_nothing() -> None:
    world = filled()
    for _ in range(5):
        steps = world.engine.learn([(asked(limit=1, sort="attributes.rank"), ANYBODY)])
        next(steps)
        world.put("3", session(3, free=0))
        next(steps)
        steps.close()
    assert not world.engine.windows
    world.ask([({"limit": 2, "filter": {"free": n}}, ANYBODY) for n in (0, 1)])
    world.put("3", session(3, free=1))
    world.check()


def test_who_goes_while_a_window_is_learnt_makes_room_in_it() -> None:
    world = filled()
    newest = iter(range(11, 5, -1))
    world.ask([({"limit": 2}, ANYBODY)], meanwhile=lambda: world.remove(str(next(newest, 0))))
    assert len(world.rows) < 10
    world.check()


def test_a_list_that_was_forgotten_answers_of_those_who_come_later() -> None:
    world = filled()
    question = ({"limit": 2, "filter": {"free": 1}}, ANYBODY)
    (window,) = world.ask([question])
    world.forget(window)
    world.engine.forget(window)
    for _ in world.engine.clear():
        pass
    world.rows.clear()
    world.put("new", session(3, id="new"))
    world.ask([question, ({"limit": 2, "filter": {"region": "eu"}}, ANYBODY)])
    world.check()


def test_a_window_that_is_forgotten_is_flushed_no_more() -> None:
    world = filled()
    (window,) = world.ask([({}, ANYBODY)])
    world.put("3", session(3, free=0))
    world.forget(window)
    world.engine.forget(window)
    assert world.engine.next_flush() is None
    assert [*world.engine.flush(1.0)] == []
    (again,) = world.ask([({}, ANYBODY)])
    assert again.epoch != window.epoch
    assert again.topic == window.topic


def test_the_game_may_name_so_many_keys_to_sort_by() -> None:
    world = filled()
    queries = [asked(sort=f"attributes.k{n}") for n in range(MOST_ATTRIBUTE_SORTS)]
    run_through(world.engine.learn((query, ANYBODY) for query in queries[1:]))
    assert world.engine.has_room_for_sort(queries[0])
    assert not world.engine.has_room_for_sort(queries[0], waiting=[asked(sort="attributes.x")])
    run_through(world.engine.learn([(queries[0], ANYBODY)]))
    assert not world.engine.has_room_for_sort(asked(sort="attributes.x"))
    assert world.engine.has_room_for_sort(asked(sort="-attributes.k3"))
    assert world.engine.has_room_for_sort(asked(sort="free"))
    world.engine.forget(world.engine.windows[queries[5], ANYBODY])
    assert world.engine.has_room_for_sort(asked(sort="attributes.x"))


def test_filters_may_name_so_many_keys_of_the_game() -> None:
    world, many = filled(), 16
    queries = [
        asked(filter={"attributes": {f"k{n + m}": m for m in range(many)}})
        for n in range(0, MOST_ASKED_KEYS, many)
    ]
    other = asked(filter={"browser": {"k0": 1}, "free": 1})
    assert world.engine.has_room_for_keys(other, waiting=queries[1:])
    assert not world.engine.has_room_for_keys(other, waiting=queries)
    run_through(world.engine.learn((query, ANYBODY) for query in queries))
    assert not world.engine.has_room_for_keys(other)
    assert world.engine.has_room_for_keys(asked(filter={"free": 2}))
    assert world.engine.has_room_for_keys(asked(filter={"attributes": {"k3": "x", "k900": 1}}))
    world.engine.forget(world.engine.windows[queries[5], ANYBODY])
    assert world.engine.has_room_for_keys(other)
    # Whoever else asks for the same keys keeps them.
    again = asked(filter={"attributes": {f"k{m}": None for m in range(many)}})
    run_through(world.engine.learn([(again, ANYBODY), (other, ANYBODY)]))
    world.engine.forget(world.engine.windows[queries[0], ANYBODY])
    for n in range(many - 1):
        run_through(world.engine.learn([(asked(filter={"browser": {f"b{n}": 1}}), ANYBODY)]))
    assert not world.engine.has_room_for_keys(asked(filter={"browser": {"more": 1}}))
    assert world.engine.has_room_for_keys(asked(filter={"attributes": {"k3": 1}}))


def test_a_list_that_is_read_again_replaces_all_but_what_is_newer() -> None:
    world = filled()
    world.ask([({}, ANYBODY), ({"filter": {"free": 0}}, ANYBODY)])
    read = {str(n): (session(n, free=0), NO_FACTS) for n in range(2, 8)} | {
        "3": (session(3), NO_FACTS),
        "20": (session(20), NO_FACTS),
    }
    steps = world.engine.replace((id, state, facts) for id, (state, facts) in read.items())
    next(steps)
    newer = session(6, free=5)
    world.engine.put("6", newer)
    world.engine.remove("20")
    world.engine.put("11", session(11, free=7))
    run_through(steps)
    del read["20"]
    world.rows = read | {"6": (newer, NO_FACTS), "11": (session(11, free=7), NO_FACTS)}
    assert len(world.engine) == len(world.rows)
    world.check()


def test_bits_are_used_again() -> None:
    world = filled()
    for n in range(40):
        windows = world.ask([({"filter": {"free": n % 3}, "limit": 3}, ANYBODY)])
        world.put("5", session(5, free=n % 3))
        world.check()
        for window in windows:
            world.forget(window)
    assert next(world.engine._bits) <= 6
