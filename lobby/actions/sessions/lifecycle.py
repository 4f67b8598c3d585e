"""Life cycle of a session: launch, read, update, push state, close."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from random import SystemRandom
from typing import Any

from lobby.actions.changes import change, expiry_timers, host_terms, views, visibility
from lobby.actions.sessions import admission, passwords, shut_out
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AlreadyHosting, SessionNotFound, TokenRevoked
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions import listing, teams
from lobby.domain.sessions.edits import SessionEdit, TeamEdit
from lobby.domain.sessions.entry import Entry, Joinability
from lobby.domain.sessions.errors import RegionNotFound
from lobby.domain.sessions.passwords import NewPassword
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template
from lobby.identity import free_text
from lobby.identity.tokens import digest

CLOSED = "The host has closed the session."
random = SystemRandom()
LARGEST_ID = 2**53 // SPAN - 1
"""Upper bound of an id's random part, so that ids are exact in JSON numbers (2^53)."""


async def launch(
    lobby: Lobby,
    permit: Permit,
    *,
    host: str,
    name: str | None = None,
    entry: Entry | None = None,
    attributes: dict[str, Any] | None = None,
    password: passwords.Said | None = None,
) -> tuple[Session, str]:
    """Launch the host's session, with the host in its first seat. Returns it and the source of
    truth key, which is shown only once. `entry`: None is what the catalogue says. Raises
    TemplateForbids where it says that there are no passwords."""
    permit.require_self(host)
    title = None if name is None else free_text.title(name)
    account = await lobby.accounts.get(host)
    if await visibility.live_session(lobby.sessions, host):
        raise AlreadyHosting
    leader = await admission.guest(lobby, permit.actor)
    session = await new(lobby, lobby.catalogue.hosted, leader, account)
    key = _keys(lobby, session)[0]
    session.key_hash = digest(key)
    session.name, session.attributes, session.listing = title, attributes or {}, {}
    session.entry = entry or session.entry
    if password is not None:
        new_password = await passwords.hashed(lobby, session.template, password)
        session.password.change(new_password, by=host)
    await admission.expire_if_unattended(lobby, leader)
    session = await change.add(lobby, session, by=permit.actor)
    await require_still_there(lobby, session, permit.actor)
    return session, key


async def shown_again(lobby: Lobby, permit: Permit, *, id: int) -> tuple[Session, str]:
    """What `launch` answered, to the same caller: the session as it is now, and its key. Where the
    key that it was made of is no longer in the ring, a new one."""
    session = await lobby.sessions.get(str(id))
    permit.require_self(str(session.leader))
    keys = _keys(lobby, session)
    for key in keys:
        if digest(key) == session.key_hash:
            return session, key

    def decide(session: Session) -> None:
        session.key_hash = digest(keys[0])

    return await change.alter(lobby, id, decide, by=permit.actor), keys[0]


def _keys(lobby: Lobby, session: Session) -> list[str]:
    """The source of truth key is made of a secret of ours and the id, and so kept nowhere."""
    return lobby.key_ring.secrets_for(f"source of truth {session.id}")


async def new(
    lobby: Lobby, template: Template, leader: Guest | None, account: Account | None = None
) -> Session:
    """A new session, not stored yet. Without a key, its game state cannot be pushed. `account`: the
    leader's, where it has just been read."""
    session = Session.launch(
        random.randint(1, LARGEST_ID) * SPAN,
        template,
        leader,
        now=lobby.now(),
    )
    if row := lobby.catalogue.by_session_type.get(template.name):
        session.entry = Entry(row.entry)
    if leader is not None and lobby.catalogue.host_decides(template.name):
        session.terms = host_terms.of(account or await lobby.accounts.get(leader.uuid))
    session.sequence = await lobby.store.next_number("session")
    return session


async def read(lobby: Lobby, permit: Permit, *, id: int, refresh_ttl: bool) -> Session:
    """Read it; raises SessionNotFound for callers whom its leader has banned. A member's read also
    counts as a sign of presence."""
    session = await lobby.sessions.get(str(id))
    if not views.sees_all(session, permit):
        await visibility.require_visible(lobby, permit, session)
    await expiry_timers.record_reader(lobby, session, permit.actor)
    if refresh_ttl:
        await expiry_timers.refresh(lobby, session, permit.actor, outright=permit.outright)
    return session


async def update(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    name: str | None = None,
    entry: Entry | None = None,
    joinability: Joinability | None = None,
    location: str | None = None,
    region: str | None = None,
    attributes: dict[str, Any] | None = None,
    custom_data: dict[str, str] | None = None,
    teams_locked: bool | None = None,
    team_edits: Sequence[TeamEdit] = (),
    password: passwords.Said | None = None,
) -> Session:
    """`team_edits`: of the first team, the second ... None leaves a value as it is. Raises
    RegionNotFound, TeamNotFound, Unacceptable, TemplateForbids."""
    require_region(lobby, region)
    title = None if name is None else free_text.title(name)
    asks = await _new_password(lobby, permit, id, password)
    edit = SessionEdit(
        title, entry, joinability, location, region, attributes, custom_data, teams_locked, asks
    )

    def decide(session: Session) -> None:
        if edit.changes() or not team_edits:
            session.update(permit, edit)
        for number, one in enumerate(team_edits):
            teams.edit(session, permit, number, one)

    found = await visibility.find(lobby, permit, id=id)
    return await change.alter(lobby, id, decide, by=permit.actor, known=found)


async def _new_password(
    lobby: Lobby, permit: Permit, id: int, said: passwords.Said | None
) -> NewPassword | None:
    """Nothing is hashed for who may not set it."""
    if said is None:
        return None
    session = await visibility.find(lobby, permit, id=id)
    session.require(permit, Power.ENTRY)
    return await passwords.hashed(lobby, session.template, said)


async def push(
    lobby: Lobby, permit: Permit, *, id: int, key: str, state: dict[str, Any]
) -> Session:
    """Set the game state; authorized by the source of truth key, not by the permit."""
    shown = digest(key)
    found = await visibility.find(lobby, permit, id=id)
    session = await change.alter(
        lobby, id, lambda session: session.push(shown, state), by=permit.actor, known=found
    )
    lobby.audit.act("source of truth", session=id, merge=True)
    return session


def require_region(lobby: Lobby, region: str | None) -> None:
    if region is not None and all(one.region_id != region for one in lobby.catalogue.regions):
        raise RegionNotFound


async def close(
    lobby: Lobby, permit: Permit, *, id: int, reason: Reason, message: str = CLOSED
) -> None:
    """End the session and notify its members."""
    if not permit.outright:
        await visibility.find(lobby, permit, id=id)

    def decide(session: Session) -> None:
        session.require(permit, Power.CLOSE)

    await change.end(lobby, id, decide, by=permit.actor, message=message, reason=reason)


async def require_still_there(lobby: Lobby, session: Session, leader: Actor) -> None:
    """Second look, after the session is written: end it, and raise TokenRevoked, if its leader was
    restricted, deleted or signed out meanwhile; keep their terms as they are by now."""
    try:
        account = await shut_out.require_still_in(lobby, leader, no=TokenRevoked)
    except TokenRevoked:
        with suppress(SessionNotFound):
            await close(lobby, SYSTEM, id=session.id, reason=Reason.HOST_GONE)
        raise
    terms = listing.current_terms(session)
    if terms is not None and terms.version < account.version:
        await note_terms(lobby, session, account)


async def note_terms(lobby: Lobby, session: Session, account: Account) -> None:
    """Show the session on its leader's terms."""
    with suppress(SessionNotFound):
        await change.alter(
            lobby, session.id, lambda s: host_terms.note(s, account), refresh_ttl=False
        )
