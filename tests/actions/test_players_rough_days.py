"""Players who do whatever comes to their minds at once, in two processes over one store: the rules
hold at every version, the log tells it as it was, and everybody knows the newest."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from persistence.urls import open_live, open_store
from tests.actions.houses import house
from tests.actions.players import (
    GAME,
    Book,
    Jostled,
    require_sound_history,
    require_true_logs,
    require_true_notices,
    rough_day,
)

DAYS = {"sqlite": 12, "postgres": 6}


@pytest.mark.parametrize("kind", DAYS)
def test_whatever_players_do_at_once_the_rules_hold(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = "sqlite::memory:"
    if kind == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database())

    @settings(max_examples=DAYS[kind], deadline=None, phases=(Phase.explicit, Phase.generate))
    @given(seed=st.integers(0, 2**32))
    def play(seed: int) -> None:
        asyncio.run(spend(url, seed))

    play()


async def spend(url: str, seed: int) -> None:
    store, live, book = await open_store(url), await open_live("memory:", prefix=""), Book()
    dice = random.Random(seed)
    jostled: list[Any] = [Jostled(store, dice, book) for _ in range(2)]
    try:
        async with (
            house(jostled[0], live, catalogue=GAME) as here,
            house(jostled[1], live, catalogue=GAME) as there,
        ):
            day = await rough_day([here, there], book, seed)
            assert not {"unavailable", "internal_error"} & set(day.refusals)
            require_sound_history(day)
            await require_true_logs(day)
            await require_true_notices(day)
    finally:
        await live.bus.close()
        await live.leases.close()
        await store.close()
