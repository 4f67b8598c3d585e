"""Passwords of sessions that change while somebody comes in: the one at the commit counts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.actions.sessions.test_passwords import RIGHT, come, set_to
from tests.support.lobby import Clock, PausingStore, interrupted
from tests.support.sessions import SessionsWorld, sessions_world

Paced = tuple[SessionsWorld, SessionsWorld, PausingStore]


@pytest.fixture
async def paced(store: Store, tmp_path: Path) -> AsyncIterator[Paced]:
    live, paused = open_memory(clock=Clock()), PausingStore(store)
    stopped: object = paused
    async with (
        sessions_world(tmp_path, stopped, live) as here,  # type: ignore[arg-type]
        sessions_world(tmp_path, store, live) as there,
    ):
        yield here, there, paused
    await live.close()


async def played(paced: Paced, begins: str | None, at: int) -> bool:
    """The password changes before the n-th call to the store of who comes in, who sits afterwards
    only if they did so before. Returns whether there was such a call."""
    here, there, paused = paced
    ann, bob = await there.player(), await there.player()
    session = await there.open(ann)
    if begins is not None:
        await set_to(there, ann, session, begins)
    paused.rewind()
    sat = [True]

    async def change() -> None:
        sat[0] = (await there.local.now(session)).seats.sits(bob.uuid)
        await set_to(there, ann, session, "another")

    reached = await interrupted(paused, lambda: come(here, bob, session, RIGHT), change, at=at)
    assert (await there.local.now(session)).seats.sits(bob.uuid) is (sat[0] or not reached)
    return reached


@pytest.mark.parametrize("begins", [None, RIGHT])
async def test_a_password_that_changes_meanwhile_is_the_one_that_counts(
    paced: Paced, begins: str | None
) -> None:
    at = 1
    while await played(paced, begins, at):
        at += 1
    assert at > 2, "it was interrupted"


async def test_the_new_password_lets_in_who_says_it_while_it_is_set(paced: Paced) -> None:
    here, there, paused = paced
    ann, bob = await there.player(), await there.player()
    session = await there.open(ann)
    came = partial(come, here, bob, session, RIGHT)
    change = partial(set_to, there, ann, session, RIGHT)
    for at in range(1, 4):
        await set_to(there, ann, session, "old")
        paused.rewind()
        await interrupted(paused, came, change, at=at)
        if (await there.local.now(session)).seats.sits(bob.uuid):
            return
    raise AssertionError("it was never compared with the new one")
