"""Account: one identity for a user, a host and a player, with its roles and restrictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from lobby.domain.errors import (
    AccountNotFound,
    Conflict,
    NicknameNotFound,
    StillReachable,
    TooManyNicknames,
)
from lobby.domain.evictions import Eviction
from lobby.domain.hosts import Host
from lobby.domain.login_errors import AgreementsNeeded, Restricted
from lobby.domain.permissions import ADMIN_GRANTS, GRANTS, Actor, Kind
from lobby.domain.reasons import Reason


class Ambiguous(Conflict):
    """Several accounts may be meant."""

    code = "ambiguous_name"


class RestrictionType(StrEnum):
    """Kinds of moderation restriction, spelt as the login response spells them."""

    BAN = "account_ban"
    LOCKOUT = "account_lockout"
    DENY_AUTH = "account_deny_auth"
    PENDING_DELETION = "account_pending_deletion"


LOGIN_BLOCKING = frozenset(set(RestrictionType) - {RestrictionType.PENDING_DELETION})
"""Restrictions that refuse a login; the others are only shown."""

SERVICE_PLATFORM = "Basic"
"""The platform of service accounts (mostly game servers), which the catalogue names."""


@dataclass(frozen=True)
class Portal:
    """A platform identity that is linked to an account: the platform and the user id there."""

    platform: str
    user: str

    @property
    def claim(self) -> str:
        """Unique claim: one account for each platform identity."""
        return f"{self.platform} {self.user}"


@dataclass(frozen=True)
class Restriction:
    """A moderation restriction. `until`: Unix seconds; None: permanent."""

    type: str
    reason: str | None = None
    until: float | None = None

    def active(self, now: float) -> bool:
        return self.until is None or now < self.until


MOST_ENDED = 100
"""Logins of one account that were ended one by one, while tokens of theirs would still count."""


LEAVING = 0.0
"""`token_until` of an account whose removal has begun."""


@dataclass
class Account:
    """`uuid` is lower case; `number` is the sequence number that `/users` shows as `id`.

    `registered_by` is the login of the administrator who added it; `icon` is a digest, the picture
    is a document of its own. For players only: `role` is a role of the catalogue, `agreements` maps
    each agreement to the version that was accepted. A higher `token_version` revokes older tokens.
    `token_until`: when the last token of an anonymous account ends. `invisible`: whoever it is
    shows as offline. `ended`: logins that were signed out, and until when their tokens would count;
    `used`: when tokens that have no expiry were last used, by login, to the day. `evicting`: why an
    eviction has begun that is not complete.
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
    secret_hash: str | None = None
    locked: bool = False
    token_version: int = 1
    token_until: float | None = None
    host: Host = field(default_factory=Host)
    portal: Portal | None = None
    role: str | None = None
    agreements: dict[str, int] = field(default_factory=dict)
    restrictions: list[Restriction] = field(default_factory=list)
    invisible: bool = False
    ended: dict[str, float] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)
    evicting: Eviction | None = None
    version: int = 0

    @property
    def shown_name(self) -> str | None:
        return self.name or self.login

    @property
    def machine(self) -> bool:
        return self.portal is not None and self.portal.platform == SERVICE_PLATFORM

    def actor(
        self,
        *,
        expires: float | None = None,
        permissions: Iterable[str] = (),
        kind: Kind | None = None,
    ) -> Actor:
        """The caller that this account is in a request. `permissions`: those of its role. `kind`:
        that of the token; a user with a player's token is a player, and no administrator."""
        kind = kind or self.kind
        is_admin = self.admin and kind is self.kind
        admin = ADMIN_GRANTS if is_admin else frozenset()
        return Actor(
            uuid=self.uuid,
            kind=kind,
            name=self.shown_name,
            nickname=self.nickname,
            icon=self.icon,
            version=self.version,
            number=self.number,
            admin=is_admin,
            token_version=self.token_version,
            expires=expires,
            platform=self.portal.platform if self.portal else None,
            invisible=self.invisible,
            grants=GRANTS[kind].union(admin, permissions),
        )

    @property
    def by_token_alone(self) -> bool:
        """Anonymous, and nothing but a token that was issued before leads back to it."""
        ways = (self.login, self.password_hash, self.host_key_hash, self.secret_hash, self.portal)
        return self.kind is Kind.ANONYMOUS and not self.admin and not any(ways)

    def extend_token(self, until: float) -> None:
        """Raises AccountNotFound where its removal has begun."""
        if self.token_until == LEAVING:
            raise AccountNotFound
        self.token_until = max(until, self.token_until or until)

    def require_abandoned(self, before: float) -> None:
        """Raise StillReachable, unless only a token led to it, and the last ended before then."""
        if not self.by_token_alone or self.token_until is None or self.token_until >= before:
            raise StillReachable

    def leave(self, before: float) -> None:
        """Begin the removal: nobody comes back from now on. Raises StillReachable."""
        self.require_abandoned(before)
        self.token_until = LEAVING

    def barred(self, now: float) -> bool:
        """Whether a restriction refuses its login now."""
        return self.barring(now) is not None

    def barring(self, now: float) -> Restriction | None:
        """The restriction that refuses its login now; of several the one that lasts longest."""
        found = [one for one in self.restrictions if one.type in LOGIN_BLOCKING and one.active(now)]
        return max(found, key=lambda one: inf if one.until is None else one.until, default=None)

    def restrictions_in_force(self, now: float) -> list[Restriction]:
        return [one for one in self.restrictions if one.active(now)]

    def restrict(self, restriction: Restriction) -> None:
        """Add the restriction; it replaces one of the same type."""
        self.lift(restriction.type)
        self.restrictions.append(restriction)

    def lift(self, type: str | None) -> None:
        """Remove the restriction of this type; None: all of them."""
        left = [one for one in self.restrictions if type is not None and one.type != type]
        self.restrictions = left

    def evict(self, why: Eviction) -> None:
        """Begin to put it out of everything; none of its tokens is good any more."""
        self.revoke_tokens()
        if self.evicting is not Eviction.DELETED:
            self.evicting = why

    def finish_eviction(self, token_version: int) -> None:
        """It is out of everything. An eviction that began after this token version goes on."""
        if self.token_version == token_version:
            self.evicting = None

    def shut_out(self, now: float) -> bool:
        """Whether it may hold no seat, ticket or session now."""
        return self.shut_out_for(now) is not None

    def shut_out_for(self, now: float) -> Reason | None:
        """Why it may hold none; None: it may."""
        if self.evicting is not None:
            return self.evicting.reason
        return Reason.RESTRICTED if self.barred(now) else None

    def require_unrestricted(self, now: float) -> None:
        if (one := self.barring(now)) is not None:
            raise Restricted(until=one.until, reason=one.reason)

    def accept(self, agreements: Mapping[str, int]) -> None:
        """Record the accepted versions; a version older than the recorded one changes nothing."""
        for name, version in agreements.items():
            self.agreements[name] = max(version, self.agreements.get(name, 0))

    def require_agreed(self, wanted: Mapping[str, int]) -> None:
        needed = [name for name, least in wanted.items() if self.agreements.get(name, 0) < least]
        if needed:
            raise AgreementsNeeded(needed)

    def lock(self) -> None:
        """Require the host key at each login from now on: the host has shown that it has it.
        Tokens of before were got by the uuid alone, which others know."""
        if not self.locked:
            self.locked = True
            self.revoke_tokens()

    @property
    def nickname(self) -> str | None:
        """The first one, which is shown."""
        return self.nicknames[0] if self.nicknames else None

    def add_nickname(self, nickname: str, *, most: int) -> None:
        """Append the nickname; idempotent. Raises TooManyNicknames."""
        if nickname in self.nicknames:
            return
        self.set_nicknames([*self.nicknames, nickname], most=most)

    def set_nicknames(self, nicknames: list[str], *, most: int) -> None:
        if len(nicknames) > most:
            raise TooManyNicknames(f"an account has at most {most} nicknames; remove one first")
        self.nicknames = list(dict.fromkeys(nicknames))

    def remove_nickname(self, nickname: str) -> None:
        """Case-insensitive. Raises NicknameNotFound."""
        left = [kept for kept in self.nicknames if kept.casefold() != nickname.casefold()]
        if len(left) == len(self.nicknames):
            raise NicknameNotFound
        self.nicknames = left

    def set_password(self, password_hash: str) -> None:
        """Replace the password hash and revoke every token that was issued before."""
        self.password_hash = password_hash
        self.revoke_tokens()

    def end_login(self, login: str, *, until: float, now: float) -> None:
        """Revoke the tokens of one login. Where too many are remembered, all are revoked."""
        self.used.pop(login, None)
        self.ended = {one: end for one, end in self.ended.items() if end > now} | {login: until}
        if len(self.ended) > MOST_ENDED:
            self.ended = {}
            self.revoke_tokens()

    def use_login(self, login: str, *, now: float, idle: float) -> None:
        """Remember that a token of this login was used; forget those that nobody uses any more."""
        self.used = {one: at for one, at in self.used.items() if now - at < idle} | {login: now}

    def revoke_tokens(self) -> None:
        self.token_version += 1
