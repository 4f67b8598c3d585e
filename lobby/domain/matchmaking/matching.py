"""The matchmaking algorithm: the oldest ticket first, each matched with the nearest in rating.

Pure and deterministic: the same tickets give the same matches, no ticket is in two. It changes no
ticket; the caller takes them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lobby.domain.matchmaking.backfill import backfill
from lobby.domain.matchmaking.candidates import CandidatePool
from lobby.domain.matchmaking.explain import Explainer, explain
from lobby.domain.matchmaking.model import (
    Explanation,
    FoundMatch,
    Opening,
    OpeningSide,
    Profile,
    Window,
    age,
)
from lobby.domain.matchmaking.search import Search
from lobby.domain.matchmaking.tickets import Ticket

__all__ = [
    "Explainer",
    "Explanation",
    "FoundMatch",
    "Opening",
    "OpeningSide",
    "Profile",
    "Window",
    "explain",
    "find_matches",
]

MOST_TICKETS = 1000
"""Tickets of a profile matched in one tick; the next tick goes on with the rest."""


def find_matches(
    tickets: Iterable[Ticket],
    profile: Profile,
    *,
    now: float,
    window: Window,
    backfills: Iterable[Opening] = (),
) -> list[FoundMatch]:
    """The matches of one profile, sorted by their oldest ticket. A backfill profile only fills
    `backfills`; any other profile ignores them."""
    regions: dict[str | None, list[Ticket]] = {}
    for ticket in sorted((one for one in tickets if profile.takes(one, now=now)), key=age):
        regions.setdefault(ticket.region, []).append(ticket)
    made: list[FoundMatch] = []
    for region, waiting in regions.items():
        if profile.join_mode == "backfill":
            openings = [opening for opening in backfills if opening.region == region]
            made += backfill(openings, waiting, profile, now=now, window=window)
        else:
            left = MOST_TICKETS - sum(len(match.tickets) for match in made)
            made += _matches(CandidatePool(waiting, profile, now=now, window=window), profile, left)
    return sorted(made, key=lambda match: age(match.tickets[0]))


def _matches(pool: CandidatePool, profile: Profile, left: int) -> Iterator[FoundMatch]:
    """One search for each ticket that is left, by age. A seeker without a match leaves the pool: no
    younger seeker could be matched with it either."""
    for seeker in range(len(pool.tickets)):
        if left > 0 and not pool.taken[seeker]:
            pool.taken[seeker] = True
            sides = Search(pool, profile, seeker).match()
            if sides:
                named = [[pool.tickets[ticket] for ticket in side] for side in sides]
                yield FoundMatch(profile.id, named, pool.tickets[0].region)
                for ticket in (ticket for side in sides for ticket in side):
                    pool.taken[ticket] = True
                    left -= 1
