"""What can be done to sessions."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import SystemRandom
from typing import Any, Literal

from lobby.actions import inbox, views
from lobby.actions.watching import live_session
from lobby.context import Lobby
from lobby.domain.errors import (
    AlreadyHosting,
    GuestNotWelcome,
    NotFound,
    NotSeated,
    SessionNotFound,
)
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.sessions import SPAN, Guest, Session
from lobby.tokens import digest, opaque
from protocol import topics
from protocol.events import CollectionTold, DocumentTold, Ended, Excluded, LookAgain

random = SystemRandom()
LARGEST_ID = 2**53 // SPAN - 1


async def launch(
    lobby: Lobby,
    permit: Permit,
    *,
    host: str,
    name: str | None = None,
    joinable: bool = True,
    attributes: dict[str, Any] | None = None,
) -> tuple[Session, str]:
    """The host's session, the host in its first seat, and the source of truth key, shown once."""
    permit.require_self(host)
    await lobby.accounts.get(host)
    if await live_session(lobby.sessions, host):
        raise AlreadyHosting
    leader, key = await guest(lobby, permit.actor), opaque()
    session = Session.launch(
        random.randint(1, LARGEST_ID) * SPAN,
        lobby.catalogue.hosted,
        leader,
        now=round(lobby.clock(), 3),
        key_hash=digest(key),
    )
    session.name, session.joinable, session.attributes = name, joinable, attributes or {}
    await _linger(lobby, leader)
    session = await lobby.sessions.add(session)
    await _require_still_there(lobby, session)
    tell(lobby, session)
    lobby.tell(topics.host(host), LookAgain())
    return session, key


async def join(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """Seat the caller, if the host welcomes them.

    Write ours first, look at theirs second: a ban that comes between sees the seat, or is seen.
    """
    newcomer = await guest(lobby, permit.actor)
    await require_welcome(lobby, permit.actor, await lobby.sessions.get(str(id)))
    await _linger(lobby, newcomer)
    session = await lobby.sessions.change(str(id), lambda session: session.seat(newcomer))
    await stay_if_welcome(lobby, permit.actor, session, invited=True)
    tell(lobby, session)
    return session


async def join_host(lobby: Lobby, permit: Permit, *, host: str) -> Session:
    await lobby.accounts.get(host)
    session = await lobby.sessions.claimed("leader", host)
    return await join(lobby, permit, id=session.id)


async def leave(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """The caller's seat falls free; when the leader leaves, the session ends."""
    player = permit.actor.uuid
    session = await lobby.sessions.get(str(id))
    if session.leader == player:
        await close(lobby, SYSTEM, id=id, message="The host has left.")
        return
    session = await lobby.sessions.change(str(id), lambda session: session.unseat(player))
    tell(lobby, session)
    exclude_from_chat(lobby, session, player)


async def kick(lobby: Lobby, permit: Permit, *, id: int, guest: str, message: str) -> None:
    why = message or "The host has asked you to leave."
    await remove(lobby, permit, id=id, guest=guest, kind="session_kicked", message=why)


async def remove(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    guest: str,
    kind: Literal["session_kicked", "session_banned"],
    message: str,
) -> None:
    """Free the guest's seat, and tell them why in their inbox. Nobody removes the leader."""

    def decide(session: Session) -> None:
        session.require(permit)
        if guest == session.leader:
            raise NotSeated("the host leaves by closing the session")
        session.unseat(guest)

    session = await lobby.sessions.change(str(id), decide)
    tell(lobby, session)
    exclude_from_chat(lobby, session, guest)
    await inbox.put(lobby, guest, kind=kind, session=session, message=message)


async def invite(lobby: Lobby, permit: Permit, *, id: int, guest: str) -> Session:
    """Hold a seat for the guest for a while, and tell them."""
    account = await lobby.accounts.get(guest)
    until = round(lobby.clock() + lobby.settings.invite_seconds, 3)
    invited = Guest(account.uuid, account.shown_name, account.number)

    def decide(session: Session) -> None:
        session.require(permit)
        session.invite(invited, until=until)

    (await lobby.accounts.get(permit.actor.uuid)).host.welcome(guest, named=True, invited=True)
    session = await lobby.sessions.change(str(id), decide)
    await stay_if_welcome(lobby, account.actor(), session, invited=True)
    tell(lobby, session)
    message = f"{session.leader_name or 'A host'} invites you."
    await inbox.put(lobby, guest, kind="session_invited", session=session, message=message)
    return session


async def update(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    name: str | None = None,
    joinable: bool | None = None,
    location: str | None = None,
    attributes: dict[str, Any] | None = None,
) -> Session:
    """What is None stays."""

    def decide(session: Session) -> None:
        session.require(permit)
        if name is not None:
            session.name = name
        if joinable is not None:
            session.joinable = joinable
        if location is not None:
            session.location = location
        if attributes is not None:
            session.attributes = attributes

    return await _change(lobby, id, decide)


async def push(
    lobby: Lobby, permit: Permit, *, id: int, key: str, state: dict[str, Any]
) -> Session:
    """The authority's word: whoever shows the key says what the game's state is."""
    shown = digest(key)

    def decide(session: Session) -> None:
        session.require_key(shown)
        session.state = state

    return await _change(lobby, id, decide)


async def close(
    lobby: Lobby, permit: Permit, *, id: int, message: str = "The host has closed the session."
) -> None:
    """The session ends; those who sat in it are told."""
    session = await lobby.sessions.remove(str(id), lambda session: session.require(permit))
    ended = Ended(code="session_closed")
    gone = CollectionTold(
        patch={str(session.id): None}, versions={str(session.id): session.version + 1}
    )
    lobby.tell(topics.session(session.id), ended)
    lobby.tell(topics.chat(session.id), ended)
    lobby.bus.publish(topics.SESSIONS, gone.model_dump_json())
    lobby.tell(topics.host(session.leader), LookAgain())
    for player in session.insiders():
        if player != session.leader:
            await inbox.put(lobby, player, kind="session_closed", session=session, message=message)
    await lobby.store.forget(topics.chat(session.id))


async def guest(lobby: Lobby, actor: Actor) -> Guest:
    attended = lobby.attendance.present(actor.uuid) is not None
    return Guest(actor.uuid, actor.name, actor.number, attended)


async def require_welcome(lobby: Lobby, actor: Actor, session: Session) -> None:
    """Raise GuestNotWelcome, also when the host has just been deleted. The host is welcome."""
    if actor.uuid == session.leader:
        return
    try:
        host = (await lobby.accounts.get(session.leader)).host
    except NotFound:
        raise GuestNotWelcome from None
    host.welcome(actor.uuid, named=actor.named, invited=session.invited(actor.uuid))


async def stay_if_welcome(
    lobby: Lobby, actor: Actor, session: Session, *, invited: bool = False
) -> None:
    """Look again, now that the seat is written: if a ban came between, or the guest's or the
    host's account was deleted, the seat falls free."""
    try:
        await lobby.accounts.get(actor.uuid)
        host = (await lobby.accounts.get(session.leader)).host
        host.welcome(actor.uuid, named=actor.named, invited=invited)
    except (GuestNotWelcome, NotFound):
        with suppress(NotSeated, SessionNotFound):
            tell(
                lobby,
                await lobby.sessions.change(str(session.id), lambda s: s.unseat(actor.uuid)),
            )
        raise GuestNotWelcome from None


def tell(lobby: Lobby, session: Session) -> None:
    """Everybody who watches the session, or all of them."""
    outer = views.listed(session)
    lobby.tell(
        topics.session(session.id),
        DocumentTold(
            version=session.version,
            outer=outer,
            inner=views.whole(session),
            insiders=session.insiders(),
        ),
    )
    key = str(session.id)
    lobby.tell(topics.SESSIONS, CollectionTold(patch={key: outer}, versions={key: session.version}))


def exclude_from_chat(lobby: Lobby, session: Session, player: str) -> None:
    chat = topics.chat(session.id)
    lobby.tell(topics.ACCOUNTS, Excluded(account=player, topics=[chat], code="not_seated"))


async def _change(lobby: Lobby, id: int, decide: Callable[[Session], object]) -> Session:
    session = await lobby.sessions.change(str(id), decide)
    tell(lobby, session)
    return session


async def _require_still_there(lobby: Lobby, session: Session) -> None:
    """Look again, now that the session is written: if its host was deleted between, it ends."""
    try:
        await lobby.accounts.get(session.leader)
    except NotFound:
        with suppress(SessionNotFound):
            await close(lobby, SYSTEM, id=session.id)
        raise


async def _linger(lobby: Lobby, guest: Guest) -> None:
    """Who holds no socket keeps the seat for a while all the same. Said before the seat is
    written: where the leases cannot be reached, the verb is refused and has changed nothing."""
    if not guest.attended:
        await lobby.leases.linger(guest.uuid, lobby.settings.unattended_seconds)
