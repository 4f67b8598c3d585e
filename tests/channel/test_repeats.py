"""A command is repeated after the process that carried it out was killed, at every moment: its
effect is had exactly once, and the outcome is the same. Made from the table of commands, so that no
new one can be forgotten.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from lobby.channel import dispatch
from lobby.channel.repeats import REPEATS
from lobby.domain.permissions import Actor
from persistence.live.memory import open_memory
from persistence.ports import Live, Store
from persistence.urls import open_store
from tests.channel.good_commands import name_of
from tests.support.command_scenes import (
    LINES,
    ONCE,
    answered,
    connected,
    effects,
    shape,
    staged,
    text_of,
)
from tests.support.lobby import PausingStore, interrupted
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world
from tests.support.waiting import TIMEOUT


@asynccontextmanager
async def opened() -> AsyncIterator[Store]:
    store = await open_store("sqlite::memory:")
    yield store
    await store.close()


@asynccontextmanager
async def begun(
    folder: Path, store: Store, name: str, live: Live | None = None
) -> AsyncIterator[tuple[MatchmakingWorld, PausingStore, Actor, bytes]]:
    """A process in which somebody is about to say the command."""
    paced = PausingStore(store)
    first: Any = paced
    async with matchmaking_world(folder, first, live) as world:
        actor, said = await LINES[name](await staged(world))
        yield world, paced, actor, text_of(name, said)


async def undisturbed(folder: Path, name: str) -> tuple[dict[str, Any], list[tuple[str, int]]]:
    async with opened() as store, begun(folder, store, name) as (world, _, actor, text):
        return await answered(world.lobby, actor, text), await effects(store)


async def killed(
    world: MatchmakingWorld, paced: PausingStore, actor: Actor, text: bytes, *, behind: int
) -> bool:
    """Whether the process got as far as where it is killed."""
    socket, _ = connected(world.lobby, actor)
    task = asyncio.create_task(dispatch.answer(socket, text))
    paced.stop(task, behind=behind)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(TIMEOUT):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    reached = paced.stopped.is_set()
    for one in (task, stopped):
        one.cancel()
    await asyncio.gather(task, stopped, return_exceptions=True)
    world.lobby.hub.leave(socket)
    return reached


def test_every_command_whose_effect_is_kept_can_be_repeated() -> None:
    assert set(LINES) == set(ONCE) == {name_of(command) for command in REPEATS}


@pytest.mark.parametrize("name", ONCE)
async def test_killed_behind_any_call_of_the_store_a_command_is_completed_once(
    name: str, tmp_path: Path
) -> None:
    """Before the commit, right after it, after telling, and at last after the reply."""
    first, once = await undisturbed(tmp_path, name)
    assert first["type"] == "reply"
    reached, call = True, 0
    while reached:
        call += 1
        async with opened() as store:
            async with begun(tmp_path, store, name) as (world, paced, actor, text):
                reached = await killed(world, paced, actor, text, behind=call)
            # Another process, and nothing is left of what fades: a restart, and Redis empty.
            async with matchmaking_world(tmp_path, store) as back:
                again = await answered(back.lobby, actor, text)
                if name != "session.close":
                    assert shape(again) == shape(first), (name, call, again)
                assert await effects(store) == once, (name, call)
                assert await answered(back.lobby, actor, text) == again
                assert await effects(store) == once, (name, call)
    assert call > 2


@pytest.mark.parametrize("name", ONCE)
async def test_said_to_two_processes_at_once_it_is_done_once(name: str, tmp_path: Path) -> None:
    first, once = await undisturbed(tmp_path, name)
    reached, call = True, 0
    while reached:
        call += 1
        live = open_memory()
        async with (
            opened() as store,
            begun(tmp_path, store, name, live) as (here, paced, actor, text),
            matchmaking_world(tmp_path, store, live) as there,
        ):
            answers: list[dict[str, Any]] = []

            async def say(world: MatchmakingWorld, actor: Actor, text: bytes) -> None:
                answers.append(await answered(world.lobby, actor, text))  # noqa: B023

            reached = await interrupted(
                paced,
                lambda: say(here, actor, text),
                lambda: say(there, actor, text),
                at=call,
            )
            assert [shape(answer) for answer in answers] == 2 * [shape(first)], (name, call)
            assert await effects(store) == once, (name, call)
        await live.close()
    assert call > 1
