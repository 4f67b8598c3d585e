"""Whichever windows are said to fail with a value, their condition says so, too."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.live_queries.condition_masks import BLOCK, MOST_NEW
from lobby.live_queries.conditions import (
    Between,
    Condition,
    Contains,
    NoneOf,
    NotThere,
    OneOf,
)
from lobby.live_queries.masks import FieldMasks
from lobby.live_queries.values import ABSENT, Key, key_of

NUMBERS = st.one_of(st.integers(-4, 4), st.floats(-4, 4).map(lambda n: round(n, 1)), st.just(2**70))
TEXTS = st.text("abc", max_size=5)
VALUES = st.one_of(NUMBERS, TEXTS, st.booleans(), st.none())
KEYS = st.one_of(VALUES, st.lists(VALUES, max_size=3), st.just({})).map(key_of)
SETS = st.frozensets(VALUES.map(key_of), min_size=1, max_size=3)
ENDS = st.one_of(st.none(), NUMBERS)
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    SETS.map(OneOf),
    SETS.map(NoneOf),
    st.builds(Between, ENDS, ENDS),
    TEXTS.map(Contains),
    st.just(NotThere()),
)

SOME = st.lists(CONDITIONS, max_size=10)


def check(masks: FieldMasks, asked: dict[int, Condition], keys: list[Key]) -> None:
    for key in keys:
        failing = {bit for bit, condition in asked.items() if not condition.holds(key)}
        assert {bit for bit in asked if masks.failing(key) >> bit & 1} == failing
        assert not masks.failing(key) >> (max(asked, default=-1) + 1)


def masks_of(asked: dict[int, Condition]) -> FieldMasks:
    masks = FieldMasks()
    for bit, condition in asked.items():
        masks.add(condition, 1 << bit)
    return masks


@settings(max_examples=150, deadline=None)
@given(
    st.lists(CONDITIONS, max_size=12), st.lists(CONDITIONS, max_size=8), st.lists(KEYS), st.data()
)
def test_any_conditions_that_come_and_go(
    first: list[Condition], more: list[Condition], keys: list[Key], data: Any
) -> None:
    asked = dict(enumerate(first))
    masks = masks_of(asked)
    check(masks, asked, keys)
    late = dict(enumerate(more, start=len(first)))
    learnt = masks_of(late)
    check(learnt, late, keys[::2])
    masks.absorb(learnt)
    asked |= late
    check(masks, asked, keys)
    left = data.draw(st.sets(st.sampled_from(sorted(asked)))) if asked else set()
    asked = {bit: condition for bit, condition in asked.items() if bit in left}
    assert masks.sweep(sum(1 << bit for bit in left)) == bool(asked)
    check(masks, asked, keys)


@pytest.mark.parametrize("many", [MOST_NEW, MOST_NEW + 1, 5 * BLOCK + 3])
def test_many_ranges(many: int) -> None:
    draw = random.Random(many)
    ends = [(draw.randrange(200), draw.randrange(200)) for _ in range(many)]
    asked: dict[int, Condition] = {n: Between(min(two), max(two)) for n, two in enumerate(ends)}
    masks = masks_of(asked)
    check(masks, asked, [*range(-1, 202), 7.5, (3, 150), (), ABSENT])


def test_many_texts() -> None:
    """More than a value has characters: they are looked up, not tried."""
    asked: dict[int, Condition] = {n: Contains(f"{n}") for n in range(300)}
    asked |= {300: Contains(""), 301: Contains("player 12"), 302: Contains("nobody")}
    masks = masks_of(asked)
    check(masks, asked, ["", "player 123", "the 7th", "0\0299", "nobody"])
