"""Why a ticket still waits: which rule keeps how many away, and what time will do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from statistics import median

from lobby.domain.match_clients import together
from lobby.domain.match_sides import fit
from lobby.domain.match_terms import Explanation, Opening, Profile, Window
from lobby.domain.platforms import Client, major
from lobby.domain.tickets import Ticket, TicketState

RULES = ("region", "version", "crossplay", "size", "delay", "rating")
"""In the order in which they are asked."""

Alike = tuple[str | None, frozenset[Client], int]
"""Region, what they play with, and size: whom the first rules tell apart."""


class Reasons:
    """Of all who wait for one profile, put in order once for many questions."""

    def __init__(
        self,
        tickets: Iterable[Ticket],
        profile: Profile,
        *,
        now: float,
        window: Window,
        backfills: Iterable[Opening] = (),
    ) -> None:
        self._profile, self._now, self._window = profile, now, window
        self._backfills = list(backfills)
        self._groups: dict[Alike, list[Ticket]] = {}
        for ticket in tickets:
            if ticket.state is TicketState.WAITING and profile.id in ticket.profiles:
                self._groups.setdefault(_alike(ticket), []).append(ticket)

    def why(self, ticket: Ticket, *, waited: Sequence[float] = ()) -> Explanation:
        """`waited`: how many seconds those waited who were matched lately."""
        profile, age = self._profile, self._age(ticket)
        excluded = Counter(dict.fromkeys(RULES, 0))
        players, widens = ticket.size, list[float]()
        for alike, others in self._groups.items():
            rule = self._kept_apart(ticket, alike)
            if rule is not None:
                excluded[rule] += sum(1 for other in others if other.id != ticket.id)
                continue
            players += self._asked(ticket, others, excluded, widens)
        return Explanation(
            opens_in=max(0.0, profile.delay_s - age),
            excluded=dict(excluded),
            players=players,
            least=profile.num_sides * profile.least(age, self._window),
            full=profile.num_sides * profile.max_players_per_side,
            openings=sum(1 for opening in self._backfills if self._has_room(opening, ticket)),
            widens_in=min(widens, default=None),
            relaxes_in=profile.relaxes(age, self._window),
            expected=_expected(age, waited),
        )

    def _kept_apart(self, ticket: Ticket, alike: Alike) -> str | None:
        region, clients, size = alike
        own = _alike(ticket)[1]
        pairs = [(one, other) for one in own for other in clients]
        if region != ticket.region:
            return "region"
        if any(major(one.version) != major(other.version) for one, other in pairs):
            return "version"
        if not all(together(one, other) for one, other in pairs):
            return "crossplay"
        sizes = tuple(sorted((size, ticket.size), reverse=True))
        fitting = fit(sizes, self._profile.num_sides, 0, self._profile.max_players_per_side)
        return None if fitting else "size"

    def _asked(
        self, ticket: Ticket, others: list[Ticket], excluded: Counter[str], widens: list[float]
    ) -> int:
        """How many of their players are within reach."""
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
        return max(0.0, self._now - ticket.created)


def why(
    ticket: Ticket,
    tickets: Iterable[Ticket],
    profile: Profile,
    *,
    now: float,
    window: Window,
    waited: Sequence[float] = (),
    backfills: Iterable[Opening] = (),
) -> Explanation:
    """For one question; for many, ask `Reasons`."""
    return Reasons(tickets, profile, now=now, window=window, backfills=backfills).why(
        ticket, waited=waited
    )


def _alike(ticket: Ticket) -> Alike:
    clients = frozenset(_plain(player.client) for player in ticket.players if player.client)
    return ticket.region, clients, ticket.size


@lru_cache(maxsize=4096)
def _plain(client: Client) -> Client:
    """Alike for all builds that go together."""
    return replace(client, version=major(client.version))


def _expected(age: float, waited: Sequence[float]) -> float | None:
    """Half of those who waited as long as it has waited no longer than that from then on."""
    longer = [seconds - age for seconds in waited if seconds >= age]
    return median(longer) if longer else None
