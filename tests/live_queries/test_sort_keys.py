"""Numbers, text, the rest; ties by age and id."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.live_queries.sort_keys import AFTER_ALL, BEFORE_ALL, backwards, sort_key
from tests.live_queries.strategies import VALUES
from tests.support.queries import in_order

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=4)


@given(TEXT, TEXT)
def test_backwards_turns_the_order_of_texts_round(one: str, other: str) -> None:
    assert (one < other) == (backwards(one) > backwards(other))


@pytest.mark.parametrize("sort", ["value", "-value"])
@given(st.lists(st.tuples(st.one_of(VALUES, TEXT, st.none()), st.sampled_from([1.0, 2.0]))))
def test_keys_sort_as_the_specification_says(sort: str, rows: list[tuple[Any, float]]) -> None:
    states = [{"value": v, "age": age, "id": str(n)} for n, (v, age) in enumerate(rows)]
    descending = sort.startswith("-")
    keys = [sort_key(s["value"], s["age"], s["id"], descending=descending) for s in states]
    assert [key[3] for key in sorted(keys)] == [
        state["id"] for state in in_order(states, sort, age="age", id="id")
    ]
    assert all(BEFORE_ALL < key < AFTER_ALL for key in keys)
