"""Coming, being seen, and going for good."""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import alarms, lifetimes, sessions, telling
from lobby.context import Lobby
from lobby.domain.errors import NotFound, NotSeated
from lobby.domain.permissions import SYSTEM, Actor, Permit


async def set_status(lobby: Lobby, permit: Permit, *, status: str) -> None:
    await lobby.attendance.set_status(permit.actor.uuid, status)


async def gone(lobby: Lobby, account: str) -> None:
    """They are not coming back: what they host ends, their seats fall free as if they had left.
    Who still reads a session of players keeps their seat there, for as long as they do."""
    reading = await lifetimes.attested(lobby, account)
    for session in await lobby.sessions.all("player", account):
        with suppress(NotFound, NotSeated):
            if session.hosted and session.leader == account:
                await sessions.close(lobby, SYSTEM, id=session.id, message="The host is gone.")
            elif reading and not session.hosted:
                await lobby.leases.linger(account, lobby.catalogue.server.session_ttl_s)
            else:
                await telling.alter(
                    lobby, session.id, lambda s: s.unseat(account), by=Actor(account)
                )


async def settle(lobby: Lobby) -> None:
    """Draw the consequences for everybody whose time is up; who came back meanwhile stays."""
    lapsed = await lobby.leases.lapsed()
    if not lapsed:
        return
    here = await lobby.leases.attending(lapsed)
    for name in lapsed:
        if alarms.is_alarm(name):
            await alarms.ring(lobby, name)
        elif name not in here:
            await gone(lobby, name)
    await lobby.leases.settle(lapsed)


async def rearm(lobby: Lobby) -> None:
    """The leases remember nobody: everybody who holds a seat gets time to come back."""
    settings = lobby.settings
    for session in await lobby.sessions.all("live", "yes"):
        for seat in session.occupants():
            seconds = (
                settings.restart_grace_seconds if seat.attended else settings.unattended_seconds
            )
            await lobby.leases.linger(str(seat.player), seconds)
    await alarms.rearm(lobby)
