"""Exclusions from a session: kick somebody, for a time or not; pardon them; who is kept out."""

from __future__ import annotations

from dataclasses import replace

from lobby.actions.changes import change, visibility
from lobby.actions.changes.removals import KICKED, RemovalNotice
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions.exclusions import Exclusion
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.session import Session
from lobby.identity import free_text


async def kick(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    player: str,
    reason: Reason = Reason.KICKED,
    said: str = "",
    seconds: int | None = None,
    again: bool = False,
    notice: RemovalNotice = KICKED,
    known: Session | None = None,
) -> Session:
    """Free the player's seat or withdraw their invitation, notify them with what is said, and
    keep them out for so many seconds.

    `seconds`: None: those of the catalogue, for whoever came by themselves, and none where the
    session keeps out as many as it can (`not_kept`); given, it also keeps out somebody without a
    seat. `again`: whom the session keeps out already stays so; else they are
    NotSeated. Raises AccountNotFound, Unacceptable for words that cannot be shown, ListFull."""
    said = free_text.message(said) if said else ""
    exclusion = Exclusion(permit.actor.uuid, lobby.now(), reason=said or None)

    def decide(session: Session) -> None:
        if again and _kept_out(session, player, exclusion.at):
            session.require(permit, Power.KICK)
            return
        lasts = _usual_seconds(lobby, session, player, exclusion.at) if seconds is None else seconds
        stays_out = lasts > 0 and player != permit.actor.uuid
        until = replace(exclusion, until=exclusion.at + lasts) if stays_out else None
        why = Departure(reason, said)
        session.kick(permit, player, why, now=exclusion.at, exclusion=until)

    notice = replace(notice, message=said) if said else notice
    known = known or await visibility.find(lobby, permit, id=id)
    if seconds and known.seats.held_by(player) is None:
        await _require_somebody(lobby, permit, known, player)
    session = await change.alter(lobby, id, decide, by=permit.actor, notice=notice, known=known)
    return session


def not_kept(lobby: Lobby, session: Session, player: str) -> bool:
    """Whether a kick without a time could keep nobody out, as the session's list is full."""
    return not session.exclusions.has_room(player, lobby.now())


async def pardon(lobby: Lobby, permit: Permit, *, id: int, player: str) -> Session:
    """Let the player come back; idempotent. Raises AccountNotFound."""
    found = await visibility.find(lobby, permit, id=id)
    if player not in found.exclusions.players:
        await _require_somebody(lobby, permit, found, player)

    def decide(session: Session) -> None:
        session.require(permit, Power.KICK)
        session.exclusions.lift(player)

    session = await change.alter(lobby, id, decide, by=permit.actor, known=found)
    lobby.audit.act("pardoned", target=player, session=id)
    return session


async def excluded(lobby: Lobby, permit: Permit, *, id: int) -> dict[str, Exclusion]:
    """Whom the session keeps out now, for those who may kick."""
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit, Power.KICK)
    return session.exclusions.in_force(lobby.now())


async def _require_somebody(lobby: Lobby, permit: Permit, session: Session, player: str) -> None:
    """Raise AccountNotFound unless there is such an account; who may not kick learns nothing."""
    session.require(permit, Power.KICK)
    await lobby.accounts.get(player)


def _kept_out(session: Session, player: str, now: float) -> bool:
    return player in session.exclusions.in_force(now) and session.seats.held_by(player) is None


def _usual_seconds(lobby: Lobby, session: Session, player: str, now: float) -> int:
    """How long a kick keeps out where nobody has said it: nobody who was only invited. Where the
    list is full it is a kick all the same, and they may come back at once."""
    held = session.seats.held_by(player)
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is None or held is None or not held.seat.announced:
        return 0
    if not template.kick_s or session.seats.invited(player):
        return 0
    return template.kick_s if session.exclusions.has_room(player, now) else 0
