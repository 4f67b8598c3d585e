"""People drop, processes are killed and restarted; who watches converges on what is true."""

from __future__ import annotations

import json
import time

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.deployments import GRACE_SECONDS, Deployment
from tests.support.people import Person, new_host, new_user
from tests.support.processes import LobbyProcess


async def a_session(host: Person, guest: Person) -> tuple[Client, Client, str]:
    """The host's socket, the guest's socket, and the id of the session in which both sit."""
    hosting = await host.connect()
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    joining = await guest.connect()
    await joining.command("session.join", session=id)
    return hosting, joining, id


async def test_a_guest_who_drops_is_reconnecting_then_gone(lobby: Deployment) -> None:
    host, guest = await new_host(lobby.here.url), await new_user(lobby.there.url)
    hosting, joining, id = await a_session(host, guest)
    presence = await hosting.watch("presence") and hosting.states
    await hosting.watch(f"session:{id}")
    # 1. No goodbye: they show as reconnecting.
    dropped = time.monotonic()
    await joining.drop()
    await hosting.until(lambda: presence["presence"][guest.uuid]["status"] == "reconnecting")
    # 2. They come back: online, and where that was in time, their seat was kept.
    back = await guest.connect()
    in_time = time.monotonic() - dropped < GRACE_SECONDS
    await hosting.until(lambda: presence["presence"][guest.uuid]["status"] == "online")
    if in_time:
        assert hosting.states[f"session:{id}"]["seats"]["1"]["player"] == guest.uuid
    # 3. They drop and stay away: gone, and their seat is free.
    await back.drop()
    await hosting.until(lambda: guest.uuid not in presence["presence"])
    await hosting.until(lambda: hosting.states[f"session:{id}"]["seats"]["1"]["status"] == "free")
    # 4. The host goes: the session ends after the grace period, and the list says so.
    async with await RecordedChannel.connect(lobby.there.url) as page:
        await page.watch("sessions")
        await hosting.drop()
        await page.until(lambda: id not in page.states["sessions"])
        assert page.violations == []


async def test_a_goodbye_is_gone_at_once(lobby: Deployment) -> None:
    guest = await new_user(lobby.here.url)
    async with await RecordedChannel.connect(lobby.there.url) as page:
        await page.watch("presence")
        async with await guest.connect():
            await page.until(lambda: guest.uuid in page.states["presence"])
        await page.until(lambda: guest.uuid not in page.states["presence"])
        statuses = [
            frame["patch"][guest.uuid]["status"]
            for frame in page.frames
            if frame.get("topic") == "presence" and (frame.get("patch") or {}).get(guest.uuid)
        ]
        assert "reconnecting" not in statuses


async def test_two_sockets_leave_with_the_last(lobby: Deployment) -> None:
    guest = await new_user(lobby.here.url)
    async with await RecordedChannel.connect(lobby.here.url) as page:
        await page.watch("presence")
        first, second = await guest.connect(), await guest.connect(lobby.there.url)
        await first.close()
        await second.command("presence.set", status="busy")
        await page.until(lambda: page.states["presence"][guest.uuid]["status"] == "busy")
        await second.close()
        await page.until(lambda: guest.uuid not in page.states["presence"])


async def test_invisible_is_as_offline(lobby: Deployment) -> None:
    guest = await new_user(lobby.here.url)
    async with (
        await RecordedChannel.connect(lobby.there.url) as page,
        await guest.connect() as client,
    ):
        await page.watch("presence")
        await page.until(lambda: guest.uuid in page.states["presence"])
        await client.command("presence.set", status="invisible")
        await page.until(lambda: guest.uuid not in page.states["presence"])
        seen = len(page.frames)
        await client.drop()
        async with await new_seen(lobby, page):
            assert guest.uuid not in json.dumps(page.frames[seen:])


async def new_seen(lobby: Deployment, page: Client) -> Client:
    """Somebody else arrives, and the page has heard of it."""
    other = await new_host(lobby.here.url)
    client = await other.connect()
    await page.until(lambda: other.uuid in page.states["presence"])
    return client


async def test_a_killed_process_loses_its_people_and_nobody_elses(pair: Deployment) -> None:
    host, guest = await new_host(pair.here.url), await new_user(pair.there.url)
    hosting, joining, id = await a_session(host, guest)
    await hosting.watch("presence")
    await hosting.watch(f"session:{id}")
    pair.there.kill()
    await hosting.until(lambda: guest.uuid not in hosting.states["presence"])
    await hosting.until(lambda: hosting.states[f"session:{id}"]["seats"]["1"]["status"] == "free")
    assert host.uuid in hosting.states["presence"]
    assert joining.closed is None or joining.closed == 1006
    # They come back to the other process.
    async with await guest.connect(pair.here.url) as back:
        await back.command("session.join", session=id)
        await hosting.until(lambda: guest.uuid in hosting.states["presence"])
    await hosting.close()


async def test_people_of_a_killed_process_keep_their_seats_if_they_come_back(
    pair: Deployment,
) -> None:
    host, guest = await new_host(pair.here.url), await new_user(pair.there.url)
    hosting, _, id = await a_session(host, guest)
    await hosting.watch("presence")
    await hosting.watch(f"session:{id}")
    pair.there.kill()
    async with await guest.connect(pair.here.url) as back:
        await back.watch(f"session:{id}")
        pair.there.start()
        async with await RecordedChannel.connect(pair.there.url) as page:
            await page.watch("presence")
            await page.until(lambda: {host.uuid, guest.uuid} <= set(page.states["presence"]))
        assert back.states[f"session:{id}"]["seats"]["1"]["player"] == guest.uuid
    await hosting.close()


async def test_a_restart_loses_nothing(own_lobby: LobbyProcess) -> None:
    own_lobby.settings["LOBBY_GRACE_SECONDS"] = "10"  # for who comes back to a busy machine
    own_lobby.start()
    host, guest = await new_host(own_lobby.url), await new_user(own_lobby.url)
    hosting, joining, id = await a_session(host, guest)
    await host.call("POST", f"/hosts/{host.uuid}/friends?friend={guest.uuid}")
    topic = f"session:{id}"
    before = await hosting.watch(topic)
    # 1. It stops as an operator stops it: everybody is told to come back.
    assert own_lobby.stop() == 0
    await hosting.until(lambda: hosting.closed == 1012)
    assert hosting.drain is not None
    # 2. It starts again: accounts, hosts and sessions are as they were.
    own_lobby.start()
    known = (await host.call("GET", f"/hosts/{host.uuid}")).json()
    assert known["friends"] == [guest.uuid.upper()]
    slots = (await guest.call("GET", f"/slots?session={id}")).json()
    assert [slot["status"] for slot in slots[:3]] == ["taken", "taken", "free"]
    # 3. Clients come back, name what they know, and agree with it.
    await hosting.open()
    assert await hosting.watch(topic) == before
    await joining.open()
    await joining.watch(topic)
    assert joining.states[topic]["seats"] == before["seats"]
    # 4. A kill is no worse.
    own_lobby.kill()
    own_lobby.start()
    await hosting.open()
    assert await hosting.watch(topic) == before
    await hosting.close()


async def test_only_one_process_owns_a_sqlite_file(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    second = LobbyProcess(own_lobby.home)
    with pytest.raises(RuntimeError, match="LOBBY_DATABASE_URL"):
        second.start()
    host = await new_host(own_lobby.url)
    async with await host.connect() as client:
        with pytest.raises(Refused):
            await client.command("session.join", session="1024")
