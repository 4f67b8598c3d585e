"""Evictions that a killed process left are completed by another, wherever it stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from lobby.actions.accounts import unfinished_evictions
from lobby.actions.matchmaking import proposals
from lobby.context import Lobby
from persistence.live.memory import open_memory
from persistence.ports import Store, Unreachable
from tests.support.evictions import Act, delete, restrict, sign_out
from tests.support.game import written
from tests.support.lobby import Clock, LocalLobby, PausingStore, local_lobby
from tests.support.matchmaking import GAME, MatchmakingWorld
from tests.support.waiting import TIMEOUT


async def killed(paced: PausingStore, verb: Callable[[], Awaitable[object]], *, at: int) -> bool:
    """Run it up to its `at`-th store call, and no further. False: it makes fewer calls."""
    paced.rewind()
    task = asyncio.ensure_future(verb())
    paced.stop(task, before=at)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(TIMEOUT):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    reached = not task.done()
    for one in (task, stopped):
        one.cancel()
    await asyncio.gather(task, stopped, return_exceptions=True)
    return reached


@pytest.mark.parametrize("act", [restrict, delete, sign_out], ids=lambda act: act.__name__)
async def test_wherever_it_stopped_another_process_puts_them_out(
    tmp_path: Path, store: Store, act: Act
) -> None:
    """Of a seat that they have, of a session that they host, and of a match that is being made."""
    live, paced = open_memory(clock=Clock()), PausingStore(store)
    catalogue = str(written(tmp_path, GAME))
    async with (
        local_lobby(paced, live, catalogue=catalogue) as here,  # type: ignore[arg-type]
        local_lobby(store, live, catalogue=catalogue) as local,
    ):
        there = MatchmakingWorld(local)
        for at in range(1, 80):
            gone, stays = await there.matched("asked")
            hosted = await local.open_session(gone.leader)
            seen = (await local.lobby.accounts.get(gone.leader.uuid)).version
            reached = await killed(paced, partial(act, here.lobby, gone.leader.uuid), at=at)
            begun = await _version(local, gone.leader.uuid) != seen
            await unfinished_evictions.complete(local.lobby)
            await proposals.advance_all(local.lobby)
            if begun:
                await _require_nowhere(local.lobby, gone.leader.uuid)
                assert str(hosted.id) not in await local.lobby.sessions.versions([str(hosted.id)])
                assert await there.in_queue(stays)
            else:
                assert reached, "nothing was done"
                await act(local.lobby, gone.leader.uuid)
            assert await there.proposals() == []
            assert await local.lobby.accounts.all("evicting", "yes") == []
            await there.leave(stays)
            if not reached:
                break
        assert at > 5


async def _version(local: LocalLobby, account: str) -> int | None:
    return (await local.lobby.accounts.versions([account])).get(account)


async def _require_nowhere(lobby: Lobby, who: str) -> None:
    for session in await lobby.sessions.all("live", "yes"):
        assert session.seats.held_by(who) is None
    assert all(one.uuid != who for t in await lobby.tickets.ranked("waiting") for one in t.players)
    assert await lobby.families.all("account", who) == []


async def test_while_redis_is_away_the_mark_stays_for_the_sweeper(local: LocalLobby) -> None:
    who, lobby = await local.person(), local.lobby
    leave = lobby.roster.leave

    async def away(*args: object, **named: object) -> None:
        raise Unreachable("redis", "away")

    lobby.roster.leave = away  # type: ignore[method-assign]
    with capture_logs():
        await restrict(lobby, who.uuid)
    assert [one.uuid for one in await lobby.accounts.all("evicting", "yes")] == [who.uuid]
    lobby.roster.leave = leave  # type: ignore[method-assign]
    await unfinished_evictions.complete(lobby)
    assert await lobby.accounts.all("evicting", "yes") == []
