"""A ticket that waits for a match, as its players see it. A field without a value is left out."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class OfferState(BaseModel):
    """A match that was found: `ready` of its `players` have said that they are; `until`, in Unix
    seconds, the others can."""

    match: str
    until: float
    ready: int
    players: int


class WaitState(BaseModel):
    """Why a ticket waits for a match of one profile. `excluded` counts the other tickets that a
    rule keeps away; `players` are left, where `least` are needed now and `full` would be best.
    All others are seconds from now: until the profile takes it, until somebody more is near enough,
    until fewer are enough, until a match is to be expected."""

    opens_in: float
    excluded: dict[str, int]
    players: int
    least: int
    full: int
    widens_in: float | None = None
    relaxes_in: float | None = None
    expected: float | None = None
    openings: int = 0


class QueueState(BaseModel):
    """A ticket, as those see it who wait with it `since` then. `waits` is by profile, while it is
    waiting; `offer` is there while its players are asked whether they are ready."""

    ticket: str
    session: str
    queue: str
    state: Literal["waiting", "offered", "matched"]
    since: float
    region: str | None = None
    players: list[str]
    offer: OfferState | None = None
    waits: dict[str, WaitState] | None = None
