"""An account: the one identity behind a user, a host and a player."""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.hosts import Host
from lobby.domain.permissions import GRANTS, Actor, Kind


@dataclass
class Account:
    """`uuid` is lower case; `number` is the growing integer that contract U shows as `id`."""

    uuid: str
    number: int
    kind: Kind
    registered: float
    login: str | None = None
    name: str | None = None
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
            number=self.number,
            admin=self.admin,
            token_version=self.token_version,
            expires=expires,
            grants=GRANTS[self.kind],
        )

    def lock(self) -> None:
        """From now on the uuid alone opens nothing: the host has shown its key."""
        self.locked = True

    def set_password(self, password_hash: str) -> None:
        """A new password ends every token that was given for the old one."""
        self.password_hash = password_hash
        self.revoke_tokens()

    def revoke_tokens(self) -> None:
        self.token_version += 1
