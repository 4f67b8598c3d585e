"""Matches that a game server runs and that lack players, and what it says of that."""

from __future__ import annotations

from typing import Any

from lobby.actions.matchmaking import backfill
from lobby.domain.sessions.seats import SeatStatus
from lobby.domain.sessions.session import Session
from tests.support.matchmaking import (
    SERVER,
    MatchmakingWorld,
    Party,
    held,
    sides,
)


async def running(here: MatchmakingWorld, queue: str = "served") -> tuple[Session, list[Party]]:
    """A match of two against two that a game server runs; the whole second side has left."""
    one, other = await here.matched(queue, (2, 2))
    session = await here.joinable()
    for player in (*one.players, *other.players):
        await here.come(session.id, player)
    for player in other.players:
        await here.go(session.id, player)
    return await here.session(session.id), [one, other]


def empty(session: Session) -> int:
    """The team that nobody is in."""
    return sides(session).index(set())


def instance_of(session: Session) -> str:
    return session.instance.id if session.instance else ""


async def ask(
    here: MatchmakingWorld, session: Session, required: dict[int, int], **changes: Any
) -> None:
    said: dict[str, Any] = {"permit": SERVER, "instance": instance_of(session)} | changes
    await backfill.ask(here.lobby, id=session.id, required=required, search={}, **said)


async def still_here(
    here: MatchmakingWorld, session: Session, *, composition: bool = False, **changes: Any
) -> list[str]:
    said: dict[str, Any] = {"permit": SERVER, "instance": instance_of(session)} | changes
    return await backfill.acknowledge(
        here.lobby, id=session.id, free_seats=composition, extensions=None, **said
    )


async def late(here: MatchmakingWorld, *sizes: int) -> list[Party]:
    """One after the other."""
    parties = []
    for size in sizes:
        parties += await here.waiting("open", [size])
        here.local.clock.advance(1)
    return parties


async def invited(here: MatchmakingWorld, session: Session) -> set[str]:
    return held(await here.session(session.id), SeatStatus.INVITED)


async def end(here: MatchmakingWorld, session: Session, **changes: Any) -> None:
    said: dict[str, Any] = {"permit": SERVER, "instance": instance_of(session)} | changes
    await backfill.end(here.lobby, id=session.id, **said)
