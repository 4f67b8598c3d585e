"""Who may do what.

A door declares what an operation *needs*; the caller holds *grants*; the two make a *permit*,
and every verb takes one. Strings are spelt as the API documents spell them, where they spell any.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.errors import Forbidden, NotYours, Unauthenticated


class Kind(StrEnum):
    """How somebody came in."""

    USER = "user"  # a login and a password
    HOST = "host"  # a uuid, and its key once it was shown
    ANONYMOUS = "anonymous"  # an identity without a name
    PLAYER = "player"  # a platform's credential
    SPECTATOR = "spectator"  # no identity: looks, and does nothing


class Role(StrEnum):
    """A standing inside one session, from least to most."""

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

ADMIN_GRANTS = frozenset({"server:write:any", "server:admin"})


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever is asking. `uuid` is empty for nobody and for spectators; `platform` is where a
    player comes from, in the words of player services."""

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
    grants: frozenset[str] = field(default_factory=frozenset)

    @property
    def named(self) -> bool:
        """False for an identity that anybody can have without a name; hosts may turn it away."""
        if self.kind is Kind.PLAYER:
            return self.name is not None
        return self.kind is not Kind.ANONYMOUS

    def holds(self, need: str) -> bool:
        return any(covers(grant, need) for grant in self.grants)


NOBODY = Actor("")
READER = Actor("", grants=frozenset({"server:read"}))
"""Nobody in particular, where a deployment lets anybody read."""
SPECTATOR = Actor("", Kind.SPECTATOR, grants=GRANTS[Kind.SPECTATOR])


def covers(grant: str, need: str) -> bool:
    """`session:*` covers `session:update:any`; any other grant covers itself."""
    return grant == need or (grant.endswith("*") and need.startswith(grant[:-1]))


@dataclass(frozen=True, slots=True)
class Permit:
    """A door's word that this actor may try; the domain checks the rest."""

    actor: Actor
    outright: bool = False
    role: Role | None = None

    def require_self(self, subject: str) -> None:
        if not self.outright and self.actor.uuid != subject:
            raise NotYours

    def require_outright(self) -> None:
        """Not for those who act on their own behalf alone."""
        if not self.outright:
            raise Forbidden


SYSTEM = Permit(Actor("system"), outright=True)
"""What time and the operator act with: no client ever holds it."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What an operation asks of its caller.

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
        if any(actor.holds(need) for need in self.outright):
            return Permit(actor, outright=True)
        if self.open or any(actor.holds(need) for need in self.own):
            return Permit(actor, role=self.role)
        raise Forbidden if actor.uuid else Unauthenticated


def needs(*outright: str, own: Iterable[str] | str = (), role: Role | None = None) -> Needs:
    own = {own} if isinstance(own, str) else own
    return Needs(frozenset(outright), frozenset(own), role)
