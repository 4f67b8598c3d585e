"""Whoever wished to be invisible is not shown by a restart, by time, or by a lost note."""

from __future__ import annotations

import pytest

from lobby import expiring_keys
from lobby.actions.timers import presence
from lobby.domain.permissions import Actor, Permit
from lobby.presence import INVISIBLE, WISHED_STATUS_SECONDS
from tests.support.checked_clients import RecordedChannel
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.people import new_host, new_user
from tests.support.processes import LobbyProcess


async def test_l2_invisible_outlives_a_process_that_is_killed(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    shy = await new_user(own_lobby.url)
    async with await shy.connect() as client:
        await client.command("presence.set", status="invisible")
    own_lobby.kill()
    own_lobby.start()
    async with await RecordedChannel.connect(own_lobby.url) as page, await shy.connect() as back:
        await page.watch("presence")
        other = await new_host(own_lobby.url)
        async with await other.connect():
            await page.until(lambda: other.uuid in page.states["presence"])
            assert shy.uuid not in page.states["presence"]
            await back.command("presence.set", status="online")
            await page.until(lambda: shy.uuid in page.states["presence"])
        assert not [one for one in page.frames[:-1] if shy.uuid in str(one)], "not for a moment"


async def come(local: LocalLobby, account: str, socket: int) -> bool:
    """They connect, and leave; whether they were seen meanwhile."""
    lobby = local.lobby
    await lobby.roster.heartbeat(lobby.name, lobby.settings.keeper_seconds)
    actor: Actor = (await lobby.accounts.get(account)).actor()
    await lobby.presence.arrive(actor, socket)
    seen = account in (await lobby.roster.read()).entries
    lobby.presence.depart(account, socket, final=True)
    await lobby.presence._written.wait()
    return seen


@pytest.mark.parametrize("connected", [True, False])
async def test_l2_invisible_outlives_days_and_lost_notes_until_they_say_otherwise(
    connected: bool,
) -> None:
    async with local_lobby() as local:
        shy, lobby = await local.person(), local.lobby
        assert await come(local, shy.uuid, 1)
        if connected:
            await lobby.presence.arrive(shy, 2)
        await presence.set_status(lobby, Permit(shy), status=INVISIBLE)
        lobby.presence.depart(shy.uuid, 2, final=True)
        await lobby.presence._written.wait()
        assert not await come(local, shy.uuid, 3)
        local.clock.advance(3 * WISHED_STATUS_SECONDS)
        assert await lobby.notes.get(expiring_keys.wished_status(shy.uuid)) is None
        assert not await come(local, shy.uuid, 4)
        await presence.set_status(lobby, Permit(shy), status="busy")
        assert await come(local, shy.uuid, 5)
        local.clock.advance(3 * WISHED_STATUS_SECONDS)
        assert await come(local, shy.uuid, 6)


async def test_l2_a_client_that_reports_offline_hides_nobody_for_ever() -> None:
    async with local_lobby() as local:
        gone, lobby = await local.person(), local.lobby
        await presence.keep_alive(lobby, Permit(gone), status=INVISIBLE, lasting=False)
        local.clock.advance(3 * WISHED_STATUS_SECONDS)
        assert await come(local, gone.uuid, 1)
