"""A guest joins, and everybody who watches sees it; the host bans them, and they stay out."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.deployments import Deployment
from tests.support.people import Person, new_host, new_user


async def open_house(host: Person) -> Client:
    """The host connects, lets everybody in and launches a session."""
    client = await host.connect()
    await client.command("host.set", only_friends=False)
    return client


async def test_over_the_channel(lobby: Deployment) -> None:
    host, guest = await new_host(lobby.here.url), await new_user(lobby.there.url)
    page = await RecordedChannel.connect(lobby.there.url)
    # 1. Somebody looks on without an identity: nothing of this host is open.
    await page.watch("presence")
    await page.watch("sessions")
    # 2. The host comes, and launches; the page sees both.
    hosting = await open_house(host)
    await page.until(lambda: page.states["presence"][host.uuid]["status"] == "online")
    launched = (await hosting.command("session.launch", name="Friday"))["session"]
    listed = await page.until(lambda: page.states["sessions"][launched["id"]])
    assert listed["name"] == "Friday"
    assert listed["seats"]["0"]["player"] == host.uuid
    # 3. A guest on the other process watches the host, and joins.
    joining = await guest.connect()
    await joining.watch("inbox")
    seen = await joining.watch(f"host:{host.uuid}")
    assert seen["session"] == launched["id"]
    outside = await joining.watch(f"session:{launched['id']}")
    assert "state" not in outside
    await joining.command("session.join", session=launched["id"])
    # 4. Everybody sees the seat taken: the page, the host, the guest, who now sees the whole.
    await page.until(lambda: sitting(page.states["sessions"][launched["id"]]) == guest.uuid)
    await joining.until(lambda: sitting(joining.states[f"session:{launched['id']}"]) == guest.uuid)
    await joining.until(lambda: "state" in joining.states[f"session:{launched['id']}"])
    # 5. The host bans the guest: the seat is free, the guest is told why.
    await hosting.command("host.ban", guest=guest.uuid)
    await page.until(
        lambda: page.states["sessions"][launched["id"]]["seats"]["1"]["status"] == "free"
    )
    [told] = await joining.until(lambda: list(joining.entries["inbox"].values()))
    assert (told["kind"], told["session"]) == ("session_banned", launched["id"])
    await joining.until(lambda: f"session:{launched['id']}" in joining.ended)
    # 6. They cannot come back by any path.
    await assert_out(guest, joining, host, launched)
    for client in (page, hosting, joining):
        assert (client.violations, client.gaps) == ([], 0)
        await client.close()


def sitting(session: dict[str, Any]) -> str | None:
    """Who sits in the first seat that is not the host's."""
    player: str | None = session["seats"]["1"].get("player")
    return player


async def assert_out(guest: Person, client: Client, host: Person, session: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="session_not_found"):
        await client.command("session.join", session=session["id"])
    with pytest.raises(Refused, match="session_not_found"):
        await client.command("session.join", host=host.uuid)
    assert await client.command("session.ask", sessions=[session["id"]]) == {"sessions": {}}
    with pytest.raises(Refused, match="session_not_found"):
        await client.watch(f"session:{session['id']}")
    # Their host is shown as one who has launched nothing.
    shown = await client.watch(f"host:{host.uuid}")
    assert shown["uuid"] == host.uuid
    assert "session" not in shown
    body = {"host": host.uuid, "guest": guest.uuid}
    assert (await guest.call("POST", "/sessions/players", json=body)).status_code == 404
    assert (await guest.call("GET", f"/slots?session={session['id']}")).status_code == 404
    slot = int(session["id"]) + 2
    assert (await guest.call("POST", f"/slots/{slot}/reserve")).status_code == 404


async def test_over_http(lobby: Deployment) -> None:
    host, guest = await new_host(lobby.here.url), await new_user(lobby.there.url)
    page = await RecordedChannel.connect(lobby.there.url)
    await page.watch("sessions")
    # 1. The host opens its door and launches.
    door = await host.call("PUT", f"/hosts/{host.uuid}/only_friends", json={"only_friends": False})
    assert door.status_code == 200
    launched = await host.call("POST", "/sessions", json={"host": host.uuid})
    assert launched.status_code == 201
    id = launched.json()["session_id"]
    assert str(id) in launched.headers["Location"]
    await page.until(lambda: page.states["sessions"][str(id)])
    # 2. The guest joins on the other process, and sees their seat in the third door.
    body = {"host": host.uuid, "guest": guest.uuid}
    joined = await guest.call("POST", "/sessions/players", json=body)
    assert (joined.status_code, joined.json()) == (200, {"session_id": id})
    assert (await guest.call("POST", "/sessions/players", json=body)).status_code == 400
    slots = (await guest.call("GET", f"/slots?session={id}")).json()
    assert [slot["status"] for slot in slots[:3]] == ["taken", "taken", "free"]
    assert slots[1]["user"]["username"] == guest.name

    def second_seat() -> Any:
        return page.states["sessions"][str(id)]["seats"]["1"]

    await page.until(lambda: second_seat().get("player") == guest.uuid)
    # 3. The ban frees the seat, and closes the door for good.
    banned = await host.call("POST", f"/hosts/{host.uuid}/banlist?banned={guest.uuid.upper()}")
    assert banned.status_code == 200
    await page.until(lambda: second_seat()["status"] == "free")
    assert (await guest.call("POST", "/sessions/players", json=body)).status_code == 404
    # 4. Only one session at a time, and two launches at once are one.
    again = await host.call("POST", "/sessions", json={"host": host.uuid})
    assert again.status_code == 409
    await page.close()


async def test_by_slots(lobby: Deployment) -> None:
    host, guest, other = (
        await new_user(lobby.here.url),
        await new_user(lobby.there.url),
        await new_user(lobby.here.url),
    )
    async with await open_house(host) as hosting:
        id = int((await hosting.command("session.launch"))["session"]["id"])
        await hosting.watch(f"session:{id}")
        # 1. A slot is reserved for the guest; nobody else gets it.
        assert (await guest.call("POST", f"/slots/{id + 4}/reserve")).text == "OK"
        conflict = await other.call("POST", f"/slots/{id + 4}/reserve")
        assert (conflict.status_code, conflict.text) == (409, "slot conflict")
        seat = await hosting.until(
            lambda: (
                (s := hosting.states[f"session:{id}"]["seats"]["3"])["status"] == "reserved" and s
            )
        )
        assert seat["player"] == guest.uuid
        # 2. Joining takes the reserved seat.
        async with await guest.connect() as joining:
            session = (await joining.command("session.join", session=str(id)))["session"]
            assert session["seats"]["3"]["player"] == guest.uuid
            # 3. Only its own user gives a slot back.
            refused = await other.call("POST", f"/slots/{id + 4}/release")
            assert (refused.status_code, refused.text) == (403, "not yours")
            assert (await guest.call("POST", f"/slots/{id + 4}/release")).text == "OK"
        await hosting.until(
            lambda: hosting.states[f"session:{id}"]["seats"]["3"]["status"] == "free"
        )


async def test_the_last_seat_goes_to_one(lobby: Deployment) -> None:
    host = await new_host(lobby.here.url)
    guests = [await new_user((lobby.here if n % 2 else lobby.there).url) for n in range(12)]
    await host.call("PUT", f"/hosts/{host.uuid}/only_friends", json={"only_friends": False})
    launches = await asyncio.gather(
        *(host.call("POST", "/sessions", json={"host": host.uuid}) for _ in range(4))
    )
    assert sorted(launch.status_code for launch in launches) == [201, 409, 409, 409]
    joins = await asyncio.gather(
        *(
            guest.call("POST", "/sessions/players", json={"host": host.uuid, "guest": guest.uuid})
            for guest in guests
        )
    )
    assert sorted(join.status_code for join in joins) == [200] * 7 + [404] * 5
