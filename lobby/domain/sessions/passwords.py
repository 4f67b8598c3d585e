"""The password of a session: asked of everybody who was not invited by name.

Who has shown the right one is remembered until it changes, so that coming back costs no hash.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.sessions.errors import PasswordChanged, PasswordNeeded, WrongPassword

SHORTEST, LONGEST = 1, 128
"""Characters of a session's password."""
MOST_KNOWN = 256
"""Players of one session who are remembered to have shown its password; then the oldest go."""


@dataclass(frozen=True, slots=True)
class ShownPassword:
    """What came of comparing what a guest has said with the password of this number."""

    number: int
    right: bool


@dataclass(frozen=True, slots=True)
class NewPassword:
    """Another password, as its hash; None: there is to be none."""

    hash: str | None = field(repr=False)


@dataclass
class Password:
    """`hash`: None where nothing is asked. `number` rises with each change. `known`: players who
    have shown it, or set it; those who did so last stand last."""

    hash: str | None = field(default=None, repr=False)
    number: int = 0
    known: list[str] = field(default_factory=list)

    @property
    def asked(self) -> bool:
        return self.hash is not None

    def asks(self, player: str) -> bool:
        """Whether the player has to show it."""
        return self.asked and player not in self.known

    def require(self, player: str, shown: ShownPassword | None) -> None:
        """Raise PasswordNeeded, WrongPassword; PasswordChanged where another one was compared."""
        if not self.asks(player):
            return
        if shown is None:
            raise PasswordNeeded
        if shown.number != self.number:
            raise PasswordChanged
        if not shown.right:
            raise WrongPassword

    def change(self, new: NewPassword, *, by: str) -> None:
        """Set or clear it. Only who has set it is remembered then."""
        if new.hash is not None or self.asked:
            self.hash, self.number = new.hash, self.number + 1
            self.known = [by] if self.asked and by else []

    def remember(self, player: str) -> None:
        """The player has shown it."""
        if self.asks(player):
            self.known = [*self.known, player][-MOST_KNOWN:]

    def forget(self, *players: str) -> None:
        """They have to show it again; idempotent."""
        self.known = [one for one in self.known if one not in players]
