"""What fades by itself and what must not: late words, streams of instances, seats of those who read
but hold no socket any more.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from lobby.actions.changes import expiry_timers
from lobby.actions.sessions import lifecycle
from lobby.actions.timers import dispatch, presence
from lobby.domain.reasons import Reason
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from protocol import topics
from tests.support.live_parts import shared
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, sessions_world

SOCKET_SECONDS = 15.0


async def drop_socket(here: SessionsWorld, player: str) -> None:
    """They had one on another process, and the time to come back is over."""
    roster, name = here.lobby.roster, "another process"
    await roster.heartbeat(name, 10_000)
    await roster.enter(name, {player: '{"name": "Bob"}'})
    await roster.leave(name, {player: None}, seconds=SOCKET_SECONDS)
    here.local.clock.advance(SOCKET_SECONDS + 1)
    await presence.expire_due(here.lobby)


async def test_what_had_to_wait_is_not_said_after_the_farewell_of_another_process(
    tmp_path: Path,
) -> None:
    async with sessions_world(tmp_path) as here:
        live = shared(here.lobby)
        async with sessions_world(tmp_path, here.lobby.store, live) as there:
            ann, bob = await here.player(), await here.player()
            session = await here.open(ann, "game", bob)
            await here.heard(bob)
            for n in range(2):  # the first word goes at once, the second has to wait
                await lifecycle.update(
                    there.lobby, leading(ann), id=session.id, custom_data={"n": str(n)}
                )
                await asyncio.sleep(0.05)
            await here.dismiss(ann, session, bob)
            await there.heard(bob)
            assert [e["kind"] for e in await here.heard(bob)][-1] == "session_kicked"


async def test_what_had_to_wait_carries_the_version_that_it_has_by_then(tmp_path: Path) -> None:
    async with sessions_world(tmp_path) as here:
        live = shared(here.lobby)
        async with sessions_world(tmp_path, here.lobby.store, live) as there:
            ann, bob = await here.player(), await here.player()
            session = await here.open(ann, "game", bob)
            await here.heard(bob)
            for n in range(2):
                await lifecycle.update(
                    there.lobby, leading(ann), id=session.id, custom_data={"n": str(n)}
                )
            newest = await here.change(session, entry=Entry.INVITED)
            await there.heard(bob)
            last = (await here.heard(bob))[-1]
            assert (last["version"], last["view"]) == (newest.version, "inside")


async def test_who_reads_the_session_keeps_the_seat_without_a_socket(tmp_path: Path) -> None:
    async with sessions_world(tmp_path) as here:
        ann, bob = await here.player(), await here.player()
        session = await here.open(ann, "game", bob)
        await expiry_timers.record_reader(here.lobby, session, bob)
        await drop_socket(here, bob.uuid)
        assert (await here.local.now(session)).seats.sits(bob.uuid)
        # Once they no longer read, they are gone after all.
        here.local.clock.advance(here.lobby.catalogue.server.session_ttl_s + 1)
        await expiry_timers.record_reader(here.lobby, session, ann)
        await presence.release(here.lobby, bob.uuid)
        assert not (await here.local.now(session)).seats.sits(bob.uuid)


async def test_who_neither_reads_nor_holds_a_socket_loses_the_seat(tmp_path: Path) -> None:
    async with sessions_world(tmp_path) as here:
        ann, bob = await here.player(), await here.player()
        session = await here.open(ann, "game", bob)
        await drop_socket(here, bob.uuid)
        assert not (await here.local.now(session)).seats.sits(bob.uuid)


async def test_the_stream_of_an_instance_fades_when_nothing_is_played_there(
    tmp_path: Path,
) -> None:
    async with sessions_world(tmp_path) as here:
        ann, bob = await here.player(), await here.player()
        session = await here.open(ann, "plaza")  # kept while it is played
        there = Instance("arena", HostType.PLAYER, JoinStatus.JOINABLE, 1.0, host=ann.uuid)
        await here.change(session, instance=there)
        await here.enter(bob, session)
        stream = topics.instance("arena")
        assert [e["message"] for e in await here.heard(stream)] == ["player_joined"]
        # As long as the session is there, so is its stream, even where its timer was lost.
        await dispatch.rearm(here.lobby)
        await here.pass_time(expiry_timers.STREAM_SECONDS + 1)
        assert await here.lobby.store.head(stream) == 1
        await lifecycle.close(here.lobby, leading(ann), id=session.id, reason=Reason.CLOSED)
        assert await here.lobby.store.head(stream) == 2
        await here.pass_time(expiry_timers.STREAM_SECONDS + 1)
        assert await here.lobby.store.head(stream) == 0
