"""Who waits in the matchmaking queue, and what is known of whoever waits too long."""

from __future__ import annotations

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg

from lobby import expiring_keys
from lobby.domain.sessions.templates import HOSTED
from lobby.storage.kinds import PROPOSALS, SESSIONS, TICKETS
from tests.chaos.history import Event, Frame
from tests.chaos.seekers import Seeker
from tests.chaos.world import World

LAST = 6
"""So many of the last things that somebody did are told."""
CLOCKS_SECONDS = 60.0
"""How far the clocks of processes are set apart, at most."""
KINDS = (TICKETS.name, PROPOSALS.name, SESSIONS.name)
Documents = dict[str, dict[str, Any]]


async def match_again(
    world: World, seekers: Sequence[Seeker], *, within: float
) -> tuple[float, list[str]]:
    """Until everybody who seeks a match has come to one: none of their tickets is lost. Seconds
    that it took, and what is known of those who have not."""
    events = world.history.events
    start, since = time.monotonic(), len(events)
    left = {one.uuid: one for one in seekers}
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            while left:
                await asyncio.sleep(0.05)
                for event in events[since:]:
                    if event.kind == "matched":
                        left.pop(event.who, None)
                since = len(events)
    took = time.monotonic() - start
    if not left:
        return took, []
    hall = await read(world)
    *others, last = (story(one, events, hall) for one in left.values())
    return took, [*others, "\n    ".join([last, *overview(world, hall)])]


async def read(world: World) -> dict[str, Documents]:
    """All tickets, proposals and sessions by kind and key, past the links."""
    found: dict[str, Documents] = {kind: {} for kind in KINDS}
    connection: Any = await asyncpg.connect(world.database, timeout=5)
    try:
        asked = "SELECT kind, key, body FROM documents WHERE kind = ANY($1::text[])"
        for kind, key, body in await connection.fetch(asked, [*KINDS]):
            found[kind][key] = json.loads(body)
    finally:
        await connection.close()
    return found


async def read_seats(world: World) -> dict[str, Frame]:
    """Of every session that a host launched, by its id: who leads, who has a seat, and whom it
    keeps out for longer than a clock may be wrong; past the links."""
    later = time.time() + CLOCKS_SECONDS
    return {
        id: {
            "host": session["leader"],
            "players": [seat["player"] for seat in session["seats"].values() if seat["player"]],
            "excluded": [
                player
                for player, one in session["exclusions"]["players"].items()
                if one["until"] is None or one["until"] > later
            ],
        }
        for id, session in (await read(world))[SESSIONS.name].items()
        if session["template"] == HOSTED
    }


async def read_logs(world: World) -> dict[str, list[dict[str, Any]]]:
    """The event log of every session, by its id, past the links."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    connection: Any = await asyncpg.connect(world.database, timeout=5)
    try:
        asked = "SELECT stream, body FROM entries WHERE stream LIKE 'events:%' ORDER BY number"
        for stream, body in await connection.fetch(asked):
            found[stream.removeprefix("events:")].append(json.loads(body))
    finally:
        await connection.close()
    return found


def story(one: Seeker, events: list[Event], hall: dict[str, Documents]) -> str:
    """What became of their ticket, and what they did at last."""
    match = one.history.hosted.get(one.ticket, "")
    there = match in hall[SESSIONS.name]
    led = f"led to match {match}, {'still there' if there else 'over'}" if match else "led nowhere"
    done = [event for event in events if event.who == one.uuid and event.kind != "receive"][-LAST:]
    entered = [event for event in events if event.kind == "entered" and event.who == one.uuid]
    return "; ".join(
        (
            f"{one.uuid}, {one.answered}",
            f"entered {time.monotonic() - entered[-1].at:.1f} s ago"
            if entered
            else "never entered",
            f"their ticket is {_ticket(hall[TICKETS.name].get(one.ticket))} and {led}",
            f"their party {_party(hall[SESSIONS.name].get(one.party))}",
            f"they have left {len(one.played)} matches, and ask {one.http.base_url}",
            "at last: " + ", ".join(f"{event.at:.2f} {event.kind} {event.what}" for event in done),
        )
    )


def overview(world: World, hall: dict[str, Documents]) -> list[str]:
    """Everybody else in the queue, open proposals, who leads, and whose clock is off."""
    key = f"lobby:{{live}}:lock:{expiring_keys.leader('matchmaker')}"
    holder, left = (world.redis.ask(word, key).decode().split() for word in ("GET", "PTTL"))
    now = time.time()
    return [
        *(f"ticket {id} is {_ticket(one)}" for id, one in hall[TICKETS.name].items()),
        *(
            f"proposal {id} is {one['stage']} for {now - one['since']:.1f} s, with tickets "
            f"{[party['ticket'] for side in one['sides'] for party in side]}"
            for id, one in hall[PROPOSALS.name].items()
        ),
        f"the matchmaker is {holder[-1]}, for {left[-1].lstrip(':')} ms; clocks are off by "
        f"{[process.more.get('FAKETIME', '0') for process in world.processes]}",
    ]


def _ticket(ticket: dict[str, Any] | None) -> str:
    if ticket is None:
        return "gone"
    player, age = ticket["leader"], time.time() - ticket["created"]
    return f"{ticket['state']} since {age:.1f} s, of {player}, held by {ticket['match']}"


def _party(party: dict[str, Any] | None) -> str:
    if party is None:
        return "is gone"
    return f"shows ticket {party['ticket']}, matched {party['matched']}"
