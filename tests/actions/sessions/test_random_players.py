"""Players who do whatever comes to their minds at once, in two processes over one store: the rules
hold at every version, the log tells it as it was, and everybody knows the newest."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from lobby.actions.changes import views
from lobby.actions.sessions import event_log
from lobby.domain.permissions import SYSTEM
from lobby.domain.sessions.session import Session
from persistence.urls import open_live, open_store
from tests.actions.sessions.random_players import (
    GAME,
    JitteryStore,
    RandomRun,
    SessionHistory,
    random_run,
    replayed,
    require_sound,
)
from tests.support.lobby import local_lobby

RUNS = {"sqlite": 12, "postgres": 6}


@pytest.mark.parametrize("kind", RUNS)
def test_whatever_players_do_at_once_the_rules_hold(
    kind: str, request: pytest.FixtureRequest
) -> None:
    url = "sqlite::memory:"
    if kind == "postgres":
        server = request.getfixturevalue("postgres_server")
        url = asyncio.run(server.new_database())

    @settings(max_examples=RUNS[kind], deadline=None, phases=(Phase.explicit, Phase.generate))
    @given(seed=st.integers(0, 2**32))
    def play(seed: int) -> None:
        asyncio.run(spend(url, seed))

    play()


async def spend(url: str, seed: int) -> None:
    store, live, history = (
        await open_store(url),
        await open_live("memory:", prefix=""),
        SessionHistory(),
    )
    dice = random.Random(seed)
    jostled: list[Any] = [JitteryStore(store, dice, history) for _ in range(2)]
    try:
        async with (
            local_lobby(jostled[0], live, catalogue=GAME) as here,
            local_lobby(jostled[1], live, catalogue=GAME) as there,
        ):
            run = await random_run([here, there], history, seed)
            assert not {"unavailable", "internal_error"} & set(run.refusals)
            require_sound_history(run)
            await require_true_logs(run)
            await require_true_notices(run)
    finally:
        await live.close()
        await store.close()


def require_sound_history(run: RandomRun) -> None:
    """Nobody came or went but as somebody was answered, one version after another."""
    for id in map(str, run.ids):
        states = run.history.states(id)
        assert [session.version for session in states] == list(range(1, len(states) + 1))
        for session in states:
            require_sound(session)
        gone: Counter[tuple[str, str]] = Counter()
        for before, after in pairwise(states):
            gone.update((id, player) for player in _held(before) - _held(after))
        assert gone == Counter({key: n for key, n in run.went.items() if key[0] == id})
        if id in run.history.deleted:
            assert run.history.deleted[id] == len(states)
            assert not any(states[-1].seats.occupants())
    for session, player in run.came:
        assert run.history.states(str(session.id))[session.version - 1].seats.sits(player)


async def require_true_logs(run: RandomRun) -> None:
    """Whoever reads the log of a session knows who is in it, and who leads."""
    lobby = run.processes[0].lobby
    for id in run.ids:
        lines = await event_log.page(lobby, SYSTEM, id=id, number=0, size=1_000)
        last = run.history.states(str(id))[-1]
        told = replayed(lines)
        assert told == (
            _held(last),
            {str(seat.player) for seat in last.seats.occupants()},
            last.leader,
        )
        assert (lines[-1].code == "session_deleted") is (str(id) in run.history.deleted)


async def require_true_notices(run: RandomRun) -> None:
    """The newest that each one was told of a session is how it looks to them now."""
    for id in map(str, run.ids):
        if id not in run.history.deleted:
            last = run.history.states(id)[-1]
            for seat in last.seats.values():
                if seat.announced:
                    now = last.version, views.view_of(last, str(seat.player))
                    assert await _told(run, str(seat.player), id) == now


async def _told(run: RandomRun, player: str, session: str) -> tuple[int, str] | None:
    page = await run.processes[0].lobby.store.read(f"inbox:{player}", limit=500)
    entries = [TypeAdapter(dict[str, Any]).validate_json(entry.body) for entry in page.entries]
    seen = [
        (entry["version"], entry["view"])
        for entry in entries
        if entry["session"] == session and "version" in entry
    ]
    return max(seen, key=lambda pair: pair[0], default=None)


def _held(session: Session) -> set[str]:
    return {seat.player for seat in session.seats.values() if seat.player}
