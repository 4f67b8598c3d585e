"""A herd comes back at once, after a kill and after a restart of each worker (R4, R5)."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from tests.support.channel_client import Client
from tests.support.herd import HerdMember, gathered, room_for
from tests.support.people import new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import until

HERD = 200
NO_HASHES = {"password_threads": 1, "password_queue": 1}
"""Two that are hashed at once are refused as `too_many`: a herd whose passwords were would be."""
WITHIN = 60.0


async def a_full_session(url: str) -> tuple[str, list[HerdMember], set[str]]:
    """Its id, those who sit in it, as members of a herd, and their uuids."""
    host = await new_host(url)
    guests = [await new_user(url) for _ in range(7)]
    seated = await gathered([HerdMember(url, token=one.token) for one in (host, *guests)])
    async with await host.connect() as hosting:
        await hosting.command("host.set", only_friends=False)
        id = (await hosting.command("session.launch"))["session"]["id"]
        await hosting.watch(f"session:{id}")
        for guest in seated[1:]:
            guest.say(type="session.join", id="join", session=id)
        await hosting.until(lambda: len(sitting(hosting, id)) == 8)
        return id, seated, sitting(hosting, id)


def sitting(client: Client, session: str) -> set[str]:
    seats = client.states[f"session:{session}"]["seats"].values()
    return {seat["player"] for seat in seats if seat["status"] == "taken"}


async def until_back(herd: list[HerdMember], before: list[int]) -> None:
    await until(
        lambda: all(m.there and len(m.outages) > n for m, n in zip(herd, before, strict=True)),
        WITHIN,
        story=lambda: Counter(len(member.outages) for member in herd),
    )


@pytest.fixture
async def herd(own_lobby: LobbyProcess) -> AsyncIterator[list[HerdMember]]:
    """Half of them come back with a secret."""
    room_for(2 * HERD)
    own_lobby.settings |= {f"LOBBY_{name.upper()}": str(n) for name, n in NO_HASHES.items()}
    own_lobby.settings |= {
        "LOBBY_CONNECTIONS_PER_SECOND": "200",
        "LOBBY_CONNECTIONS_PER_ACCOUNT": "999",
    }
    own_lobby.start()
    token = (await new_user(own_lobby.url)).token
    herd = await gathered(
        HerdMember(own_lobby.url, token=token)
        if n % 2
        else HerdMember(own_lobby.url, secret=sha256(str(n).encode()).hexdigest())
        for n in range(HERD)
    )
    yield herd
    await asyncio.gather(*(member.end() for member in herd))


@pytest.mark.parametrize("fault", ["kill", "reload"])
async def test_a_herd_is_back_as_it_was_told_and_nobody_is_hashed_or_loses_a_seat(
    own_lobby: LobbyProcess, herd: list[HerdMember], fault: str
) -> None:
    session, seated, people = await a_full_session(own_lobby.url)
    everybody = herd + seated
    before = [len(member.outages) for member in everybody]
    for member in everybody:
        member.turned_away.clear()
    if fault == "kill":
        own_lobby.kill()
        await asyncio.to_thread(own_lobby.start)
    else:
        os.kill(own_lobby.pid, signal.SIGHUP)
    await until_back(everybody, before)
    told = sum((member.turned_away for member in everybody), Counter[str]())
    # Nobody came before the time that it was told, or in vain at that time.
    assert sum(member.early for member in everybody) == 0
    assert sum(member.in_vain for member in everybody) == 0
    # Turned away were only those who found nobody, or got a place in the line.
    assert set(told) <= {"nobody listens", "cut off", "drain", "503"}, told
    async with await Client.connect(own_lobby.url, (await new_user(own_lobby.url)).token) as page:
        await page.watch(f"session:{session}")
        assert sitting(page, session) == people
        shown = await page.watch("presence")
        assert people <= shown.keys()
    await asyncio.gather(*(member.end() for member in seated))
