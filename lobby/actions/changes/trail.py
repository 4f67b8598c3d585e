"""What a change of a session is in the trails of those whom it concerns."""

from __future__ import annotations

from collections.abc import Iterable

from lobby.caller import current
from lobby.context import Lobby
from lobby.domain.permissions import Actor
from lobby.domain.reasons import OF_THEIR_OWN, Departure, Reason
from lobby.domain.sessions.diff import SYSTEM_SOURCE, SessionChange
from lobby.domain.sessions.session import Session
from lobby.domain.trail import GONE

COMING = {
    "player_joined": "joined",
    "player_invited": "invited",
    "player_reserved": "seat reserved",
    "leader_changed": "leads",
}
"""What it is called, by the code of the change."""
KICKED = "kicked"
"""What departures are called that are acts, which the audit log has, too; the others are GONE."""
WITHDRAWN = "invitation taken back"
"""What it is called that somebody takes back an invitation, which nobody has sat upon."""
CANCELLED = "invite_cancelled"
"""The code of that change."""
BY_TIME = frozenset({Reason.LAPSED, Reason.OFFER_LAPSED, Reason.EXPIRED})
"""Reasons of what nobody did, whoever came by and noticed."""


def note_in_trails(
    lobby: Lobby, session: Session, happened: Iterable[SessionChange], *, by: Actor
) -> None:
    """Exactly one entry for each departure, with its reason."""
    for one in happened:
        if one.player and one.why:
            _note_gone(lobby, session, one, one.why, by=by)
        elif one.player and (what := COMING.get(one.code)):
            lobby.audit.note(
                what, actor=_actor(by), target=one.player, code=one.code, session=session.id
            )


def departures(
    session: Session, reason: Reason, *, but: str, own: Reason
) -> dict[str, SessionChange]:
    """Of everybody who had a seat when the session ended, and knew of it, by their uuid. `own` is
    the reason of the player `but`."""
    return {
        held.player: SessionChange(
            "session_deleted", held.player, why=Departure(own if held.player == but else reason)
        )
        for held in session.seats.announced()
    }


def _note_gone(
    lobby: Lobby, session: Session, one: SessionChange, why: Departure, *, by: Actor
) -> None:
    act = why.reason is Reason.KICKED
    record = lobby.audit.act if act else lobby.audit.note
    kicked = WITHDRAWN if one.code == CANCELLED else KICKED
    record(
        kicked if act else GONE,
        actor=SYSTEM_SOURCE if _nobodys(one, why, by=by) else _actor(by),
        target=one.player,
        code=one.code,
        reason=why.reason,
        session=session.id,
        said=why.said or None,
    )


def _nobodys(one: SessionChange, why: Departure, *, by: Actor) -> bool:
    """Whether it is nobody's act: a time that is over, or a rule that has freed the seat of the
    very one who is behind the call and wanted to stay."""
    ruled = by.uuid == SYSTEM_SOURCE and current().actor == one.player
    return why.reason in BY_TIME or (ruled and why.reason not in OF_THEIR_OWN)


def _actor(by: Actor) -> str:
    """Empty where the program did it: whoever is behind that call, if anybody."""
    return "" if by.uuid == SYSTEM_SOURCE else by.uuid
