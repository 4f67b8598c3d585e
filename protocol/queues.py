"""State of a matchmaking ticket as its players see it. Fields without a value are left out."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from protocol.codec import ShortText, StrictModel

QueueId = Annotated[ShortText, StringConstraints(min_length=1, max_length=128)]
LONGEST_WAIT = 86_400.0
"""Seconds that a party may say it has waited before."""


class QueueChoice(StrictModel):
    """One queue or several: the first match of any takes the party. `waited`: seconds that it says
    it has waited before."""

    queue: QueueId | None = None
    queues: Annotated[list[QueueId], Field(min_length=1, max_length=10)] | None = None
    waited: Annotated[float, Field(ge=0, le=LONGEST_WAIT)] = 0.0

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.queue is None) is (self.queues is None):
            raise ValueError("queue or queues")
        return self

    @property
    def ids(self) -> list[str]:
        return self.queues or [str(self.queue)]


MatchStage = Literal["seeking_server", "inviting"]
"""Of the match that has a ticket: `seeking_server` can be left, `inviting` not any more."""


class OfferState(BaseModel):
    """Ready check of a match that was found: `ready` of its `players` have accepted; the others
    can until `until`, in Unix seconds."""

    match: str
    until: float
    ready: int
    players: int


class WaitState(BaseModel):
    """Why a ticket still waits for a match of one profile. `excluded`: how many other tickets each
    rule excludes. `players` remain; `least` are needed now, `full` make a full match. In seconds
    from now: `opens_in`, until the profile accepts the ticket; `widens_in`, until the rating window
    admits another; `relaxes_in`, until fewer players are enough; `expected`, until a match.
    `binding`: the rules without which it would be matched, of `region`, `version`, `crossplay`,
    `size`, `delay`, `rating`, `sizes`, `chain`, `wishes`, `room`, `clock`; where none binds,
    `next_look`: seconds until matches are looked for again."""

    opens_in: float
    excluded: dict[str, int]
    players: int
    least: int
    full: int
    widens_in: float | None = None
    relaxes_in: float | None = None
    expected: float | None = None
    openings: int = 0
    binding: list[str] = []
    next_look: float | None = None


class QueueState(BaseModel):
    """A ticket, waiting `since` that time, in `queues`; `queue` is the first. `waits`: by profile,
    while it is waiting. `offer`: only during a ready check. `stage`: only while it is matched.
    `why` the last match that had it was given up: while it waits again."""

    ticket: str
    session: str
    queue: str
    queues: list[str]
    state: Literal["waiting", "offered", "matched"]
    stage: MatchStage | None = None
    why: str | None = None
    since: float
    region: str | None = None
    players: list[str]
    offer: OfferState | None = None
    waits: dict[str, WaitState] | None = None
