"""What fades by itself and what must not: late words, streams of instances, seats of those who read
but hold no socket any more.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from lobby.actions import alarms, lifetimes, presence, sessions
from lobby.domain.instances import HostType, Instance, JoinStatus
from persistence.ports import Live
from protocol import topics
from tests.actions.tables import Table, acting, table

SOCKET_SECONDS = 15.0


async def drop_socket(here: Table, player: str) -> None:
    """They had one, and the time to come back is over."""
    leases, name = here.lobby.leases, here.lobby.name
    await leases.beat(name, 10_000)
    await leases.attend(name, {player: '{"name": "Bob"}'})
    await leases.depart(name, player, shown=None, seconds=SOCKET_SECONDS)
    here.house.clock.advance(SOCKET_SECONDS + 1)
    await presence.settle(here.lobby)


async def test_what_had_to_wait_is_not_said_after_the_farewell_of_another_process(
    tmp_path: Path,
) -> None:
    async with table(tmp_path) as here:
        live = Live(here.lobby.bus, here.lobby.leases)
        async with table(tmp_path, here.lobby.store, live) as there:
            ann, bob = await here.player(), await here.player()
            session = await here.open(ann, "game", bob)
            await here.heard(bob)
            for n in range(2):  # the first word goes at once, the second has to wait
                await sessions.revise(
                    there.lobby, acting(ann), id=session.id, custom_data={"n": str(n)}
                )
                await asyncio.sleep(0.05)
            await here.dismiss(ann, session, bob)
            await there.heard(bob)
            assert [e["kind"] for e in await here.heard(bob)][-1] == "session_kicked"


async def test_what_had_to_wait_carries_the_mark_of_how_it_is_by_then(tmp_path: Path) -> None:
    async with table(tmp_path) as here:
        live = Live(here.lobby.bus, here.lobby.leases)
        async with table(tmp_path, here.lobby.store, live) as there:
            ann, bob = await here.player(), await here.player()
            session = await here.open(ann, "game", bob)
            await here.heard(bob)
            for n in range(2):
                await sessions.revise(
                    there.lobby, acting(ann), id=session.id, custom_data={"n": str(n)}
                )
            newest = await here.change(session, joinable=False)
            await there.heard(bob)
            assert (await here.heard(bob))[-1]["etag"] == f'"{newest.version}-f"'


async def test_who_reads_the_session_keeps_the_seat_without_a_socket(tmp_path: Path) -> None:
    async with table(tmp_path) as here:
        ann, bob = await here.player(), await here.player()
        session = await here.open(ann, "game", bob)
        await lifetimes.attest(here.lobby, session, bob)
        await drop_socket(here, bob.uuid)
        assert (await here.house.now(session)).sits(bob.uuid)
        # Once they no longer read, they are gone after all.
        here.house.clock.advance(here.lobby.catalogue.server.session_ttl_s + 1)
        await lifetimes.attest(here.lobby, session, ann)
        await presence.gone(here.lobby, bob.uuid)
        assert not (await here.house.now(session)).sits(bob.uuid)


async def test_who_neither_reads_nor_holds_a_socket_loses_the_seat(tmp_path: Path) -> None:
    async with table(tmp_path) as here:
        ann, bob = await here.player(), await here.player()
        session = await here.open(ann, "game", bob)
        await drop_socket(here, bob.uuid)
        assert not (await here.house.now(session)).sits(bob.uuid)


async def test_the_stream_of_an_instance_fades_when_nothing_is_played_there(
    tmp_path: Path,
) -> None:
    async with table(tmp_path) as here:
        ann, bob = await here.player(), await here.player()
        session = await here.open(ann, "plaza")  # kept while it is played
        there = Instance("arena", HostType.PLAYER, JoinStatus.JOINABLE, 1.0, host=ann.uuid)
        await here.change(session, instance=there)
        await here.enter(bob, session)
        stream = topics.instance("arena")
        assert [e["message"] for e in await here.heard(stream)] == ["player_joined"]
        # As long as the session is there, so is its stream, even where the leases forgot it.
        await alarms.rearm(here.lobby)
        await here.pass_time(lifetimes.STREAM_SECONDS + 1)
        assert await here.lobby.store.head(stream) == 1
        await sessions.close(here.lobby, acting(ann), id=session.id)
        assert await here.lobby.store.head(stream) == 2
        await here.pass_time(lifetimes.STREAM_SECONDS + 1)
        assert await here.lobby.store.head(stream) == 0
