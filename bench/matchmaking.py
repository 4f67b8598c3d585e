"""What waiting for somebody near is worth, beside whoever comes first.

    python -m bench.matchmaking

Ten thousand parties of one to three come at random, and once a second those who
wait are matched, three against three. Both ways see the same parties in the same order. Then ten
thousand wait at once, and one tick is measured on the processor's clock.
"""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median, quantiles

from lobby.domain.match_clients import Company
from lobby.domain.match_sides import Sizes, fit, split
from lobby.domain.match_terms import age
from lobby.domain.matching import MOST, Made, Profile, Window, make
from lobby.domain.platforms import (
    NUMBERS,
    PERMITTED_INPUTS,
    PERMITTED_PLATFORMS,
    Client,
    Crossplay,
)
from lobby.domain.tickets import Rated, Ticket, grouped

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
Matching = Callable[[Sequence[Ticket], Profile, float], list[Made]]


def ours(tickets: Sequence[Ticket], profile: Profile, now: float) -> list[Made]:
    return make(tickets, profile, now=now, window=WINDOW)


def first_come(tickets: Sequence[Ticket], profile: Profile, now: float) -> list[Made]:
    """The oldest, and the next oldest whose games go together with it and who find room: whatever
    their ratings are. No more at once than we match."""
    waiting = sorted(tickets, key=age)
    company = Company([one.client for one in ticket.players] for ticket in waiting)
    left, made, taken = dict(enumerate(waiting)), list[Made](), 0
    for seeker, ticket in enumerate(waiting):
        if seeker in left and taken < MOST:
            least = profile.least(now - ticket.created, WINDOW)
            chosen = gathered(left, company, profile)
            sides = seated([left[one] for one in chosen], profile, least)
            for one in chosen if sides else [seeker]:
                del left[one]
            if sides:
                taken += len(chosen)
                made.append(Made(profile.id, sides, ticket.region))
    return made


def gathered(left: dict[int, Ticket], company: Company, profile: Profile) -> list[int]:
    """Whoever comes first of those who are left, and whoever else may be with all before."""
    chosen, sizes, marks, lets_in = list[int](), Sizes(), 0, -1
    for one, ticket in left.items():
        mark = company.marks[one]
        joined = tuple(sorted((*sizes, ticket.size), reverse=True))
        together = not mark & ~lets_in and not marks & ~company.lets_in(mark)
        if together and fit(joined, profile.num_sides, 0, profile.max_players_per_side):
            chosen.append(one)
            sizes, marks, lets_in = joined, marks | mark, lets_in & company.lets_in(mark)
        if sum(sizes) == profile.num_sides * profile.max_players_per_side:
            break
    return chosen


def seated(tickets: list[Ticket], profile: Profile, least: int) -> list[list[Ticket]]:
    """No sides when they are not enough."""
    tickets = sorted(tickets, key=lambda ticket: -ticket.size)
    shape = profile.num_sides, least, profile.max_players_per_side
    if not fit(tuple(ticket.size for ticket in tickets), *shape):
        return []
    ways = split([(ticket.size, ticket.rating_in(profile.id)) for ticket in tickets], *shape)
    return [[tickets[place] for place in side] for side in ways]


def parties(rng: random.Random, every_s: float) -> Iterator[Ticket]:
    """They come at random, half of them alone."""
    now = 0.0
    for n in range(PARTIES):
        now += rng.expovariate(1 / every_s) if every_s else 0.0
        size = rng.choices((1, 2, 3), (50, 30, 20))[0]
        players = [
            Rated(f"{n}-{one}", n, rng.gauss(25, 8.3), 8.3, rng.choice(CLIENTS))
            for one in range(size)
        ]
        rating = grouped(players, "avg")
        yield Ticket(f"{n:05}", n, players[0].uuid, "q", "t", [DUEL.id], players, rating, now)


@dataclass
class Played:
    """How long each waited who was matched, and how far apart each match was."""

    waits: list[float] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    gone: int = 0

    def tell(self, name: str) -> None:
        waits, gaps = (q(self.waits), q([match.gap for match in self.made]))
        spreads = q([match.spread for match in self.made])
        print(
            f"  {name:12}{waits[0]:8.1f}{waits[1]:8.1f} s {gaps[0]:10.2f}{gaps[1]:7.2f} "
            f"{spreads[0]:10.2f}{spreads[1]:7.2f} {len(self.made):9,} {self.gone:5,}"
        )


def q(values: Sequence[float]) -> tuple[float, float]:
    """The median, and what 95 of 100 do not exceed."""
    cuts = quantiles(values, n=20)
    return cuts[9], cuts[18]


def rush(matching: Matching, every_s: float) -> Played:
    """A tick a second, until everybody has come and is matched, or has had enough of waiting."""
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
    """Of the middle one of some ticks."""
    took = []
    for _ in range(TICKS):
        before = time.process_time()
        matching(tickets, profile, NOW)
        took.append((time.process_time() - before) * 1000)
    return median(took)


def crowds() -> Iterator[tuple[str, list[Ticket], Profile, Sequence[Matching]]]:
    """Ten thousand who wait: as many as may be are matched, or nobody is."""
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
    """The same, but that each party plays with some platforms and inputs only."""
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
            rush(matching, every_s).tell(name)
    print(f"A tick with {PARTIES:,} waiting, milliseconds of processor")
    for name, tickets, profile, ways in crowds():
        took = [processor_ms(way, tickets, profile) for way in ways]
        beside = [
            f"   first come {plain:5.0f}   ratio {took[0] / plain:5.2f}" for plain in took[1:]
        ]
        print(f"  {name:24} ours {took[0]:5.0f}", *beside)


if __name__ == "__main__":
    compare()
