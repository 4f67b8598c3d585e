"""Explains why a ticket still waits: how many tickets each rule excludes, which rules bind, and
when that changes."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from statistics import median

from lobby.domain.matchmaking import model
from lobby.domain.matchmaking.backfill import backfill
from lobby.domain.matchmaking.balance import fit
from lobby.domain.matchmaking.binding import (
    BETWEEN_TWO,
    Beside,
    CompanySearch,
    excluding_clients,
)
from lobby.domain.matchmaking.model import (
    Explanation,
    Opening,
    Profile,
    Window,
)
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.clients import Client, major

GroupKey = tuple[str | None, frozenset[Client], int]
"""Region, clients and size of a party: all that the rules before `delay` depend on."""


class Explainer:
    """The waiting tickets of one profile, grouped once to explain many of them."""

    def __init__(
        self,
        tickets: Iterable[Ticket],
        profile: Profile,
        *,
        now: float,
        window: Window,
        backfills: Iterable[Opening] = (),
        interval: float = 1.0,
    ) -> None:
        """`interval`: seconds between two looks for matches."""
        self._profile, self._now, self._window = profile, now, window
        self._backfills, self._interval = list(backfills), interval
        self._groups: dict[GroupKey, list[Ticket]] = {}
        for ticket in tickets:
            if ticket.state is TicketState.WAITING and profile.id in ticket.profiles:
                self._groups.setdefault(_key(ticket), []).append(ticket)
        for alike in self._groups.values():
            alike.sort(key=self._rating)

    def explain(self, ticket: Ticket, *, waited: Sequence[float] = ()) -> Explanation:
        """`waited`: wait times in seconds of recently matched tickets."""
        profile, age = self._profile, self._age(ticket)
        excluded = Counter(dict.fromkeys(BETWEEN_TWO, 0))
        players, widens = ticket.size, list[float]()
        for alike, others in self._groups.items():
            rules = self._excluding_rules(ticket, alike)
            if rules:
                first = min(rules, key=BETWEEN_TWO.index)
                excluded[first] += sum(1 for other in others if other.id != ticket.id)
                continue
            players += self._count_reachable(ticket, others, excluded, widens)
        widens += self._reached_openings(ticket)
        binding = self._binding(ticket)
        return Explanation(
            opens_in=max(0.0, profile.delay_s - age),
            excluded=dict(excluded),
            players=players,
            least=profile.num_sides * profile.least(age, self._window),
            full=profile.num_sides * profile.max_players_per_side,
            openings=sum(1 for opening in self._backfills if self._has_room(opening, ticket)),
            widens_in=min(widens, default=None),
            relaxes_in=profile.relaxes(age, self._window),
            expected=_expected_wait(age, waited),
            binding=binding,
            next_look=None if binding else self._interval,
        )

    def _excluding_rules(self, ticket: Ticket, alike: GroupKey) -> set[str]:
        """All rules before `delay` that exclude tickets of the group."""
        region, clients, size = alike
        own = _key(ticket)[1]
        rules = {"region"} if region != ticket.region else set[str]()
        for one in own:
            rules.update(*(excluding_clients(one, other) for other in clients))
        sizes = tuple(sorted((size, ticket.size), reverse=True))
        if not fit(sizes, self._profile.num_sides, 0, self._profile.max_players_per_side):
            rules.add("size")
        return rules

    def _binding(self, ticket: Ticket) -> tuple[str, ...]:
        """The rules without which it would be matched; none where it only has to be looked at."""
        profile, now, window = self._profile, self._now, self._window
        if profile.join_mode != "backfill":
            beside = self._beside(ticket)
            return CompanySearch(ticket, beside, profile, now, window).binding()
        if not self._backfills or backfill(
            [one for one in self._backfills if one.region == ticket.region],
            [replace(ticket, backfill=True)],
            profile,
            now=now,
            window=window,
        ):
            return () if ticket.backfill or not self._backfills else ("wishes",)
        return ("room",)

    def _beside(self, ticket: Ticket) -> Iterator[Beside]:
        """The nearest others of each group, with the rules that exclude them."""
        places = self._profile.num_sides * self._profile.max_players_per_side
        rating, age = self._rating(ticket), self._age(ticket)
        for alike, others in self._groups.items():
            rules = self._excluding_rules(ticket, alike)
            here = bisect_left(others, rating, key=self._rating)
            for other in others[max(0, here - places) : here + places + 1]:
                if other.id != ticket.id:
                    apart = abs(self._rating(other) - rating)
                    more = {"rating"} if apart > self._window.reach(age, self._age(other)) else ()
                    late = {"delay"} if self._age(other) < self._profile.delay_s else ()
                    yield Beside(other, apart, frozenset(rules.union(more, late)))

    def _reached_openings(self, ticket: Ticket) -> Iterator[float]:
        """Seconds until the window covers each opening with room that is too far by rating."""
        for opening in self._backfills:
            ratings = [rating for side in opening.sides for rating in side.ratings]
            if ratings and self._has_room(opening, ticket):
                apart = abs(sum(ratings) / len(ratings) - self._rating(ticket))
                since = model.waited(opening.created, self._now)
                if grown := self._window.grown(apart, self._age(ticket), since):
                    yield grown

    def _rating(self, ticket: Ticket) -> float:
        return ticket.rating_in(self._profile.id)

    def _count_reachable(
        self, ticket: Ticket, others: list[Ticket], excluded: Counter[str], widens: list[float]
    ) -> int:
        """The number of their players within the rating window; counts the others by rule."""
        players, age = 0, self._age(ticket)
        for other in others:
            if other.id == ticket.id:
                continue
            apart = abs(other.rating_in(self._profile.id) - ticket.rating_in(self._profile.id))
            if not self._profile.takes(other, now=self._now):
                excluded["delay"] += 1
            elif apart <= self._window.reach(age, self._age(other)):
                players += other.size
            else:
                excluded["rating"] += 1
                grown = self._window.grown(apart, age, self._age(other))
                widens += [] if grown is None else [grown]
        return players

    def _has_room(self, opening: Opening, ticket: Ticket) -> bool:
        room = any(side.free >= ticket.size for side in opening.sides)
        return room and opening.region == ticket.region

    def _age(self, ticket: Ticket) -> float:
        return model.waited(ticket.created, self._now)


def explain(
    ticket: Ticket,
    tickets: Iterable[Ticket],
    profile: Profile,
    *,
    now: float,
    window: Window,
    waited: Sequence[float] = (),
    backfills: Iterable[Opening] = (),
) -> Explanation:
    """Explain one ticket; for several, build one `Explainer`."""
    return Explainer(tickets, profile, now=now, window=window, backfills=backfills).explain(
        ticket, waited=waited
    )


def _key(ticket: Ticket) -> GroupKey:
    clients = frozenset(_major_only(player.client) for player in ticket.players if player.client)
    return ticket.region, clients, ticket.size


@lru_cache(maxsize=4096)
def _major_only(client: Client) -> Client:
    """The client with its major version only: compatible builds become equal."""
    return replace(client, version=major(client.version))


def _expected_wait(age: float, waited: Sequence[float]) -> float | None:
    """Median remaining wait of those that waited at least as long as this one has."""
    longer = [seconds - age for seconds in waited if seconds >= age]
    return median(longer) if longer else None
