"""Admission: the one decision about who comes in, taken with the accounts that count.

There is no transaction over a session and its leader's account. Ours is written first, theirs is
looked at second: the seat is written with the decision, then the leader's settings are read again.
A ban that comes between either sees the seat, or is seen by the second look, which frees it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from lobby.actions.changes import change
from lobby.actions.changes.removals import NOT_KEPT
from lobby.actions.sessions import passwords, shut_out
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    GuestNotWelcome,
    LobbyError,
    NotSeated,
    SessionNotFound,
    Unavailable,
)
from lobby.domain.hosts import Host
from lobby.domain.permissions import Actor, Kind
from lobby.domain.reasons import Reason
from lobby.domain.sessions import admission
from lobby.domain.sessions.admission import Knock, Pass, Terms, Way
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.errors import PasswordChanged, PasswordNeeded, SessionHidden
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session

LEADERS = 4
"""How often the decision is taken anew because another member leads by now, or the password is
another one."""


class LeaderChanged(LobbyError):
    """Another member leads by now."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """`terms`, and the account that they were read from, if any."""

    terms: Terms
    account: Account | None


async def guest(
    lobby: Lobby,
    actor: Actor,
    *,
    client: Client | None = None,
    custom_data: dict[str, str] | None = None,
) -> Guest:
    """The actor as a guest, with their presence in this process."""
    return Guest(
        actor.uuid,
        actor.name,
        actor.number,
        attended=lobby.presence.present(actor.uuid) is not None,
        notified=actor.kind is Kind.PLAYER,
        client=client,
        custom_data=custom_data,
    )


async def expire_if_unattended(lobby: Lobby, guest: Guest) -> None:
    """Set the presence timeout of a guest without a socket, after which their seat is freed. Done
    before the seat is written: if Redis is unreachable, the verb fails without a change."""
    if not guest.attended:
        await lobby.roster.expire_after(guest.uuid, lobby.settings.unattended_seconds)


async def ruling(
    lobby: Lobby, session: Session, knock: Knock, *, leader: Account | None = None
) -> Ruling:
    """Whose word counts for this guest, as it is stored now; never from a cache. `leader`: the
    account, where it has just been read. Raises SessionHidden when it was just deleted."""
    account = leader
    if session.leader is None or session.leader == knock.guest.uuid:
        account = None
    elif account is None or account.uuid != session.leader:
        try:
            account = await lobby.accounts.get(session.leader)
        except AccountNotFound:
            raise SessionHidden from None
    terms = Terms(
        session.leader,
        account.host if account else None,
        decides=lobby.catalogue.host_decides(session.template),
        bans=not session.led_in_name,
        friend=await _friend(lobby, session, knock),
    )
    return Ruling(terms, account)


async def admit(
    lobby: Lobby,
    knock: Knock,
    *,
    before: Session,
    seat: Callable[[Session], object],
    by: Actor,
    leader: Account | None = None,
    seated: Callable[[Session], object] | None = None,
    prepare: Callable[[], Awaitable[None]] | None = None,
    password: passwords.Said | None = None,
) -> Session:
    """Let the guest in: `seat` changes the session where the decision is for them, `seated` where
    they sit there by now. `before`: the session as it was just read; `prepare`: what is done once
    the first look was good; `password`: what they say."""
    for _ in range(LEADERS):
        found = await ruling(lobby, before, knock, leader=leader)
        try:
            if seated is None or not before.seats.sits(knock.guest.uuid):
                knock = await passwords.look(lobby, before, found.terms, knock, password)
                admission.decide(before, found.terms, knock, lobby.clock())
            if prepare is not None:
                await prepare()
            way = _WayIn(found.terms, knock, lobby.clock, seat, seated)
            after = await change.alter(lobby, before.id, way, by=by, known=before)
        except (LeaderChanged, PasswordChanged):
            before = await lobby.sessions.get(str(before.id))
            continue
        except PasswordNeeded as no:
            raise await passwords.with_left(lobby, before, knock.guest.uuid, no) from None
        own = by if by.uuid == knock.guest.uuid else None
        await recheck(lobby, knock, after, by=way.passed, leader=found.account, actor=own)
        return after
    raise Unavailable("this session, whose members lead in turn,")


@dataclass
class _WayIn:
    """The decision, taken with the seat: whoever leads at the commit decides."""

    terms: Terms
    knock: Knock
    clock: Callable[[], float]
    seat: Callable[[Session], object]
    seated: Callable[[Session], object] | None
    passed: Pass = Pass.KEPT

    def __call__(self, session: Session) -> None:
        if self.seated is not None and session.seats.sits(self.knock.guest.uuid):
            self.seated(session)
            return
        if session.leader != self.terms.leader:
            raise LeaderChanged
        self.passed = admission.decide(session, self.terms, self.knock, self.clock())
        self.seat(session)
        if self.knock.shown is not None and self.knock.shown.right:
            session.password.remember(self.knock.guest.uuid)


async def recheck(
    lobby: Lobby,
    knock: Knock,
    session: Session,
    *,
    by: Pass = Pass.KEPT,
    leader: Account | None = None,
    actor: Actor | None = None,
) -> None:
    """The second look, after the seat is written: free it again, which is nobody's act, and raise,
    where the leader's settings say no by now, or either account is restricted or gone. `leader`:
    the account as read before; `actor`: the guest, where they come by themselves."""
    mine = actor or Actor(knock.guest.uuid, number=knock.guest.number)
    try:
        terms = await _terms_now(lobby, session, knock, mine, leader)
        admission.require_still(session, terms, knock, by, lobby.clock())
    except (SessionHidden, GuestNotWelcome) as refusal:
        why = await _why_freed(lobby, session, mine, refusal)
        with suppress(NotSeated, SessionNotFound):
            await change.alter(
                lobby,
                session.id,
                lambda s: s.unseat(mine.uuid, why),
                notice=NOT_KEPT,
                refresh_ttl=False,
            )
        raise


async def _why_freed(
    lobby: Lobby, session: Session, guest: Actor, refusal: SessionHidden | GuestNotWelcome
) -> Reason:
    """`CLOSED`: to this guest, as its host has become stricter."""
    if out := await shut_out.why_out(lobby, guest):
        return out
    if isinstance(refusal, GuestNotWelcome):
        return Reason.CLOSED
    leader = str(session.leader)
    return Reason.BANNED if leader in await lobby.accounts.versions([leader]) else Reason.HOST_GONE


async def require_unbanned(lobby: Lobby, session: Session, player: str) -> Account | None:
    """The leader's account. Raises GuestNotWelcome if the player is banned."""
    knock = knock_of(Actor(player))
    with told_to_another():
        found = await ruling(lobby, session, knock)
        admission.require_not_hidden(found.terms, player, lobby.clock())
    return found.account


def knock_of(actor: Actor) -> Knock:
    """Of somebody who is placed, or sits already: only bans are asked about."""
    return Knock(Guest(actor.uuid, number=actor.number), Way.PLACED)


@contextmanager
def told_to_another() -> Iterator[None]:
    """A session is hidden from whom its leader has banned; who acts on them is told that they are
    not welcome."""
    try:
        yield
    except SessionHidden:
        raise GuestNotWelcome from None


async def _terms_now(
    lobby: Lobby, session: Session, knock: Knock, guest: Actor, leader: Account | None
) -> Terms:
    """One read of versions tells whether both accounts exist, and whether the leader's is as it was
    read before."""
    leader = leader if leader is not None and leader.uuid == session.leader else None
    asked = [guest.uuid, *([leader.uuid] if leader else [])]
    versions = await lobby.accounts.versions(asked)
    if guest.uuid not in versions:
        raise GuestNotWelcome
    if versions[guest.uuid] != guest.version:
        await shut_out.require_still_in(lobby, guest)
    if leader is not None and versions.get(leader.uuid) != leader.version:
        leader = None
    return (await ruling(lobby, session, knock, leader=leader)).terms


async def _friend(lobby: Lobby, session: Session, knock: Knock) -> Host | None:
    """Settings of the member whom the guest names, where a member's friends may come."""
    if knock.friend is None or not session.seats.sits(knock.friend):
        return None
    if not lobby.catalogue.members_bring_friends(session.template):
        return None
    try:
        return (await lobby.accounts.get(knock.friend)).host
    except AccountNotFound:
        return None
