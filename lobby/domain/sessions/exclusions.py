"""Exclusions of a session: who is kept out, until when, why, and by whom; and whose invitation was
taken back a moment ago.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.errors import ListFull
from lobby.domain.sessions.errors import InvitedBefore, KeptOut

MOST_EXCLUDED = 256
"""Players kept out of one session at a time."""
INVITED_AGAIN_SECONDS = 60.0
"""How long nobody is invited again whose invitation to the same session was taken back."""
FULL = f"a session keeps out at most {MOST_EXCLUDED} players; pardon one first"


@dataclass
class Exclusion:
    """`by`: the account that keeps them out. `at`, `until` in Unix seconds; `until` None: as long
    as the session lasts. `reason`: shown to the one, and to those who may exclude."""

    by: str
    at: float
    until: float | None = None
    reason: str | None = None

    def in_force(self, now: float) -> bool:
        return self.until is None or now < self.until


@dataclass
class Exclusions:
    """All of one session. `players`: the exclusions, with those that have run out and not gone yet.
    `withdrawn`: when an invitation was taken back, in Unix seconds: without it, inviting and taking
    back in turn would fill somebody's inbox."""

    players: dict[str, Exclusion] = field(default_factory=dict)
    withdrawn: dict[str, float] = field(default_factory=dict)

    def in_force(self, now: float) -> dict[str, Exclusion]:
        """By player."""
        return {player: one for player, one in self.players.items() if one.in_force(now)}

    def require_over(self, player: str, *, now: float) -> None:
        """Raise KeptOut while the player is kept out."""
        one = self.players.get(player)
        if one is not None and one.in_force(now):
            raise KeptOut(until=one.until, reason=one.reason)

    def has_room(self, player: str, now: float) -> bool:
        """Whether the player could be kept out, too. What has run out does not count."""
        left = self.in_force(now)
        return player in left or len(left) < MOST_EXCLUDED

    def add(self, player: str, exclusion: Exclusion) -> None:
        """Keep the player out; the newest word counts. What has run out goes first. Raises
        ListFull."""
        if not self.has_room(player, exclusion.at):
            raise ListFull(FULL)
        self.players = self.in_force(exclusion.at) | {player: exclusion}

    def lift(self, player: str) -> None:
        """Idempotent."""
        self.players.pop(player, None)

    def withdraw(self, player: str, *, now: float) -> None:
        """The player's invitation was taken back; what was so long ago is forgotten."""
        recent = {p: at for p, at in self.withdrawn.items() if now - at < INVITED_AGAIN_SECONDS}
        self.withdrawn = recent | {player: now}

    def require_invitable(self, player: str, *, now: float) -> None:
        """Raise InvitedBefore where the player's invitation was taken back a moment ago."""
        left = self.withdrawn.get(player, -INVITED_AGAIN_SECONDS) + INVITED_AGAIN_SECONDS - now
        if left > 0:
            raise InvitedBefore(retry_after=left)
