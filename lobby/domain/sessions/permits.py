"""Permits: who may do what in a session, and what members were given to do to others.

| who | may |
|---|---|
| the instance's host, callers for any session | everything |
| the leader | what the session's `leader_may` names |
| a member with permits | those: `invite`, `kick`, `move`; they end with the seat |
"""

from __future__ import annotations

from collections.abc import Collection

from lobby.domain.errors import Forbidden, NotSeated
from lobby.domain.permissions import Permit, Role
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.instances import Instance
from lobby.domain.sessions.powers import GIVEN, Power
from lobby.domain.sessions.seats import Seats

BY_ROLE = "they may do this as it is, by leading or hosting; give permits to other members"


class Permits:
    """Of a session, whose fields these are. `leader_may`: None is everything."""

    leader: str | None
    instance: Instance | None
    seats: Seats
    leader_may: list[Power] | None

    @property
    def led_in_name(self) -> bool:
        """Whether its leader is just who came first, among strangers: whoever kicks nobody keeps
        nobody out by their bans, either."""
        return self.leader_may is not None and Power.KICK not in self.leader_may

    def roles_of(self, player: str) -> set[Role]:
        """The player's roles in this session."""
        if self.instance is not None and player and self.instance.host == player:
            return {Role.ACTIVE, Role.HOST, Role.ADMIN}
        if player and player == self.leader:
            return {Role.ACTIVE, Role.ADMIN}
        return {Role.ACTIVE} if self.seats.sits(player) else set()

    def may(self, permit: Permit, power: Power) -> bool:
        """Whether the caller has this power here, by their role or a permit."""
        held = self.seats.held_by(permit.actor.uuid)
        given = held is not None and power in held.seat.permits
        return given or self.may_by_role(permit, power)

    def may_by_role(self, permit: Permit, power: Power) -> bool:
        """The same without what they were given."""
        return permit.outright or self._has_by_role(permit.actor.uuid, power)

    def _has_by_role(self, player: str, power: Power) -> bool:
        roles = self.roles_of(player)
        if Role.HOST in roles:
            return True
        return Role.ADMIN in roles and (self.leader_may is None or power in self.leader_may)

    def require(self, permit: Permit, power: Power | None = None) -> None:
        """Raise Forbidden unless the permit is outright or its role is held here. `power`: what is
        about to be done. Where the leader's role is asked for, it decides: leaders may lack it, and
        members may have been given it."""
        if power is not None and permit.role is Role.ADMIN:
            allowed = self.may(permit, power)
        else:
            allowed = permit.outright or permit.role in self.roles_of(permit.actor.uuid)
        if not allowed:
            raise Forbidden

    def require_for(self, permit: Permit, player: str, power: Power) -> None:
        """Require the power over another player; none for oneself."""
        if player != permit.actor.uuid:
            self.require(permit, power)

    def require_edit(self, permit: Permit, player: str, edit: MemberEdit) -> None:
        """Require the powers for this change of another player; none for oneself."""
        held = self.seats.held_by(player)
        team = held.seat.team if held else None
        for power in edit.powers(team=team, leads=player == self.leader):
            self.require_for(permit, player, power)

    def require_kickable(self, permit: Permit, player: str) -> None:
        """Nobody kicks the instance's host; by a given permit nor the leader, nor another who holds
        one. Raises Forbidden."""
        if permit.outright or player == permit.actor.uuid:
            return
        hosts = self.instance is not None and self.instance.hosted_by_player(player)
        held = self.seats.held_by(player)
        equal = player == self.leader or (held is not None and bool(held.seat.permits))
        if hosts or (equal and not self.may_by_role(permit, Power.KICK)):
            raise Forbidden

    def permits_of(self, player: str) -> list[Power]:
        """What a member was given. Raises NotSeated."""
        if not self.seats.sits(player):
            raise NotSeated
        return self.seats.of(player).seat.permits

    def give(self, permit: Permit, player: str, powers: Collection[Power]) -> None:
        """Set the permits of a member. Whoever gives or takes one has that power by their role;
        whoever is given one has not, as it would outlast their lead. Raises NotSeated, Forbidden.
        """
        self.require(permit)
        held, wanted = {*self.permits_of(player)}, {*powers}
        if not all(self.may_by_role(permit, power) for power in held ^ wanted):
            raise Forbidden
        if any(self._has_by_role(player, power) for power in wanted - held):
            raise Forbidden(BY_ROLE)
        self.seats.of(player).seat.permits = [power for power in GIVEN if power in powers]
