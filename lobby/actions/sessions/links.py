"""What a link shows of a session to whoever follows it, before they have done anything."""

from __future__ import annotations

from typing import NamedTuple

from lobby.actions.changes import visibility
from lobby.actions.sessions import admission, codes
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions.admission import Answer, Knock, answer
from lobby.domain.sessions.session import Session

LONGEST_ID = 16
"""Digits of a session's id."""


class Followed(NamedTuple):
    """The session, whether the caller could join it now, and its code where they came by that."""

    session: Session
    answer: Answer
    code: str | None


async def follow(lobby: Lobby, permit: Permit, name: str, *, address: str) -> Followed:
    """`name`: a code, or an id of a session that is listed or that the caller has a seat in;
    `address`: the caller's, for the count of wrong codes. Changes nothing. Raises SessionNotFound,
    TooMany."""
    code = None
    if name.isascii() and name.isdigit() and len(name) <= LONGEST_ID:
        session = await lobby.sessions.get(str(int(name)))
        await visibility.require_visible(lobby, permit, session)
        _require_listed(session, permit.actor.uuid)
    else:
        session = await codes.find(lobby, permit, name, address=address)
        code = session.code.text if session.code else None
    guest = await admission.guest(lobby, permit.actor)
    knock = Knock(guest, named=permit.actor.named, code=code)
    found = await admission.ruling(lobby, session, knock)
    return Followed(session, answer(session, found.terms, knock, lobby.clock()), code)


def _require_listed(session: Session, caller: str) -> None:
    """Raise SessionNotFound where the session is in no list and the caller has no part in it: its
    id alone, which others may have seen somewhere, shows it to nobody."""
    if session.listing is None and caller not in {*session.insiders(), *session.holders()}:
        raise SessionNotFound
