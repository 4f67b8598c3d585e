"""Many come in by every way, through two processes, while the leader bans and closes: afterwards
nobody sits whom the leader has banned, nor who came after it was closed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from random import Random

from lobby.actions.accounts import hosts
from lobby.actions.sessions import lifecycle, seats
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.seats import seat_id
from lobby.domain.sessions.session import Session
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.support.game import regions, section, session_type
from tests.support.lobby import Clock, leading
from tests.support.sessions import SessionsWorld, sessions_world

GUESTS = 24
GAME = section("server") + regions("eu") + session_type("plaza", players_per_team=40)
GAME += session_type("hub", min_session_count=0)

Come = Callable[[SessionsWorld, Actor, Session, int], Awaitable[object]]
WAYS: dict[str, Come] = {
    "join": lambda at, guest, session, n: at.local.join(session, guest),
    "enter": lambda at, guest, session, n: at.enter(guest, session),
    "platform": lambda at, guest, session, n: at.enter(guest, session, way=Way.PLATFORM),
    "create": lambda at, guest, session, n: at.create(guest, "plaza"),
    "reserve": lambda at, guest, session, n: seats.reserve(
        at.lobby, Permit(guest), seat=seat_id(session.id, str(n + 1))
    ),
}


async def trying(act: Awaitable[object]) -> None:
    with suppress(LobbyError):
        await act


async def test_nobody_is_left_inside_whom_the_final_state_refuses(
    store: Store, tmp_path: Path
) -> None:
    live, draw = open_memory(clock=Clock()), Random(1)
    async with (
        sessions_world(tmp_path, store, live, GAME) as here,
        sessions_world(tmp_path, store, live, GAME) as there,
    ):
        host, guests = await here.player(), [await here.player() for _ in range(GUESTS)]
        session = await here.create(host, "plaza")
        banned, late = guests[::2], guests[-4:]

        async def come(n: int, guest: Actor) -> None:
            ways = draw.sample(list(WAYS), len(WAYS))
            for way in ways:
                await trying(WAYS[way](draw.choice((here, there)), guest, session, n))

        async def turn_away(guest: Actor) -> None:
            at = draw.choice((here, there))
            await hosts.ban(at.lobby, Permit(host), host=host.uuid, guest=guest.uuid)

        coming = [come(n, guest) for n, guest in enumerate(guests) if guest not in late]
        acts = [*coming, *map(turn_away, banned)]
        draw.shuffle(acts)
        await asyncio.gather(*acts)
        await lifecycle.update(there.lobby, leading(host), id=session.id, entry=Entry.CLOSED)
        await asyncio.gather(*(come(n, guest) for n, guest in enumerate(late)))
        now = await here.local.now(session)
        assert [one.uuid for one in (*banned, *late) if now.seats.held_by(one.uuid)] == []
        welcome = [guest for guest in guests if guest not in (*banned, *late)]
        assert all(now.seats.held_by(one.uuid) for one in welcome)
    await live.close()
