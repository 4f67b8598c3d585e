"""Coming, being seen, and going for good."""

from __future__ import annotations

from contextlib import suppress

from lobby.actions import sessions
from lobby.context import Lobby
from lobby.domain.errors import NotFound, NotSeated
from lobby.domain.permissions import SYSTEM, Permit


async def set_status(lobby: Lobby, permit: Permit, *, status: str) -> None:
    await lobby.attendance.set_status(permit.actor.uuid, status)


async def gone(lobby: Lobby, account: str) -> None:
    """They are not coming back: their session ends, their seats fall free."""
    for session in await lobby.sessions.all("player", account):
        with suppress(NotFound, NotSeated):
            if session.leader == account:
                await sessions.close(lobby, SYSTEM, id=session.id, message="The host is gone.")
            else:
                changed = await lobby.sessions.change(
                    str(session.id), lambda session: session.unseat(account)
                )
                sessions.tell(lobby, changed)
                sessions.exclude_from_chat(lobby, changed, account)


async def settle(lobby: Lobby) -> None:
    """Draw the consequences for everybody whose time is up; who came back meanwhile stays."""
    lapsed = await lobby.leases.lapsed()
    if not lapsed:
        return
    here = await lobby.leases.attending(lapsed)
    for account in lapsed:
        if account not in here:
            await gone(lobby, account)
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
