"""Matchmaking by rating versus first come, first served: waiting time, quality and CPU time.

    python -m bench.matchmaking

Ten thousand parties of one to three arrive at random, and once a second the waiting ones are
matched, three against three. Both algorithms get the same parties in the same order. Then ten
thousand wait at once, and the CPU time of one tick is measured.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median, quantiles

from lobby.domain.matchmaking.balance import Sizes, fit, split
from lobby.domain.matchmaking.compatibility import Compatibility
from lobby.domain.matchmaking.matching import (
    MOST_TICKETS,
    FoundMatch,
    Profile,
    Window,
    find_matches,
)
from lobby.domain.matchmaking.model import age
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket, grouped
from lobby.domain.sessions.clients import (
    NUMBERS,
    PERMITTED_INPUTS,
    PERMITTED_PLATFORMS,
    Client,
    Crossplay,
)

PARTIES = 10_000
EVERY_S = (0.1, 1.0, 10.0)
TICK_S, TIMEOUT_S = 1.0, 900.0
TICKS, NOW = 7, 1.0
DUEL = Profile("duel", num_sides=2, min_players_per_side=1, max_players_per_side=3)
WINDOW = Window(start=2.0, grow_per_s=0.2, max=25.0)
CLIENTS = [
    Client("4.2.0+7", platform, input, Crossplay("any", "any"))
    for platform in ("Steam", "PSN", "XboxLive", "Epic")
    for input in ("gamepad", "keyboardandmouse")
]
INPUTS = ("gamepad", "keyboardandmouse", "touch")
WISHES = [
    Crossplay(platform, input)
    for platform in ("any", *PERMITTED_PLATFORMS)
    for input in ("any", *PERMITTED_INPUTS)
]
Matching = Callable[[Sequence[Ticket], Profile, float], list[FoundMatch]]


def ours(tickets: Sequence[Ticket], profile: Profile, now: float) -> list[FoundMatch]:
    return find_matches(tickets, profile, now=now, window=WINDOW)


def first_come(tickets: Sequence[Ticket], profile: Profile, now: float) -> list[FoundMatch]:
    """First come, first served: the oldest ticket, and the next oldest that are compatible and
    fit, whatever their ratings are. At most as many players per tick as ours."""
    waiting = sorted(tickets, key=age)
    company = Compatibility([one.client for one in ticket.players] for ticket in waiting)
    left, made, taken = dict(enumerate(waiting)), list[FoundMatch](), 0
    for seeker, ticket in enumerate(waiting):
        if seeker in left and taken < MOST_TICKETS:
            least = profile.least(now - ticket.created, WINDOW)
            chosen = gathered(left, company, profile)
            sides = seated([left[one] for one in chosen], profile, least)
            for one in chosen if sides else [seeker]:
                del left[one]
            if sides:
                taken += len(chosen)
                made.append(FoundMatch(profile.id, sides, ticket.region))
    return made


def gathered(left: dict[int, Ticket], company: Compatibility, profile: Profile) -> list[int]:
    """The first of the remaining tickets, and each next one that is compatible with all before."""
    chosen, sizes, classes, compatible = list[int](), Sizes(), 0, -1
    for one, ticket in left.items():
        mark = company.classes[one]
        joined = tuple(sorted((*sizes, ticket.size), reverse=True))
        together = not mark & ~compatible and not classes & ~company.compatible(mark)
        if together and fit(joined, profile.num_sides, 0, profile.max_players_per_side):
            chosen.append(one)
            sizes, classes, compatible = (
                joined,
                classes | mark,
                compatible & company.compatible(mark),
            )
        if sum(sizes) == profile.num_sides * profile.max_players_per_side:
            break
    return chosen


def seated(tickets: list[Ticket], profile: Profile, least: int) -> list[list[Ticket]]:
    """The sides; empty when there are not enough players."""
    tickets = sorted(tickets, key=lambda ticket: -ticket.size)
    shape = profile.num_sides, least, profile.max_players_per_side
    if not fit(tuple(ticket.size for ticket in tickets), *shape):
        return []
    ways = split([(ticket.size, ticket.rating_in(profile.id)) for ticket in tickets], *shape)
    return [[tickets[place] for place in side] for side in ways]


def parties(rng: random.Random, every_s: float) -> Iterator[Ticket]:
    """Parties that arrive at random (Poisson), half of them single players."""
    now = 0.0
    for n in range(PARTIES):
        now += rng.expovariate(1 / every_s) if every_s else 0.0
        size = rng.choices((1, 2, 3), (50, 30, 20))[0]
        players = [
            RatedPlayer(f"{n}-{one}", n, rng.gauss(25, 8.3), 8.3, rng.choice(CLIENTS))
            for one in range(size)
        ]
        rating = grouped(players, "avg")
        yield Ticket(f"{n:05}", n, players[0].uuid, "q", "t", [DUEL.id], players, rating, now)


@dataclass
class Played:
    """Waiting times of matched tickets, the matches, and how many tickets timed out."""

    waits: list[float] = field(default_factory=list)
    made: list[FoundMatch] = field(default_factory=list)
    gone: int = 0

    def report(self, name: str) -> None:
        waits, gaps = (q(self.waits), q([match.gap for match in self.made]))
        spreads = q([match.spread for match in self.made])
        print(
            f"  {name:12}{waits[0]:8.1f}{waits[1]:8.1f} s {gaps[0]:10.2f}{gaps[1]:7.2f} "
            f"{spreads[0]:10.2f}{spreads[1]:7.2f} {len(self.made):9,} {self.gone:5,}"
        )


def q(values: Sequence[float]) -> tuple[float, float]:
    """The median and the 95th percentile."""
    cuts = quantiles(values, n=20)
    return cuts[9], cuts[18]


def rush(matching: Matching, every_s: float) -> Played:
    """One tick a second, until every ticket is matched or has timed out."""
    coming, played, waiting = deque(parties(random.Random(1), every_s)), Played(), list[Ticket]()
    now = 0.0
    while coming or waiting:
        now += TICK_S
        while coming and coming[0].created <= now:
            waiting.append(coming.popleft())
        made = matching(waiting, DUEL, now)
        played.made += made
        gone = {ticket.id for match in made for ticket in match.tickets}
        played.waits += [now - ticket.created for ticket in waiting if ticket.id in gone]
        patient = [one for one in waiting if now - one.created < TIMEOUT_S]
        played.gone += sum(1 for one in waiting if one not in patient and one.id not in gone)
        waiting = [ticket for ticket in patient if ticket.id not in gone]
    return played


def processor_ms(matching: Matching, tickets: Sequence[Ticket], profile: Profile) -> float:
    """CPU time of a tick: the median of several."""
    took = []
    for _ in range(TICKS):
        before = time.process_time()
        matching(tickets, profile, NOW)
        took.append((time.process_time() - before) * 1000)
    return median(took)


def crowds() -> Iterator[tuple[str, list[Ticket], Profile, Sequence[Matching]]]:
    """Cases with ten thousand waiting tickets: many matches at once, or none."""
    every = list(parties(random.Random(1), 0))
    yield "three against three", every, DUEL, (ours, first_come)
    yield "five against five", every, replace(DUEL, max_players_per_side=5), (ours, first_come)
    pairs = [replace(one, players=one.players[:1] * 2) for one in every]
    yield "pairs alone, no match", pairs, replace(DUEL, min_players_per_side=3), (ours,)
    apart = [replace(one, rating=100.0 * n) for n, one in enumerate(every)]
    yield "all far apart, no match", apart, DUEL, (ours,)
    for name, factor in (("every wish", 1.0), ("every wish, far apart", 120.0)):
        yield name, list(choosy(random.Random(1), every, factor)), DUEL, (ours,)


def choosy(rng: random.Random, tickets: Sequence[Ticket], factor: float) -> Iterator[Ticket]:
    """The same tickets with random crossplay preferences."""
    for ticket in tickets:
        platform, input = rng.choice(list(NUMBERS)), rng.choice(INPUTS)
        client = Client("4.2.0", platform, input, rng.choice(WISHES))
        players = [replace(player, client=client) for player in ticket.players]
        yield replace(ticket, players=players, rating=ticket.rating * factor)


def compare() -> None:
    print(f"{PARTIES:,} parties of 1 to 3, three against three, ratings 25 +- 8.3; p50 and p95")
    for every_s in EVERY_S:
        print(f"One comes every {every_s:g} s")
        print(
            f"  {'':12}{'waited':>14}   {'between sides':>17} {'within match':>17}   matches  gone"
        )
        for name, matching in (("ours", ours), ("first come", first_come)):
            rush(matching, every_s).report(name)
    print(f"A tick with {PARTIES:,} waiting, milliseconds of processor")
    for name, tickets, profile, ways in crowds():
        took = [processor_ms(way, tickets, profile) for way in ways]
        beside = [
            f"   first come {plain:5.0f}   ratio {took[0] / plain:5.2f}" for plain in took[1:]
        ]
        print(f"  {name:24} ours {took[0]:5.0f}", *beside)


if __name__ == "__main__":
    compare()
