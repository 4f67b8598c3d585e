"""What former members of a session are told last, and of an invitation that is taken back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from lobby.actions.changes import notify
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound
from lobby.domain.permissions import Actor
from lobby.domain.sessions.diff import SYSTEM_SOURCE
from lobby.domain.sessions.seats import HeldSeat, SeatStatus
from lobby.domain.sessions.session import Session


@dataclass(frozen=True, slots=True)
class RemovalNotice:
    """The inbox entry of members who are removed and did not leave by themselves."""

    kind: Literal[
        "session_kicked", "session_banned", "session_closed", "session_uninvited", "seat_lapsed"
    ] = "session_kicked"
    message: str = "The host has asked you to leave."


KICKED = RemovalNotice()
EXPIRED = RemovalNotice("seat_lapsed", "The seat that was held for you is free again.")
NOT_KEPT = RemovalNotice("session_closed", "Your seat could not be kept.")
OVER = RemovalNotice("session_closed", "The match is over.")
UNINVITED = RemovalNotice("session_uninvited", "Your invitation was taken back.")


async def notify_removed(
    lobby: Lobby, held: HeldSeat, session: Session, by: Actor, notice: RemovalNotice
) -> None:
    """The last notification of a former member; without a version, as the session is not theirs. Of
    an invitation that somebody takes back no text of theirs is said, and where the invited has
    banned them, nothing."""
    why = session.seats.gone.get(held.player)
    if by.uuid == held.player:
        if held.seat.notified:
            said = "You have left."
            await notify.put(lobby, held, session, kind="session_updated", message=said, why=why)
        return
    if notice.kind == KICKED.kind and held.seat.status is SeatStatus.INVITED:
        if await _banned_by(lobby, held.player, by):
            return
        notice, why = UNINVITED, why and replace(why, said="")
    out = session.exclusions.in_force(lobby.now()).get(held.player)
    until = out.until if out else None
    await notify.put(
        lobby, held, session, kind=notice.kind, message=notice.message, why=why, until=until
    )


async def _banned_by(lobby: Lobby, player: str, by: Actor) -> bool:
    if by.uuid == SYSTEM_SOURCE:
        return False
    try:
        return (await lobby.accounts.get(player)).host.banned(by.uuid, lobby.now())
    except AccountNotFound:
        return True
