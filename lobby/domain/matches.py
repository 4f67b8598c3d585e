"""A match: what is played in a session now."""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.session_errors import MatchExists, MatchMismatch


@dataclass
class Match:
    """`started` is False for one that was made and waits for its host to begin it. `profile` is the
    kind of match it was made as, `ratings` how good its players were then."""

    id: str
    created: float
    custom_data: dict[str, str] = field(default_factory=dict)
    tickets: list[str] = field(default_factory=list)
    started: bool = True
    profile: str | None = None
    ratings: dict[str, float] = field(default_factory=dict)

    def begin(self, id: str, *, custom_data: dict[str, str] | None = None) -> None:
        """Its host plays it now. Without an id, whichever this one is."""
        if self.started:
            raise MatchExists
        self.update(id, custom_data=custom_data)
        self.started = True

    def update(self, id: str, *, custom_data: dict[str, str] | None = None) -> None:
        """What is None stays. Ids are alike in any case; an empty one means this match."""
        if id and id.lower() != self.id.lower():
            raise MatchMismatch
        if custom_data is not None:
            self.custom_data = custom_data
