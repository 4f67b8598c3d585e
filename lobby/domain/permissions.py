"""Authorization: grants of a caller, needs of an operation, and the permit that results.

A door declares what an operation *needs*; the caller holds *grants*; the two make a *permit*, which
every verb takes. The strings are those of the API documents where these have any.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from lobby.domain.errors import Forbidden, NotYours, Unauthenticated


class Kind(StrEnum):
    """How a caller authenticated."""

    USER = "user"  # a login and a password
    HOST = "host"  # a uuid, and the host key once it was shown
    ANONYMOUS = "anonymous"  # an identity without a name
    PLAYER = "player"  # a credential of a platform
    SPECTATOR = "spectator"  # no identity, read only


class Role(StrEnum):
    """A role inside one session, in ascending order."""

    ACTIVE = "active_in_session"
    HOST = "session_host"
    ADMIN = "session_admin"


GRANTS: dict[Kind, frozenset[str]] = {
    Kind.USER: frozenset({"look", "guest", "host", "user", "server:read", "server:write:self"}),
    Kind.HOST: frozenset({"look", "guest", "host"}),
    Kind.ANONYMOUS: frozenset({"look", "guest"}),
    Kind.PLAYER: frozenset({"look", "guest", "host"}),
    Kind.SPECTATOR: frozenset({"look"}),
}

SERVING = "session:*"
"""The grant of game servers and other services: neither quotas nor limits of requests hold."""
ADMIN_GRANTS = frozenset({"server:write:any", "server:admin"})


class Login(NamedTuple):
    """The login that a token and all its renewals go back to. `at` in Unix seconds."""

    id: str
    at: float


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of an operation. `uuid` is empty without authentication and for spectators;
    `platform` is a player's platform, as the contract of player services spells it. `invisible`:
    others see them as offline, until they say otherwise. `login`: the one that their token goes
    back to."""

    uuid: str
    kind: Kind | None = None
    name: str | None = None
    number: int = 0
    admin: bool = False
    nickname: str | None = None
    icon: str | None = None
    version: int = 0
    token_version: int = 0
    expires: float | None = None
    platform: str | None = None
    invisible: bool = False
    login: Login | None = None
    grants: frozenset[str] = field(default_factory=frozenset)

    @property
    def named(self) -> bool:
        """False for an anonymous identity, or a player without a name; hosts may refuse those.
        A host is named by its uuid, which is all that others befriend, ban and meet."""
        if self.kind is Kind.PLAYER:
            return self.name is not None
        return self.kind is not Kind.ANONYMOUS

    def seconds_left(self, now: float) -> float | None:
        """Until their token expires; None: never."""
        return None if self.expires is None else round(max(0.0, self.expires - now), 3)

    def holds(self, need: str) -> bool:
        """Whether one of its grants covers the need."""
        return any(covers(grant, need) for grant in self.grants)


NOBODY = Actor("")
READER = Actor("", grants=frozenset({"server:read"}))
"""An unauthenticated reader, where a deployment allows anonymous reads."""
SPECTATOR = Actor("", Kind.SPECTATOR, grants=GRANTS[Kind.SPECTATOR])


def covers(grant: str, need: str) -> bool:
    """`session:*` covers `session:update:any`; any other grant covers itself."""
    return grant == need or (grant.endswith("*") and need.startswith(grant[:-1]))


@dataclass(frozen=True, slots=True)
class Permit:
    """Authorization of one call by its door. `outright`: for any account or session; else only for
    the actor's own or, with a `role`, where the actor has that role: the domain checks this."""

    actor: Actor
    outright: bool = False
    role: Role | None = None

    def require_self(self, subject: str) -> None:
        """Raise NotYours unless the subject is the actor."""
        if not self.outright and self.actor.uuid != subject:
            raise NotYours

    def require_outright(self) -> None:
        """Raise Forbidden for a permit that is limited to the actor's own."""
        if not self.outright:
            raise Forbidden


SYSTEM = Permit(Actor("system"), outright=True)
"""The permit of timers, background work and the operator; no client ever has it."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The grants that an operation needs.

    `outright` strings suffice alone. `own` strings suffice for acting on oneself or, where a role
    is named, for holding that role in the session. No strings at all: open to anybody.
    """

    outright: frozenset[str]
    own: frozenset[str]
    role: Role | None

    @property
    def open(self) -> bool:
        return not (self.outright or self.own)

    def permit(self, actor: Actor) -> Permit:
        """The permit of this actor. Raises Forbidden, or Unauthenticated without an account."""
        if any(actor.holds(need) for need in self.outright):
            return Permit(actor, outright=True)
        if self.open or any(actor.holds(need) for need in self.own):
            return Permit(actor, role=self.role)
        raise Forbidden if actor.uuid else Unauthenticated


def needs(*outright: str, own: Iterable[str] | str = (), role: Role | None = None) -> Needs:
    own = {own} if isinstance(own, str) else own
    return Needs(frozenset(outright), frozenset(own), role)
