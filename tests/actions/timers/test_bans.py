"""Bans that run out: over at their time, told to who depends on them, and caught up with later."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import members
from lobby.actions.timers import bans
from lobby.actions.topics import permit_watch
from lobby.domain.errors import OtherNotFound, SessionNotFound, Unacceptable
from lobby.domain.permissions import Actor, Permit
from lobby.workers.sweeper import Sweeper
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.support.lobby import LocalLobby, local_lobby


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby() as local:
        yield local


async def ban(local: LocalLobby, host: Actor, guest: Actor, seconds: int | None = 60) -> None:
    await hosts.ban(
        local.lobby, Permit(host), host=host.uuid, guest=guest.uuid, seconds=seconds, reason="loud"
    )


async def bans_of(local: LocalLobby, host: Actor) -> list[str]:
    return (await local.lobby.accounts.get(host.uuid)).host.banlist


def told(local: LocalLobby, guest: Actor) -> int:
    """How often the guest's bans were said to have changed."""
    return sum(
        event.get("told") == "bans" and guest.uuid in event["accounts"]
        for topic, event in local.told
        if topic == "accounts"
    )


async def test_a_ban_for_a_time_closes_every_way_and_opens_it_at_its_time(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await local.join(session, guest)
    await ban(local, host, guest)
    local.clock.advance(59)
    for _ in range(2):
        with pytest.raises(SessionNotFound):
            await local.join(session, guest)
        with pytest.raises(SessionNotFound):
            await members.join_host(local.lobby, Permit(guest), host=host.uuid)
        with pytest.raises(SessionNotFound):
            await permit_watch(local.lobby, Permit(guest), f"session:{session.id}")
        await bans.lapse(local.lobby)
    local.clock.advance(1)
    assert await permit_watch(local.lobby, Permit(guest), f"session:{session.id}")
    await local.join(session, guest)


async def test_the_sweep_removes_it_and_tells_who_depends_on_it_once(local: LocalLobby) -> None:
    host, early, late, good = [await local.person() for _ in range(4)]
    await ban(local, host, early, 60)
    await ban(local, host, late, 120)
    await ban(local, host, good, None)
    everybody = (early, late, good)
    before = [told(local, one) for one in everybody]
    for seconds, left, lifted in (
        (59, [early, late, good], [0, 0, 0]),
        (1, [late, good], [1, 0, 0]),
        (60, [good], [1, 1, 0]),
    ):
        local.clock.advance(seconds)
        for _ in range(2):
            await bans.lapse(local.lobby)
        assert await bans_of(local, host) == [one.uuid for one in left]
        heard = [told(local, one) for one in everybody]
        assert [now - then for now, then in zip(heard, before, strict=True)] == lifted


async def test_many_that_run_out_at_once_all_go(
    local: LocalLobby, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bans, "PAGE", 2)
    guest, *owners = [await local.person() for _ in range(6)]
    for host in owners:
        await ban(local, host, guest)
    local.clock.advance(60)
    await bans.lapse(local.lobby)
    assert [await bans_of(local, host) for host in owners] == [[]] * 5


async def test_a_process_that_starts_later_catches_up(store: Store) -> None:
    async with local_lobby(store, open_memory()) as first:
        host, guest = await first.person(), await first.person()
        await ban(first, host, guest)
        now = first.clock() + 3_600
    async with local_lobby(store, open_memory()) as second:
        second.clock.advance(now - second.clock())
        await Sweeper(second.lobby).round()
        assert (await bans_of(second, host), told(second, guest)) == ([], 1)


async def test_a_reason_that_cannot_be_shown_bans_nobody(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    with pytest.raises(Unacceptable):
        await hosts.ban(
            local.lobby, Permit(host), host=host.uuid, guest=guest.uuid, reason="\u202eevil"
        )
    assert await bans_of(local, host) == []


async def test_what_has_run_out_cannot_be_lifted_any_more(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    await ban(local, host, guest)
    local.clock.advance(60)
    with pytest.raises(OtherNotFound):
        await hosts.unban(local.lobby, Permit(host), host=host.uuid, guest=guest.uuid)
