"""Who is matched with whom: the oldest first, each with those nearest to it.

Nobody is in two matches, and the same tickets always make the same ones. It waits for nothing and
changes no ticket: to take them is left to whoever asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lobby.domain.match_openings import filled
from lobby.domain.match_pools import Pool
from lobby.domain.match_reasons import Reasons, why
from lobby.domain.match_search import Search
from lobby.domain.match_terms import Explanation, Made, Opening, Profile, Standing, Window, age
from lobby.domain.tickets import Ticket

__all__ = [
    "Explanation",
    "Made",
    "Opening",
    "Profile",
    "Reasons",
    "Standing",
    "Window",
    "make",
    "why",
]

MOST = 1000
"""So many tickets are matched at once; the next tick goes on with those who are left."""


def make(
    tickets: Iterable[Ticket],
    profile: Profile,
    *,
    now: float,
    window: Window,
    backfills: Iterable[Opening] = (),
) -> list[Made]:
    """The matches of one profile, that of the oldest ticket first. A profile that fills open
    sessions makes no new ones; any other leaves the open sessions alone."""
    regions: dict[str | None, list[Ticket]] = {}
    for ticket in sorted((one for one in tickets if profile.takes(one, now=now)), key=age):
        regions.setdefault(ticket.region, []).append(ticket)
    made: list[Made] = []
    for region, waiting in regions.items():
        if profile.join_mode == "backfill":
            openings = [opening for opening in backfills if opening.region == region]
            made += filled(openings, waiting, profile, now=now, window=window)
        else:
            left = MOST - sum(len(match.tickets) for match in made)
            made += _matches(Pool(waiting, profile, now=now, window=window), profile, left)
    return sorted(made, key=lambda match: age(match.tickets[0]))


def _matches(pool: Pool, profile: Profile, left: int) -> Iterator[Made]:
    """Around each in turn that is still there. For whom nobody is found now, nobody younger would
    find it either, so it is looked at no more."""
    for seeker in range(len(pool.tickets)):
        if left > 0 and not pool.gone[seeker]:
            pool.gone[seeker] = True
            sides = Search(pool, profile, seeker).match()
            if sides:
                named = [[pool.tickets[ticket] for ticket in side] for side in sides]
                yield Made(profile.id, named, pool.tickets[0].region)
                for ticket in (ticket for side in sides for ticket in side):
                    pool.gone[ticket] = True
                    left -= 1
