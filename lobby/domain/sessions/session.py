"""Session (a running lobby): members, leader, state and listing, and who may change them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hmac import compare_digest
from typing import Any

from lobby.domain.errors import Forbidden, NotSeated, SessionNotJoinable, WrongKey
from lobby.domain.permissions import Permit, Role
from lobby.domain.reasons import OF_THEIR_OWN, Departure, Reason
from lobby.domain.sessions.codes import Code, Coded
from lobby.domain.sessions.edits import MemberEdit, SessionEdit
from lobby.domain.sessions.entry import Entry, HostTerms
from lobby.domain.sessions.errors import HostStays, InQueue, OwnTeamFixed, TeamsLocked
from lobby.domain.sessions.exclusions import Exclusion, Exclusions
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.passwords import Password
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.queue_entry import QueueEntry
from lobby.domain.sessions.seats import Guest, HeldSeat, Seats
from lobby.domain.sessions.templates import HOSTED, Template


@dataclass
class Session(Coded):
    """`seats` is a map, so that a change of one seat is a small patch. Times are Unix seconds.

    `sequence`: creation order. `listing`: its data in the session browser, None if not listed.
    `leader` is None while it has no members, `terms` unless the leader's settings as a host count.
    `by_platform`: through a linked platform session one comes in unasked. `ticket`: set while it
    waits, as `queued` says; `matched`: the match it was invited to last. `key_hash`: of `state`'s
    key. `leader_may`: None is everything. `team_data`: custom data by the team's number.
    """

    id: int
    template: str
    leader: str | None
    leader_name: str | None
    created: float
    key_hash: str
    seats: Seats
    sequence: int = 0
    name: str | None = None
    entry: Entry = Entry.OPEN
    by_platform: bool = True
    terms: HostTerms | None = None
    location: str | None = None
    region: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    state: dict[str, Any] = field(default_factory=dict)
    custom_data: dict[str, str] = field(default_factory=dict)
    listing: dict[str, str] | None = None
    instance: Instance | None = None
    match: Match | None = None
    ticket: str | None = None
    matched: str | None = None
    queued: QueueEntry | None = None
    platform_sessions: list[PlatformSession] = field(default_factory=list)
    created_by_matchmaking: bool = False
    exclusions: Exclusions = field(default_factory=Exclusions)
    code: Code | None = None
    password: Password = field(default_factory=Password)
    leader_may: list[Power] | None = None
    teams_locked: bool = False
    team_data: dict[str, dict[str, str]] = field(default_factory=dict)
    version: int = 0
    over_for = Reason.MATCH_OVER  # why the instance ended since it was read; not stored

    def __post_init__(self) -> None:
        self.seats = Seats(self.seats)  # a store gives back a plain map

    @classmethod
    def launch(
        cls, id: int, template: Template, leader: Guest | None, *, now: float, key_hash: str = ""
    ) -> Session:
        """A new session, its leader in the first seat; without one, the first to join leads."""
        session = cls(
            id=id,
            template=template.name,
            leader=None,
            leader_name=None,
            created=now,
            key_hash=key_hash,
            seats=template.seats(),
            leader_may=None if template.leader_may is None else [*template.leader_may],
        )
        if leader is not None:
            session.seat(leader, now=now)
        return session

    @property
    def hosted(self) -> bool:
        """Whether it belongs to its host (template `hosted`), rather than to its members."""
        return self.template == HOSTED

    def ends_without(self, player: str) -> bool:
        """Whether it ends when this player leaves: it belongs to this host."""
        return self.hosted and player == self.leader

    def insiders(self) -> list[str]:
        """The inside audience, who sees the full view: members, leader and the instance's host."""
        serving = self.instance.host if self.instance else None
        seated = {held.player for held in self.seats.occupants()}
        return sorted(player for player in {self.leader, serving, *seated} if player)

    def holders(self) -> list[str]:
        """Leader, members, and all who know that a seat is held for them."""
        seated = {held.player for held in self.seats.announced()}
        return sorted(player for player in {self.leader, *seated} if player)

    def seat(
        self, guest: Guest, *, now: float, team: int | None = None, placed: bool = False
    ) -> None:
        """Take a seat as `Seats.take`; admission is decided before. Where teams are locked only
        those who are `placed` get the team that was asked for. The first member leads."""
        chosen = team if placed or not self.teams_locked else None
        held = self.seats.take(guest, now=now, team=chosen)
        if self.leader is None:
            self._lead(held)

    def require_fits(self, guest: Guest) -> None:
        """Raise unless the guest's client fits the members' clients and the instance's version."""
        if guest.client is not None and self.instance is not None:
            guest.client.require_version(self.instance.version)
        self.seats.require_fits(guest)

    def reserve(self, seat: str, guest: Guest, *, until: float) -> None:
        self.seats.reserve(seat, guest, until=until)

    def invite(
        self, permit: Permit, guest: Guest, *, until: float, now: float, team: int | None = None
    ) -> None:
        """Hold a seat for the guest until then, as an invitation; it lifts their exclusion. Into a
        closed session only the instance's host invites, and outright permits do."""
        self.require_invitable(permit, guest.uuid, now=now)
        hosts = Role.HOST in self.roles_of(permit.actor.uuid)
        if self.entry is Entry.CLOSED and not (hosts or permit.outright):
            raise SessionNotJoinable(about={"why": "closed"})
        self.exclusions.lift(guest.uuid)
        self.seats.invite(guest, until=until, now=now, inviter=permit.actor.uuid, team=team)

    def set_aside(self, permit: Permit, guest: Guest, *, team: int | None = None) -> None:
        """Hold a seat for the guest without notifying them; needs an outright permit."""
        permit.require_outright()
        self.exclusions.lift(guest.uuid)
        self.seats.set_aside(guest, team=team)

    def require_invitable(self, permit: Permit, player: str, *, now: float) -> None:
        """Raise unless the caller may invite the player now."""
        self.require(permit, Power.INVITE)
        if not permit.outright:
            self.exclusions.require_invitable(player, now=now)

    def add(
        self, permit: Permit, guest: Guest, edit: MemberEdit, *, now: float, own_team: bool = True
    ) -> None:
        """Add or edit a member. Adding without their consent needs an outright permit."""
        held = self.seats.held_by(guest.uuid)
        if not self.seats.sits(guest.uuid):
            self.require_may_add(permit, guest.uuid, edit)
            self.exclusions.lift(guest.uuid)
            self.seat(guest, now=now, team=edit.team, placed=True)
        edit = edit if held else replace(edit, team=None)
        self.edit(permit, guest.uuid, edit, own_team=own_team)

    def require_may_add(self, permit: Permit, player: str, edit: MemberEdit) -> None:
        self.require_edit(permit, player, edit)
        if edit.lead and not permit.outright:
            raise NotSeated
        permit.require_outright()

    def edit(self, permit: Permit, player: str, edit: MemberEdit, *, own_team: bool = True) -> None:
        """Edit a member. It may raise half-way: the caller then discards the session. `own_team`:
        whether players of this session type may change their own team."""
        self.require_edit(permit, player, edit)
        seat = self.seats.of(player).seat
        if edit.client is not None:
            self.require_fits(Guest(player, client=edit.client))
            seat.client = edit.client
        if edit.custom_data is not None:
            seat.custom_data = edit.custom_data
        if edit.lead and self.leader != player:
            if not self.may(permit, Power.PROMOTE):
                raise Forbidden
            self.promote(player)
        elif edit.team not in (None, seat.team) and not edit.lead:
            self.move(permit, player, edit.team, own_team=own_team)

    def move(self, permit: Permit, player: str, team: int, *, own_team: bool = True) -> None:
        """To a free seat of the team. `own_team` as in `edit`. Raises NotSeated, TeamFull,
        TeamsLocked, OwnTeamFixed."""
        self.require_for(permit, player, Power.MOVE)
        if not self.may(permit, Power.MOVE):
            if self.teams_locked:
                raise TeamsLocked
            if not own_team:
                raise OwnTeamFixed
        self.seats.move(player, team)

    def promote(self, player: str) -> None:
        """Make a member the leader. Raises NotSeated, HostStays."""
        if not self.seats.sits(player):
            raise NotSeated
        if self.hosted and player != self.leader:
            raise HostStays
        self._lead(self.seats.of(player))

    def rename(self, player: str, name: str | None) -> None:
        """Update the player's name where it is stored."""
        if player == self.leader:
            self.leader_name = name
        if held := self.seats.held_by(player):
            held.seat.name = name

    def leave(self, player: str, *, seat: str | None = None, said: str = "") -> None:
        """The player leaves, declines an invitation or releases this seat. If they host the
        instance, it ends, whether they have a seat or not. Raises NotSeated, NotYours."""
        if seat is not None:
            self.seats.require_own(seat, player)
        held, serves = self.seats.held_by(player), Role.HOST in self.roles_of(player)
        if self.ends_without(player) or not (held or serves):
            raise NotSeated
        if serves:
            self.end_instance(Reason.HOST_LEFT)
        if held:
            invited = self.seats.invited(player)
            self.unseat(player, Reason.DECLINED if invited else Reason.LEFT, said)

    def kick(
        self,
        permit: Permit,
        player: str,
        departure: Departure,
        *,
        now: float,
        exclusion: Exclusion | None = None,
    ) -> None:
        """Remove the player, or withdraw their invitation; not the host of a hosted session, nor of
        the instance. With a given permit: nor the leader, nor another who was given one. With an
        exclusion they are kept out, whether they have a seat or not."""
        self.require(permit, Power.KICK)
        if self.ends_without(player):
            raise Forbidden("nobody kicks the host; the host leaves by closing the session")
        self.require_kickable(permit, player)
        if self.seats.invited(player):
            self.exclusions.withdraw(player, now=now)
        if exclusion is None or self.seats.held_by(player):
            self.unseat(player, departure.reason, departure.said)
        if exclusion is not None:
            self.exclusions.add(player, exclusion)

    def unseat(self, player: str, reason: Reason, said: str = "") -> None:
        """Free the seat; the longest-standing member succeeds a leader; their instance ends."""
        self.seats.release(player, reason, said)
        if player == self.leader:
            others = self.seats.occupants()
            self._lead(min(others, key=lambda h: (h.seat.joined or 0, h.player), default=None))
        if self.instance is not None and self.instance.hosted_by_player(player):
            self.end_instance(Reason.HOST_LEFT if reason in OF_THEIR_OWN else Reason.HOST_GONE)

    def free_expired_seats(self, now: float) -> bool:
        """Free reserved and invited seats that have expired; True if there were any."""
        late = self.seats.expired(now)
        for player in late:
            self.unseat(player, Reason.LAPSED)
        return bool(late)

    def update(self, permit: Permit, edit: SessionEdit) -> None:
        """Apply the changes. Raises InQueue for another region while it is in a queue."""
        for power in edit.powers():
            self.require(permit, power)
        if edit.region not in (None, self.region) and self.ticket is not None:
            raise InQueue
        changes = edit.changes()
        if (new := changes.pop("password", None)) is not None:
            self.password.change(new, by=permit.actor.uuid)
        if (wanted := changes.pop("joinability", None)) is not None:
            self.entry, platform = wanted.applied(self.entry), wanted.platform
            self.by_platform = self.by_platform if platform is None else platform
        vars(self).update(changes)

    def push(self, key_hash: str, state: dict[str, Any]) -> None:
        """Set the game state; authorized by the source of truth key."""
        self.require_key(key_hash)
        self.state = state

    def end_instance(self, reason: Reason) -> None:
        """Remove the instance and the match on it."""
        self.instance, self.match, self.over_for = None, None, reason

    def require_key(self, key_hash: str) -> None:
        """Constant-time. Raises WrongKey."""
        if not self.key_hash or not compare_digest(self.key_hash, key_hash):
            raise WrongKey

    def _lead(self, held: HeldSeat | None) -> None:
        self.leader, self.leader_name = (held.player, held.seat.name) if held else (None, None)
