"""Binding rules: those that keep a ticket from a match. Without them it would be matched.

Found by looking for a company of the ticket again, with one rule lifted after the other. The search
is bounded, and rough for very large matches: it explains, and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lobby.domain.matchmaking.balance import fit
from lobby.domain.matchmaking.compatibility import together
from lobby.domain.matchmaking.model import ANY_DIFFERENCE, Profile, Window, waited
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.clients import Client, major

AMONG_THE_REACHED = ("sizes", "chain", "wishes")
"""Of tickets that the explained one goes with: their sizes fill no sides; their ratings are too far
from each other; their versions, platforms or inputs do not go together."""
BETWEEN_TWO = ("region", "version", "crossplay", "size", "delay", "rating")
"""Of the explained ticket and another, in the order in which they are checked."""
RULES = (*AMONG_THE_REACHED, *BETWEEN_TWO, "clock")
"""In the order in which they are named. `clock`: time alone will do: the profile takes the tickets
later, or smaller sides are allowed then."""
MOST_BESIDE = 64
"""The nearest tickets in rating among which a company is looked for."""
MOST_STEPS = 400
"""Steps of one search."""
MOST_PLACES = 64
"""Of matches with more players, only these are counted: who goes with whom is not looked at."""

Rules = frozenset[str]


@dataclass(frozen=True)
class Beside:
    """Another ticket, its distance in rating, and the rules between the two that exclude it."""

    ticket: Ticket
    distance: float
    excluded_by: Rules


class CompanySearch:
    """Whether a ticket and others could be a match, with some rules lifted."""

    def __init__(
        self, ticket: Ticket, beside: Iterable[Beside], profile: Profile, now: float, window: Window
    ) -> None:
        self._ticket, self._profile, self._now, self._window = ticket, profile, now, window
        self._beside = sorted(beside, key=lambda one: (one.distance, one.ticket.id))
        self._rough = profile.num_sides * profile.max_players_per_side > MOST_PLACES
        self._lifted: Rules = frozenset()

    def binding(self) -> tuple[str, ...]:
        """The rules that bind: one if any suffices, else several that do together; none where it
        has a company already, or would have none without all rules."""
        if self.found(()):
            return ()
        for rule in RULES:
            if self.found((rule,)):
                return (rule,)
        lifted = [*RULES]
        if not self.found(lifted):
            return ()
        for rule in reversed(RULES):
            fewer = [one for one in lifted if one != rule]
            lifted = fewer if self.found(fewer) else lifted
        return tuple(lifted)

    def found(self, lifted: Iterable[str]) -> bool:
        """Whether there is a company without these rules."""
        self._lifted, self._steps = frozenset(lifted), MOST_STEPS
        among = self._lifted | ({"delay"} if "clock" in self._lifted else set())
        near = [one.ticket for one in self._beside if one.excluded_by <= among]
        if self._opens_later() or self._too_large(self._ticket):
            return False
        if self._rough:
            return self._fills_sides([self._ticket, *near])
        return self._company([self._ticket], near[:MOST_BESIDE])

    def _opens_later(self) -> bool:
        age = waited(self._ticket.created, self._now)
        return age < self._profile.delay_s and "clock" not in self._lifted

    def _too_large(self, ticket: Ticket) -> bool:
        return ticket.size > self._profile.max_players_per_side and not self._lifted & {
            "size",
            "sizes",
        }

    def _company(self, chosen: list[Ticket], left: Sequence[Ticket]) -> bool:
        """Backtracking: add one after the other, the nearest first, until they fill the sides."""
        if self._fills_sides(chosen):
            return True
        for place, ticket in enumerate(left):
            self._steps -= 1
            if self._steps < 0:
                return False
            if all(self._go_together(ticket, other) for other in chosen[1:]):
                more = [*chosen, ticket]
                if self._has_room(more) and self._company(more, left[place + 1 :]):
                    return True
        return False

    def _go_together(self, one: Ticket, other: Ticket) -> bool:
        if not self._lifted & {"rating", "chain"} and not self._reach(one, other):
            return False
        if "wishes" in self._lifted:
            return True
        return all(
            self._play_together(mine.client, theirs.client)
            for mine in one.players
            for theirs in other.players
        )

    def _play_together(self, one: Client | None, other: Client | None) -> bool:
        return not excluding_clients(one, other) - self._lifted

    def _reach(self, one: Ticket, other: Ticket) -> bool:
        profile, now = self._profile.id, self._now
        ages = waited(one.created, now), waited(other.created, now)
        return abs(one.rating_in(profile) - other.rating_in(profile)) <= self._window.reach(*ages)

    def _has_room(self, chosen: Sequence[Ticket]) -> bool:
        return bool(self._lifted & {"size", "sizes"}) or fit(
            _sizes(chosen), self._profile.num_sides, 0, self._profile.max_players_per_side
        )

    def _fills_sides(self, chosen: Sequence[Ticket]) -> bool:
        profile, sizes = self._profile, _sizes(chosen)
        least = self._least(chosen)
        if self._rough or "sizes" in self._lifted:
            return sum(sizes) >= profile.num_sides * least
        most = sum(sizes) if "size" in self._lifted else profile.max_players_per_side
        if profile.uneven == ANY_DIFFERENCE:
            return fit(sizes, profile.num_sides, least, most)
        return any(
            fit(sizes, profile.num_sides, size, min(most, size + profile.uneven))
            for size in range(least, most + 1)
        )

    def _least(self, chosen: Sequence[Ticket]) -> int:
        """Players that each side must have now, given how long the oldest has waited."""
        if "clock" in self._lifted:
            return self._profile.min_players_per_side
        oldest = min(ticket.created for ticket in chosen)
        return self._profile.least(waited(oldest, self._now), self._window)


def excluding_clients(one: Client | None, other: Client | None) -> Rules:
    """The rules, `version` and `crossplay`, by which two clients do not play together."""
    if one is None or other is None:
        return frozenset()
    if major(one.version) == major(other.version):
        return frozenset() if together(one, other) else frozenset({"crossplay"})
    alike = Client(one.version, other.platform, other.input, other.crossplay)
    return frozenset({"version"} if together(one, alike) else {"version", "crossplay"})


def _sizes(tickets: Iterable[Ticket]) -> tuple[int, ...]:
    return tuple(sorted((ticket.size for ticket in tickets), reverse=True))
