"""How sessions are stored: by what they are found, and what earlier versions stored of them.

Before a session had an `entry` there was `joinable`, true or false. Such a document is read as what
it meant, and written anew when it changes.
"""

from __future__ import annotations

from pydantic_core import from_json, to_json

from lobby.domain.matchmaking import match_sessions
from lobby.domain.sessions import departures, listing
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.session import Session
from persistence.ports import Index

OLD_NAME = '"joinable":'
"""As it appears in an old document; data of a game may have this name, too."""


def migrate(body: str) -> str:
    """The document as this version stores it."""
    if OLD_NAME not in body:
        return body
    document = from_json(body)
    if "entry" in document:
        return body
    joinable = document.pop("joinable", True)
    return to_json({**document, "entry": Entry.of(joinable).value}).decode()


def index(session: Session) -> Index:
    """`held` finds sessions with seats that may expire, or a code, `seeking` those that wait for a
    game server, `listed:` and `open:` those of a type by age, `unaware` those who are in it
    and were told nothing. A host has one live session."""
    labels = {"live": ["yes"], "type": [session.template], "player": session.holders()}
    labels["unaware"] = departures.unaware(session)
    if _dated(session):
        labels["held"] = ["yes"]
    order = f"{session.sequence:012}"
    kinds = [session.template]
    if session.region is not None:
        kinds.append(f"{session.template}:{session.region}")
    if session.listing is not None:
        labels |= {"listed": ["yes"]} | {f"listed:{kind}": [order] for kind in kinds}
    if listing.entry(session) is Entry.OPEN and not (
        session.hosted or session.password.asked or session.seats.full
    ):
        labels |= {f"open:{kind}": [order] for kind in kinds}
    claims: dict[str, str | list[str]] = {}
    if session.hosted and session.leader:
        claims["leader"] = session.leader
    if session.platform_sessions:
        claims["platform"] = [one.claim for one in session.platform_sessions]
    claims |= {"place": session.seats.places(), "opening": session.seats.openings()}
    claims |= {"code": [session.code.text] if session.code else []}
    labels |= _fillable(session, order)
    if session.instance is not None:
        _with_instance(session.instance, order, labels, claims)
    return Index(labels, claims)


def _dated(session: Session) -> bool:
    code = session.code
    held = any(seat.until is not None for seat in session.seats.values())
    return held or (code is not None and code.until is not None)


def _fillable(session: Session, order: str) -> dict[str, list[str]]:
    """Backfill: made by matchmaking, being played, and players may be invited to it."""
    match = session.match
    made = session.created_by_matchmaking and match is not None and match.profile is not None
    return {"fillable": [order]} if made and any(match_sessions.lacking(session)) else {}


def _with_instance(
    instance: Instance,
    order: str,
    labels: dict[str, list[str]],
    claims: dict[str, str | list[str]],
) -> None:
    claims["instance"] = instance.id
    if instance.allocation is not None:
        claims["allocation"] = instance.allocation
    if instance.live:
        labels["hosting"] = ["yes"]
    if instance.awaits_server:
        labels["seeking"] = [order]
