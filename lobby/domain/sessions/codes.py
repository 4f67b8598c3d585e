"""Codes: a short name of a session, which stands for an invitation to whoever holds it.

Six characters without vowels, and without those that are taken for one another. The first is a
letter, so that no code is taken for an id. People type them: case, spaces and hyphens do not count.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lobby.domain.errors import Forbidden, SessionNotJoinable
from lobby.domain.permissions import Permit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.permits import Permits
from lobby.domain.sessions.powers import Power

LETTERS = "BCDFGHJKMNPQRSTVWXZ"
ALPHABET = LETTERS + "23456789"
LENGTH = 6
"""Characters of a code: 272 million different ones."""
IGNORED = str.maketrans("", "", " -")


def draw(choose: Callable[[Sequence[str]], str]) -> str:
    """A new code."""
    return choose(LETTERS) + "".join(choose(ALPHABET) for _ in range(LENGTH - 1))


def read(text: str) -> str | None:
    """The code that somebody has typed, as it is kept; None for what can be none."""
    plain = text.translate(IGNORED).upper() if text.isascii() else ""
    sound = len(plain) == LENGTH and plain[0] in LETTERS and all(c in ALPHABET for c in plain)
    return plain if sound else None


@dataclass(frozen=True, slots=True)
class Code:
    """`until`: when it is over, in Unix seconds; None: it lasts as long as the session."""

    text: str
    until: float | None = None

    def over(self, now: float) -> bool:
        return self.until is not None and self.until <= now


class Coded(Permits):
    """A session that may have a code, whose fields these are."""

    entry: Entry
    code: Code | None

    def require_code(self, permit: Permit, new: Code, *, now: float) -> None:
        """Have a code; one that is good stays. Raises Forbidden, also where even the leader may not
        invite, as in a made match, and the caller neither; SessionNotJoinable."""
        self.require(permit)
        self._require_not_closed()
        if self.code is not None and not self.code.over(now):
            return
        if not self._inviting and not self.may(permit, Power.INVITE):
            raise Forbidden
        self.code = new

    def renew_code(self, permit: Permit, new: Code) -> None:
        """Have this code and no other. Raises Forbidden, SessionNotJoinable."""
        self.require(permit, Power.INVITE)
        self._require_not_closed()
        self.code = new

    def drop_code(self, permit: Permit) -> None:
        """Have none. Raises Forbidden."""
        self.require(permit, Power.INVITE)
        self.code = None

    def lapse_code(self, now: float) -> bool:
        """Drop a code that is over; True if there was one."""
        late = self.code is not None and self.code.over(now)
        self.code = None if late else self.code
        return late

    def answers_to(self, code: str, now: float) -> bool:
        """Whether this is its code, and good."""
        return self.code is not None and self.code.text == code and not self.code.over(now)

    @property
    def _inviting(self) -> bool:
        """Whether its leader may invite, so that members may by a code."""
        return self.leader_may is None or Power.INVITE in self.leader_may

    def _require_not_closed(self) -> None:
        if self.entry is Entry.CLOSED:
            raise SessionNotJoinable(about={"why": "closed"})
