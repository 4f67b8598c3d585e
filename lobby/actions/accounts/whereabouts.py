"""Whereabouts of an account: whether it is online, its seats, what it hosts, and its queue."""

from __future__ import annotations

from typing import Any

from lobby.context import Lobby
from lobby.domain.matchmaking.errors import TicketNotFound
from lobby.domain.sessions.session import Session


async def of(lobby: Lobby, account: str) -> dict[str, Any]:
    """`online`: by a connection. `sessions`: the oldest first; `queue`: None outside of one."""
    found = {
        session.id: session
        for label in ("player", "unaware")
        for session in await lobby.sessions.all(label, account)
    }
    return {
        "online": account in await lobby.roster.present([account]),
        "sessions": [
            _place(session, account)
            for session in sorted(found.values(), key=lambda session: session.sequence)
        ],
        "queue": await _queue(lobby, account),
    }


def _place(session: Session, account: str) -> dict[str, Any]:
    """`leads`: the session is theirs; `hosts`: the instance that it is played on is, or it is a
    hosted one, which its leader hosts."""
    serves = session.instance is not None and session.instance.host == account
    held = session.seats.held_by(account)
    return {
        "session": str(session.id),
        "type": session.template,
        "seat": held.name if held else None,
        "status": str(held.seat.status) if held else None,
        "leads": session.leader == account,
        "hosts": serves or session.ends_without(account),
    }


async def _queue(lobby: Lobby, account: str) -> dict[str, Any] | None:
    try:
        ticket = await lobby.tickets.claimed("player", account)
    except TicketNotFound:
        return None
    return {
        "ticket": ticket.id,
        "queue": ticket.queue,
        "state": str(ticket.state),
        "since": ticket.created,
    }
