"""An answer about a session whose leader has banned the caller takes as long as one about a session
that never was: by how long it takes, nobody learns that it is there."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from statistics import median

import httpx2
import pytest

from tests.support.banned_viewers import NEVER
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import PLAIN
from tests.support.http_players import HttpGame, Player, http_game, of
from tests.support.slowness import slowness

CLOSE_SECONDS = 0.005
"""How far apart the medians may be on the usual machine."""
SOCKETS, TRIES = 6, 20
"""Tries on each socket: it is closed after a hundred refusals."""
NO_LIMITS = {
    "commands_per_second": 10_000,
    "commands_burst": 10_000,
    "requests_per_second": 10_000,
    "requests_per_second_per_address": 10_000,
}
Ask = Callable[[str], Awaitable[object]]
"""Asks about the session with this id."""


@pytest.fixture
def game() -> Iterator[HttpGame]:
    with http_game(**NO_LIMITS) as game:
        yield game


def told(command: Ask) -> Ask:
    async def ask(id: str) -> None:
        with suppress(Refused):
            await command(id)

    return ask


def got(http: httpx2.AsyncClient, path: str, headers: dict[str, str]) -> Ask:
    async def ask(id: str) -> None:
        answer = await http.get(path.format(id=id), headers=headers)
        assert answer.status_code == 404

    return ask


async def ways(game: HttpGame, player: Player) -> AsyncIterator[dict[str, Ask]]:
    """How a player asks, on one socket after the other."""
    url = game.callers.served.url
    bearer, cookie = f"Bearer {player.token}", f"access_token={player.token}"
    async with httpx2.AsyncClient(base_url=url, **PLAIN) as http:
        for _ in range(SOCKETS):
            async with await Client.connect(url, player.token) as client:
                yield {
                    "ask": told(lambda id: client.command("session.ask", sessions=[id])),
                    "join": told(lambda id: client.command("session.join", session=id)),
                    "watch": told(lambda id: client.watch(f"session:{id}")),
                    "get": got(http, of("{id}"), {"Authorization": bearer}),
                    "may join": got(http, of("{id}") + ":ask", {"Authorization": bearer}),
                    "link": got(http, "/j/{id}", {"Cookie": cookie}),
                }


async def seconds(ask: Ask, id: str) -> float:
    began = time.perf_counter()
    await ask(id)
    return time.perf_counter() - began


async def test_no_answer_is_later_because_there_is_a_session_to_hide(game: HttpGame) -> None:
    ann, eve = game.players(2)
    banned = ann.open("plaza")
    game.ban(ann, eve)
    took: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    slow = [slowness()]
    async for asks in ways(game, eve):
        for n in range(TRIES):
            for way, ask in asks.items():
                for id in (banned, NEVER) if n % 2 else (NEVER, banned):
                    took[way, id].append(await seconds(ask, id))
        slow.append(slowness())
    apart = {way: abs(median(took[way, banned]) - median(took[way, NEVER])) for way in asks}
    allowed = CLOSE_SECONDS * max(slow)
    assert {way: by for way, by in apart.items() if by >= allowed} == {}
