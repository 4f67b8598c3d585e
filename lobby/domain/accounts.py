"""An account: the one identity behind a user, a host and a player."""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.errors import NicknameNotFound, TooManyNicknames
from lobby.domain.hosts import Host
from lobby.domain.permissions import ADMIN_GRANTS, GRANTS, Actor, Kind


@dataclass
class Account:
    """`uuid` is lower case; `number` is the growing integer that contract U shows as `id`.

    `registered_by` is the login of who added it; `icon` is a digest of the picture kept apart.
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
    version: int = 0

    @property
    def shown_name(self) -> str | None:
        return self.name or self.login

    def actor(self, *, expires: float | None = None) -> Actor:
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
            grants=GRANTS[self.kind] | (ADMIN_GRANTS if self.admin else frozenset()),
        )

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
