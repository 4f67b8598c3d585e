"""What players do about seats in the words of player services: come in, be invited, moved,
promoted, asked to leave.

A status that is not said stays as it is, and team 0 is what clients say when they mean none.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from lobby.actions import seating, telling, welcome
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import Forbidden, NotSeated, Unacceptable
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.platforms import Client
from lobby.domain.seats import Guest, SeatStatus
from lobby.domain.session_errors import OwnTeamFixed
from lobby.domain.sessions import Session
from persistence.ports import Unreachable

LEFT_SECONDS = 5.0
"""For how long nobody is led back where they have just left."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for a player. `status` in the contract's words; None was not said."""

    status: str | None = None
    team: int = 0
    custom_data: dict[str, str] | None = None
    client: Client | None = None

    @property
    def moves(self) -> bool:
        """Who only says what is known of a player means no team by team 0."""
        return self.team != 0 or (self.status is None and self.custom_data is None)


async def enter(
    lobby: Lobby, permit: Permit, *, id: int, player: str, wish: Wish, let_in: bool = False
) -> Session:
    """The player comes in or, when inside, says otherwise what they bring. `let_in`: even where the
    session is not joinable."""
    permit.require_self(player)
    if wish.status in ("invited", "reserved"):
        raise Unacceptable("nobody invites themselves; say member, or nothing")
    session = await lobby.sessions.get(str(id))
    if session.sits(player):
        return await _say_otherwise(lobby, permit, id=id, player=player, wish=wish)
    actor = await _actor(lobby, permit, player)
    guest = await welcome.guest(lobby, actor, client=wish.client, custom_data=wish.custom_data)
    now, door = round(lobby.clock(), 3), let_in or permit.outright

    def decide(session: Session) -> None:
        if session.sits(player):
            _edit(lobby, session, player, wish, permit, moves=wish.team != 0)
        else:
            session.seat(guest, now=now, team=wish.team, let_in=door)

    return await welcome.admit(lobby, actor, guest, before=session, decide=decide, by=permit.actor)


async def _say_otherwise(
    lobby: Lobby, permit: Permit, *, id: int, player: str, wish: Wish
) -> Session:
    """Who was asked to go meanwhile does not come back by that."""

    def decide(session: Session) -> None:
        if not session.sits(player):
            raise NotSeated
        _edit(lobby, session, player, wish, permit, moves=wish.team != 0)

    return await telling.alter(lobby, id, decide, by=permit.actor)


async def place(lobby: Lobby, permit: Permit, *, id: int, player: str, wish: Wish) -> Session:
    """Add, invite, promote or move a player, or say what is known of them."""
    account = await lobby.accounts.get(player)
    session = await lobby.sessions.get(str(id))
    if player == permit.actor.uuid:
        if not session.sits(player):
            return await enter(lobby, permit, id=id, player=player, wish=wish)
    else:
        session.require(permit)
        await _require_unbanned(lobby, session, player)
    guest = await welcome.guest(lobby, account.actor(), custom_data=wish.custom_data)
    now = round(lobby.clock(), 3)
    seconds = lobby.catalogue.server.invite_ttl_s

    def decide(session: Session) -> None:
        if player != permit.actor.uuid:
            session.require(permit)
        if wish.status == "invited":
            inviter, until = permit.actor.uuid, round(now + seconds, 3)
            session.invite(guest, until=until, now=now, inviter=inviter, team=wish.team)
        elif wish.status == "reserved":
            _require_elevated(permit)
            session.set_aside(guest, team=wish.team)
        else:
            _seat_or_edit(lobby, session, guest, wish, permit, now=now)

    session = await telling.alter(lobby, id, decide, by=permit.actor)
    await _stay(lobby, account, session)
    return session


async def dismiss(lobby: Lobby, permit: Permit, *, id: int, player: str) -> Session:
    """The player leaves, declines or is asked to go; whoever hosts the session's instance ends
    that by leaving. The session as it was left, also when it is no more."""
    own = player == permit.actor.uuid
    session = await lobby.sessions.get(str(id))
    if own and session.hosted and session.leader == player:
        await seating.leave(lobby, permit, id=id)
        return session

    def decide(session: Session) -> None:
        if not own:
            session.require(permit)
        held = session.held_by(player)
        serves = Role.HOST in session.roles_of(player)
        stays = session.hosted and player == session.leader
        if (held is None and not (own and serves)) or stays:
            raise NotSeated
        if held is None or (own and serves):
            session.end_instance()
        if held is not None:
            session.unseat(player)

    if own:
        await _remember_leaving(lobby, id, player)
    return await telling.alter(lobby, id, decide, by=permit.actor)


async def sessions_of(lobby: Lobby, permit: Permit, *, player: str) -> list[Session]:
    """Where the player sits or is invited, in the order in which these were made."""
    permit.require_self(player)
    found = await lobby.sessions.all("player", player) if player else []
    return sorted(found, key=lambda session: session.sequence)


def latest(sessions: Iterable[Session], player: str) -> float | None:
    """When the player last came to one of these, or was asked to."""
    held = (session.held_by(player) for session in sessions)
    return max((s[1].joined or s[1].invited or 0 for s in held if s), default=None)


async def just_left(lobby: Lobby, session: int, player: str) -> bool:
    return await lobby.leases.recall(_left(session, player)) is not None


def _seat_or_edit(
    lobby: Lobby, session: Session, guest: Guest, wish: Wish, permit: Permit, *, now: float
) -> None:
    held = session.held_by(guest.uuid)
    taken = held is not None and held[1].status is SeatStatus.TAKEN
    if wish.status is None and held is None:
        raise NotSeated
    if wish.status is not None and not taken:
        if wish.status == "leader" and not permit.outright:
            raise NotSeated
        _require_elevated(permit)
        session.seat(guest, now=now, team=wish.team, let_in=True)
    _edit(lobby, session, guest.uuid, wish, permit, moves=wish.moves and held is not None)


def _edit(
    lobby: Lobby, session: Session, player: str, wish: Wish, permit: Permit, *, moves: bool
) -> None:
    """All of it or, where it raises, nothing that is kept."""
    held = session.held_by(player)
    if held is None:
        raise NotSeated
    if wish.client is not None:
        session.require_fits(Guest(player, client=wish.client))
        held[1].client = wish.client
    if wish.custom_data is not None:
        held[1].custom_data = wish.custom_data
    if wish.status == "leader" and session.leader != player:
        if not _commands(session, permit):
            raise Forbidden
        session.promote(player)
    elif moves and wish.status != "leader":
        template = lobby.catalogue.by_session_type.get(session.template)
        fixed = template is not None and not template.can_change_own_team
        if fixed and held[1].team != wish.team and not _commands(session, permit):
            raise OwnTeamFixed
        session.move(player, wish.team)


def _commands(session: Session, permit: Permit) -> bool:
    return permit.outright or Role.ADMIN in session.roles_of(permit.actor.uuid)


def _require_elevated(permit: Permit) -> None:
    if not permit.outright:
        raise Forbidden


async def _actor(lobby: Lobby, permit: Permit, player: str) -> Actor:
    if player == permit.actor.uuid:
        return permit.actor
    return (await lobby.accounts.get(player)).actor()


async def _require_unbanned(lobby: Lobby, session: Session, player: str) -> None:
    if session.leader not in (None, player):
        leader = await lobby.accounts.get(str(session.leader))
        leader.host.welcome(player, named=True, invited=True)


async def _stay(lobby: Lobby, account: Account, session: Session) -> None:
    """A ban that came between is seen now; so is that they have gone."""
    if session.held_by(account.uuid) is not None:
        await welcome.stay(lobby, account.actor(), session, invited=True)


async def _remember_leaving(lobby: Lobby, session: int, player: str) -> None:
    with suppress(Unreachable):
        await lobby.leases.remember(_left(session, player), "yes", LEFT_SECONDS)


def _left(session: int, player: str) -> str:
    return f"left:{session}:{player}"
