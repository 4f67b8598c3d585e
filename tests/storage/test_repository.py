"""Changing what has just been read: it is not read again, unless somebody else was quicker."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from lobby.domain.sessions.session import Session
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.support.lobby import Clock, LocalLobby, PausingStore, two_local_lobbies

Pair = tuple[LocalLobby, LocalLobby, PausingStore]


@pytest.fixture
async def pair(store: Store) -> AsyncIterator[Pair]:
    live = open_memory(clock=Clock())
    async with two_local_lobbies(store, live) as pair:
        yield pair
    await live.close()


async def rename(local: LocalLobby, known: Session, name: str) -> tuple[Session, Session]:
    return await local.lobby.sessions.alter(
        str(known.id), lambda s: setattr(s, "name", f"{s.name}{name}"), known=known
    )


async def test_what_is_known_is_left_as_it_was(pair: Pair) -> None:
    here, _, _ = pair
    known = await here.open_session(await here.person(), name="a")
    before, after = await rename(here, known, "b")
    assert (before.name, after.name, known.name) == ("a", "ab", "a")
    assert (before.version, after.version) == (1, 2)
    assert await here.now(known) == after


async def test_what_another_process_has_changed_since_is_read_again(pair: Pair) -> None:
    here, there, _ = pair
    known = await here.open_session(await here.person(), name="a")
    await rename(there, known, "b")
    before, after = await rename(here, known, "c")
    assert (before.name, after.name, after.version) == ("ab", "abc", 3)


async def test_sessions_that_stand_in_a_store_are_read_as_before(pair: Pair) -> None:
    """Seats are a plain map there, by name."""
    here, _, _ = pair
    made = await here.open_session(await here.person())
    document = await here.lobby.store.get("session", str(made.id))
    assert document is not None
    seats = json.loads(document.body)["seats"]
    assert list(seats) == list(made.seats)
    assert seats["0"]["status"] == "taken"
    assert (await here.now(made)).seats.sits(made.leader or "")
