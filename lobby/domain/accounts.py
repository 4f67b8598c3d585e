"""An account: the one identity behind a user, a host and a player."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lobby.domain.errors import NicknameNotFound, TooManyNicknames
from lobby.domain.hosts import Host
from lobby.domain.login_errors import AgreementsNeeded, Restricted
from lobby.domain.permissions import ADMIN_GRANTS, GRANTS, Actor, Kind


class RestrictionType(StrEnum):
    """In the words of the login's answer."""

    BAN = "account_ban"
    LOCKOUT = "account_lockout"
    DENY_AUTH = "account_deny_auth"
    PENDING_DELETION = "account_pending_deletion"


BARRING = frozenset(set(RestrictionType) - {RestrictionType.PENDING_DELETION})
"""Restrictions that keep somebody out; others are only shown."""

MACHINES = "Basic"
"""The platform of those who are in the catalogue by name, game servers mostly."""


@dataclass(frozen=True)
class Portal:
    """Where a player comes from: a platform, and who they are there."""

    platform: str
    user: str

    @property
    def claim(self) -> str:
        """Nobody else comes from there."""
        return f"{self.platform} {self.user}"


@dataclass(frozen=True)
class Restriction:
    """`until` in Unix seconds; None: for good."""

    type: str
    reason: str | None = None
    until: float | None = None

    def stands(self, now: float) -> bool:
        return self.until is None or now < self.until


@dataclass
class Account:
    """`uuid` is lower case; `number` is the growing integer that contract U shows as `id`.

    `registered_by` is the login of who added it; `icon` is a digest of the picture kept apart.
    Of players alone: `role` names one of the catalogue, `agreements` are the versions accepted.
    """

    uuid: str
    number: int
    kind: Kind
    registered: float
    login: str | None = None
    registered_by: str | None = None
    name: str | None = None
    nicknames: list[str] = field(default_factory=list)
    icon: str | None = None
    password_hash: str | None = None
    admin: bool = False
    host_key_hash: str | None = None
    locked: bool = False
    token_version: int = 1
    host: Host = field(default_factory=Host)
    portal: Portal | None = None
    role: str | None = None
    agreements: dict[str, int] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    version: int = 0

    @property
    def shown_name(self) -> str | None:
        return self.name or self.login

    @property
    def machine(self) -> bool:
        return self.portal is not None and self.portal.platform == MACHINES

    def actor(self, *, expires: float | None = None, permissions: Iterable[str] = ()) -> Actor:
        """`permissions` are those of the role."""
        admin = ADMIN_GRANTS if self.admin else frozenset()
        return Actor(
            uuid=self.uuid,
            kind=self.kind,
            name=self.shown_name,
            nickname=self.nickname,
            icon=self.icon,
            version=self.version,
            number=self.number,
            admin=self.admin,
            token_version=self.token_version,
            expires=expires,
            platform=self.portal.platform if self.portal else None,
            grants=GRANTS[self.kind].union(admin, permissions),
        )

    def barred(self, now: float) -> bool:
        return any(one.type in BARRING and one.stands(now) for one in self.restrictions)

    def restrict(self, restriction: Restriction) -> None:
        """In place of one of the same type."""
        self.lift(restriction.type)
        self.restrictions.append(restriction)

    def lift(self, type: str | None) -> None:
        """The restriction of this type, or all of them."""
        left = [one for one in self.restrictions if type is not None and one.type != type]
        self.restrictions = left

    def require_unrestricted(self, now: float) -> None:
        if self.barred(now):
            raise Restricted

    def accept(self, agreements: Mapping[str, int]) -> None:
        """These versions of them; an older one than was accepted before changes nothing."""
        for name, version in agreements.items():
            self.agreements[name] = max(version, self.agreements.get(name, 0))

    def require_agreed(self, wanted: Mapping[str, int]) -> None:
        needed = [name for name, least in wanted.items() if self.agreements.get(name, 0) < least]
        if needed:
            raise AgreementsNeeded(needed)

    def lock(self) -> None:
        """From now on the uuid alone opens nothing: the host has shown its key."""
        self.locked = True

    @property
    def nickname(self) -> str | None:
        """The first of them: the one to show."""
        return self.nicknames[0] if self.nicknames else None

    def add_nickname(self, nickname: str, *, most: int) -> None:
        """One that is there already stays where it is."""
        if nickname in self.nicknames:
            return
        self.set_nicknames([*self.nicknames, nickname], most=most)

    def set_nicknames(self, nicknames: list[str], *, most: int) -> None:
        if len(nicknames) > most:
            raise TooManyNicknames(f"an account has at most {most} nicknames; remove one first")
        self.nicknames = list(dict.fromkeys(nicknames))

    def remove_nickname(self, nickname: str) -> None:
        """Whichever case it is written in."""
        left = [kept for kept in self.nicknames if kept.casefold() != nickname.casefold()]
        if len(left) == len(self.nicknames):
            raise NicknameNotFound
        self.nicknames = left

    def set_password(self, password_hash: str) -> None:
        """A new password ends every token that was given for the old one."""
        self.password_hash = password_hash
        self.revoke_tokens()

    def revoke_tokens(self) -> None:
        self.token_version += 1
