"""What is next in a window, looked for step by step."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from lobby.live_queries import ANYBODY, first_keys
from tests.live_queries.crowds import CROWD, filled, session

BURSTS = st.lists(
    st.one_of(
        st.tuples(st.integers(0, CROWD - 1), st.integers(-6, 12)),
        st.sampled_from(["flush", "ask"]),
    ),
    min_size=5,
    max_size=60,
)
"""An entry and its new value (below 0: it goes), also between the steps of what comes before."""


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 2), st.sampled_from(["free", "-free", "created"]), BURSTS)
def test_a_window_is_right_whatever_changes_while_it_looks_for_what_is_next(
    limit: int, sort: str, bursts: list[Any]
) -> None:
    world = filled(CROWD)
    asked_for = [
        {"filter": {"free": {"max": most}}, "limit": limit, "sort": sort} for most in (2, 9)
    ]
    rest = iter(bursts)

    def one_more(step: Any = None) -> None:
        match next(rest, None) if step is None else step:
            case (n, value) if value < 0:
                world.remove(str(n))
            case (n, value):
                world.put(str(n), session(n, free=value))

    with patch.object(first_keys, "SLICE_OF_ORDER", 1):
        for step in rest:
            if step == "ask":
                for window in [*world.clients]:
                    world.forget(window)
                world.ask([(one, ANYBODY) for one in asked_for], meanwhile=one_more)
            elif step == "flush":
                world.flush(0.25, meanwhile=one_more)
                world.check_sent()
            else:
                one_more(step)
        world.check()
