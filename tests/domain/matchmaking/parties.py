"""Parties that wait, and what a match of them must be: said anew, apart from the search itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product

from hypothesis import strategies as st

from lobby.domain.matchmaking.model import FoundMatch, Profile, Window
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.domain.sessions.clients import Client, Crossplay

NOW = 1000.0
WINDOW = Window(2.0, 0.2, 25.0)
DUEL = Profile("duel", num_sides=2, min_players_per_side=1, max_players_per_side=3)
ANY = Crossplay("desired_platforms_any", "desired_inputs_any")
STEAM = Client("1.0", "Steam", "gamepad", ANY)
PSN = Client("1.0", "PSN", "gamepad", ANY)
PSN_ALONE = Client("1.0", "PSN", "gamepad", Crossplay("desired_platforms_playstationlike", "any"))
OTHER_VERSION = Client("2.0", "Steam", "gamepad", ANY)
CLIENTS = (STEAM, PSN, PSN_ALONE, OTHER_VERSION, None)


def party(
    id: str,
    rating: float = 25.0,
    *,
    size: int = 1,
    waited: float = 0.0,
    client: Client | None = STEAM,
    region: str | None = "eu",
) -> Ticket:
    players = [RatedPlayer(f"{id}-{n}", n, rating, 8.3, client) for n in range(size)]
    return Ticket(
        id, 1, f"{id}-0", "q", "t", ["duel"], players, rating, NOW - waited, region=region
    )


def parties(
    most: int = 8, clients: Sequence[Client | None] = CLIENTS
) -> st.SearchStrategy[list[Ticket]]:
    """Few ratings and ages, so that many are alike."""
    one = st.tuples(
        st.sampled_from([20.0, 21.0, 24.0, 25.0, 26.5, 40.0]),
        st.integers(1, 3),
        st.sampled_from([0.0, 5.0, 40.0, 200.0]),
        st.sampled_from(clients),
        st.sampled_from(["eu", "na"]),
    )
    return st.lists(one, max_size=most).map(
        lambda rows: [
            party(f"{n:02}", rating, size=size, waited=waited, client=client, region=region)
            for n, (rating, size, waited, client, region) in enumerate(rows)
        ]
    )


def age(ticket: Ticket) -> float:
    return NOW - ticket.created


def go_together(one: Ticket, other: Ticket, window: Window = WINDOW) -> bool:
    """Region, version, wishes both ways, and rating."""
    reach = min(window.max, window.start + window.grow_per_s * (age(one) + age(other)))
    clients = product((p.client for p in one.players), (p.client for p in other.players))
    return (
        one.region == other.region
        and abs(one.rating - other.rating) <= reach
        and all(a is None or b is None or _play(a, b) for a, b in clients)
    )


def _play(one: Client, other: Client) -> bool:
    wishes = ((one, other), (other, one))
    alone = all(b.platform == "PSN" for a, b in wishes if a is PSN_ALONE)
    return one.version == other.version and alone


def all_go_together(tickets: Iterable[Ticket], window: Window = WINDOW) -> bool:
    return all(go_together(one, other, window) for one, other in combinations(tickets, 2))


def sides_can_be(sizes: Sequence[int], profile: Profile, least: int) -> bool:
    """Every way to place them is tried."""
    for places in product(range(profile.num_sides), repeat=len(sizes)):
        filled = [0] * profile.num_sides
        for place, size in zip(places, sizes, strict=True):
            filled[place] += size
        if all(least <= held <= profile.max_players_per_side for held in filled):
            return True
    return False


def companies(
    tickets: Sequence[Ticket], profile: Profile, window: Window
) -> Iterator[tuple[Ticket, ...]]:
    """Every set of tickets that could be a match, given how long its oldest has waited."""
    for count in range(1, len(tickets) + 1):
        for some in combinations(tickets, count):
            sizes = [ticket.size for ticket in some]
            if sum(sizes) <= profile.num_sides * profile.max_players_per_side:
                least = profile.least(max(map(age, some)), window)
                if sides_can_be(sizes, profile, least) and all_go_together(some, window):
                    yield some


def ids(made: Iterable[FoundMatch]) -> list[list[list[str]]]:
    return [[[ticket.id for ticket in side] for side in match.sides] for match in made]
