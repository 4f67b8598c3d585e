"""Thousands of commands, each killed at random before its commit, after it, after it was published,
or after the reply, then repeated at random processes: every effect is had exactly once.

`LOBBY_TEST_EFFECTS=10000` is the long form.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

from persistence.live.memory import open_memory
from persistence.ports import Store
from persistence.store.plan import Plan
from persistence.store.sql_store import SqlStore
from tests.channel.test_repeats import killed, opened
from tests.support.command_scenes import Said, Stage, answered, staged, text_of
from tests.support.lobby import PausingStore
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world

EFFECTS = int(os.environ.get("LOBBY_TEST_EFFECTS", "300"))
DEEPEST = 6
"""Calls of the store that a command makes at most, and one more: killed only after its reply."""


def command_of(number: int, stage: Stage, friends: set[str]) -> tuple[str, Said]:
    """One that changes one thing; which one, the number says."""
    match number % 4:
        case 0:
            return "session.say", stage.session(text=f"line {number}")
        case 1:
            return "session.update", stage.session(name=f"name {number}")
        case 2:
            state = {"source_of_truth_key": stage.key, "state": {"round": number}}
            return "session.push", stage.session() | state
    friend = stage.fresh.uuid
    name = "host.unfriend" if friend in friends else "host.befriend"
    friends ^= {friend}
    return name, {"friend": friend}


def _lines(stream: str) -> Plan[int]:
    rows = yield "SELECT head FROM streams WHERE stream = $1", (stream,)
    return int(rows[0][0]) if rows else 0


async def had(store: Store, stage: Stage) -> Counter[str]:
    """How often each thing was changed."""
    assert isinstance(store, SqlStore)
    session = await store.get("session", str(stage.own.id))
    account = await store.get("account", stage.host.uuid)
    assert session is not None
    assert account is not None
    lines = await store._read(_lines(f"chat:{stage.own.id}"))
    return Counter(session=session.version, account=account.version, chat=lines)


CHANGED = {
    "session.say": "chat",
    "session.update": "session",
    "session.push": "session",
    "host.befriend": "account",
    "host.unfriend": "account",
}


async def test_every_effect_is_had_once_whenever_the_process_is_killed(tmp_path: Path) -> None:
    seed = random.randrange(2**32)
    chance, live = random.Random(seed), open_memory()
    async with opened() as store:
        paced = PausingStore(store)
        async with (
            matchmaking_world(tmp_path, paced, live) as here,  # type: ignore[arg-type]
            matchmaking_world(tmp_path, store, live) as there,
        ):
            stage = await staged(here)
            expected, friends = await had(store, stage), {stage.other.uuid}
            for number in range(EFFECTS):
                name, said = command_of(number, stage, friends)
                text = text_of(name, said, id=f"command-{number}")
                paced.rewind()
                await killed(here, paced, stage.host, text, behind=chance.randint(1, DEEPEST))
                again = await repeated(chance, [here, there], stage, text)
                assert [one["type"] for one in again] == ["reply"] * len(again), (seed, again)
                assert all(one == again[0] for one in again), (seed, again)
                expected[CHANGED[name]] += 1
            assert await had(store, stage) == expected, seed
    await live.close()


async def repeated(
    chance: random.Random, worlds: list[MatchmakingWorld], stage: Stage, text: bytes
) -> list[dict[str, Any]]:
    """Once to three times, at either process."""
    times = range(chance.randint(1, 3))
    return [await answered(chance.choice(worlds).lobby, stage.host, text) for _ in times]
