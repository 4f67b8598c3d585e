"""The binding rule of a ticket that waits: without it, it is matched. A corpus of halls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from lobby.domain.matchmaking.binding import RULES
from lobby.domain.matchmaking.matching import (
    Explanation,
    Opening,
    OpeningSide,
    Profile,
    Window,
    explain,
    find_matches,
)
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.clients import Client
from tests.domain.matchmaking.parties import (
    DUEL,
    NOW,
    OTHER_VERSION,
    PSN,
    PSN_ALONE,
    STEAM,
    WINDOW,
    party,
)

FULL = replace(DUEL, min_players_per_side=3)
ONE = replace(DUEL, max_players_per_side=1)
ROYALE = replace(DUEL, num_sides=1, min_players_per_side=3, max_players_per_side=4)
LATE = replace(ONE, join_mode="created_before", delay_s=30)
FILLING = replace(DUEL, join_mode="backfill")
STILL = Window(2.0, 0.0, 25.0)
ALONE = Client("1.0", "PSN", "gamepad", PSN_ALONE.crossplay)


@dataclass
class Hall:
    """The first ticket is the one that is asked about."""

    rule: str
    tickets: list[Ticket]
    profile: Profile = FULL
    openings: list[Opening] = field(default_factory=list)
    window: Window = WINDOW

    def matches(self) -> list[str]:
        """The ids of whoever is matched now."""
        made = find_matches(
            self.tickets, self.profile, now=NOW, window=self.window, backfills=self.openings
        )
        return [ticket.id for match in made for ticket in match.tickets]

    def told(self) -> Explanation:
        return explain(
            self.tickets[0],
            self.tickets,
            self.profile,
            now=NOW,
            window=self.window,
            backfills=self.openings,
        )


def me(rating: float = 25.0, *, size: int = 1, waited: float = 1.0, **words: Any) -> Ticket:
    """The oldest, unless it is said."""
    return party("me", rating, size=size, waited=waited, **words)


def some(*ratings: float, size: int = 1, name: str = "o", **words: Any) -> list[Ticket]:
    return [party(f"{name}{n}", rating, size=size, **words) for n, rating in enumerate(ratings)]


def alike(count: int, *, size: int = 1, name: str = "o", **words: Any) -> list[Ticket]:
    return some(*[25.0] * count, size=size, name=name, **words)


def opening(
    *,
    free: Sequence[int] = (1, 1),
    rating: float = 25.0,
    client: Client = STEAM,
    region: str = "eu",
    uneven: int = -1,
) -> Opening:
    sides = tuple(OpeningSide(room, (rating,), (client,)) for room in free)
    return Opening(4096, sides, NOW, region, uneven=uneven)


HALLS: dict[str, Hall] = {
    "all others in another region": Hall("region", [me(), *alike(5, region="na")]),
    "one too few, the next without a region": Hall(
        "region", [me(), *alike(4), *alike(1, name="n", region=None)]
    ),
    "a duel with another region": Hall("region", [me(), *alike(1, region="na")], ONE),
    "all others of another version": Hall("version", [me(), *alike(5, client=OTHER_VERSION)]),
    "the newest has the update": Hall(
        "version", [me(), *alike(4), *alike(1, name="n", client=OTHER_VERSION)]
    ),
    "a duel across versions": Hall(
        "version", [me(client=OTHER_VERSION), *alike(1, waited=600)], ONE
    ),
    "others who play among themselves": Hall("crossplay", [me(), *alike(5, client=PSN_ALONE)]),
    "who plays among themselves alone": Hall(
        "crossplay", [me(client=PSN_ALONE), *alike(3), *alike(2, name="p", client=PSN)]
    ),
    "a duel of two wishes": Hall("crossplay", [me(client=PSN_ALONE), *alike(1)], ONE),
    "a crowd of fours": Hall("size", [me(), *alike(2, size=4)]),
    "a royale of large parties": Hall("size", [me(size=2), *alike(2, size=3)], ROYALE),
    "others have just come": Hall("delay", [me(waited=31), *alike(1, waited=29)], LATE),
    "others come later": Hall(
        "delay", [me(waited=60), *alike(5, waited=10)], replace(FULL, delay_s=30)
    ),
    "far stronger": Hall("rating", [me(45), *alike(5)]),
    "far weaker": Hall("rating", [me(5), *alike(5)]),
    "one is missing, the next is far": Hall("rating", [me(), *alike(4), *some(40, name="f")]),
    "beyond what the window ever covers": Hall("rating", [me(90), *alike(1)], ONE),
    "a window that does not widen": Hall(
        "rating", [me(28, waited=500), *alike(1, waited=500)], ONE, window=STILL
    ),
    "three duos in three against three": Hall("sizes", [me(size=2), *alike(2, size=2)]),
    "two and one, and sides have to be level": Hall(
        "sizes", [me(size=2, waited=200), *alike(1, waited=200)], replace(DUEL, uneven=0)
    ),
    "three and one, and sides may differ by one": Hall(
        "sizes", [me(size=3, waited=200), *alike(1, waited=200)], replace(DUEL, uneven=1)
    ),
    "a trio and two duos": Hall("sizes", [me(size=3), *alike(2, size=2)]),
    "a chain of two ends": Hall(
        "chain",
        [me(25), *some(23.5, 26.5)],
        replace(ROYALE, max_players_per_side=3),
        window=STILL,
    ),
    "a chain of ratings, three a side": Hall(
        "chain", [me(25), *some(23.2, 23.4, 24, 26, 26.8)], window=STILL
    ),
    "weak and strong duos at both ends": Hall(
        "chain",
        [me(25, size=2), *some(23.1, 26.9, size=2)],
        replace(DUEL, num_sides=3, min_players_per_side=2, max_players_per_side=2),
        window=STILL,
    ),
    "the others want each other's platforms only": Hall(
        "wishes",
        [me(client=None), *alike(3), *alike(2, name="p", client=PSN_ALONE)],
    ),
    "the others have two versions": Hall(
        "wishes",
        [me(client=None), *alike(3), *alike(2, name="v", client=OTHER_VERSION)],
    ),
    "an opening too far by rating": Hall(
        "room", [me()], FILLING, [opening(rating=40.0)], window=STILL
    ),
    "an opening too small for a duo": Hall("room", [me(size=2)], FILLING, [opening()]),
    "an opening of others' platforms": Hall("room", [me()], FILLING, [opening(client=ALONE)]),
    "an opening in another region": Hall("room", [me()], FILLING, [opening(region="na")]),
    "smaller sides come with time": Hall("clock", [me(), *alike(1)], DUEL),
    "a profile that opens later": Hall("clock", [me(waited=10), *alike(1, waited=10)], LATE),
}


def with_clients(hall: Hall, client: Callable[[Client | None], Client | None]) -> Hall:
    """The same parties with other clients."""
    tickets = [
        replace(one, players=[replace(each, client=client(each.client)) for each in one.players])
        for one in hall.tickets
    ]
    return replace(hall, tickets=tickets)


def with_tickets(hall: Hall, **changes: Any) -> Hall:
    return replace(hall, tickets=[replace(one, **changes) for one in hall.tickets])


def split(hall: Hall) -> Hall:
    """Every player is a party of their own, and sides may be uneven."""
    singles = [
        replace(one, id=f"{one.id}/{player.uuid}", players=[player])
        for one in hall.tickets
        for player in one.players
    ]
    return replace(hall, tickets=singles, profile=replace(hall.profile, uneven=-1))


def with_profile(hall: Hall, **changes: Any) -> Hall:
    return replace(hall, profile=replace(hall.profile, **changes))


def in_time(hall: Hall) -> Hall:
    """As after the time has passed, though nobody has waited longer."""
    return with_profile(hall, delay_s=0.0, max_players_per_side=hall.profile.min_players_per_side)


WITHOUT: dict[str, Callable[[Hall], Hall]] = {
    "region": lambda hall: with_tickets(hall, region="eu"),
    "version": lambda hall: with_clients(hall, lambda one: one and replace(one, version="1.0")),
    "crossplay": lambda hall: with_clients(hall, lambda one: STEAM),
    "wishes": lambda hall: with_clients(hall, lambda one: STEAM),
    "rating": lambda hall: with_tickets(hall, rating=25.0),
    "chain": lambda hall: with_tickets(hall, rating=25.0),
    "size": lambda hall: with_profile(
        with_tickets(hall, created=NOW - 600), max_players_per_side=9
    ),
    "sizes": split,
    "delay": lambda hall: with_profile(hall, delay_s=0.0),
    "clock": in_time,
    "room": lambda hall: replace(hall, openings=[opening(free=(3, 3))]),
}
"""The hall without its rule, said anew, apart from the search for it."""


def lifted(hall: Hall) -> Hall:
    return WITHOUT[hall.rule](hall)


def test_there_are_thirty_three_halls_and_each_rule_binds_in_some() -> None:
    assert len(HALLS) == 33
    assert {hall.rule for hall in HALLS.values()} == {*RULES, "room"}


@pytest.mark.parametrize("name", HALLS)
def test_the_binding_rule_is_named_and_without_it_the_ticket_is_matched(name: str) -> None:
    hall = HALLS[name]
    assert "me" not in hall.matches()
    told = hall.told()
    assert (told.binding, told.next_look) == ((hall.rule,), None)
    assert any(id.startswith("me") for id in lifted(hall).matches())


@pytest.mark.parametrize("name", HALLS)
def test_where_it_would_be_matched_no_rule_binds(name: str) -> None:
    hall = lifted(HALLS[name])
    told = hall.told()
    assert (told.binding, told.next_look) == ((), 1.0)


def test_of_those_whom_nobody_could_be_matched_with_no_rule_binds() -> None:
    told = Hall("", [me(), *alike(1)]).told()
    assert (told.binding, told.next_look) == ((), 1.0)


def test_where_one_rule_alone_is_not_the_reason_all_are_named_that_are() -> None:
    both = Hall("", [me(), *some(*[90.0] * 5, region="na")])
    assert both.told().binding == ("region", "rating")
    assert Hall("", [me(), *alike(5, region="na", client=OTHER_VERSION)]).told().binding == (
        "region",
        "version",
    )


def test_who_does_not_want_to_come_late_is_told_so() -> None:
    early = replace(me(), backfill=False)
    assert Hall("", [early], FILLING, [opening()]).told().binding == ("wishes",)
    assert Hall("", [early], FILLING).told().binding == ()


def test_it_says_when_the_window_covers_an_opening() -> None:
    told = Hall("", [me()], FILLING, [opening(rating=30.0)]).told()
    assert told.widens_in == pytest.approx(7.0)


def test_of_very_large_matches_players_are_counted() -> None:
    crowd = replace(DUEL, min_players_per_side=50, max_players_per_side=50)
    assert Hall("", [me(), *alike(99)], crowd).told().binding == ()
    far = some(*[90.0] * 39, name="f")
    assert Hall("", [me(), *alike(60), *far], crowd).told().binding == ("rating",)
