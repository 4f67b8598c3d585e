"""A ticket: a party that waits for a match, how good it is, and which way of matching it takes.

Knows no queue and no catalogue: rules and ratings are handed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from lobby.domain.platforms import Client
from lobby.domain.session_errors import TicketTaken


class TicketState(StrEnum):
    WAITING = "waiting"
    OFFERED = "offered"
    MATCHED = "matched"


@dataclass(frozen=True)
class Rated:
    """A player and how good they are: `mu`, give or take `sigma`."""

    uuid: str
    number: int
    mu: float
    sigma: float
    client: Client | None = None


@dataclass
class Ticket:
    """`template` is the way of matching it was given, `profiles` the kinds of match it takes, the
    dearest first. `rating` is that of all its players together; `ratings` names it for profiles
    that go by another rank. `created` (Unix seconds) stays through failures: so its age does.
    """

    id: str
    session: int
    leader: str
    queue: str
    template: str
    profiles: list[str]
    players: list[Rated]
    rating: float
    created: float
    region: str | None = None
    ratings: dict[str, float] = field(default_factory=dict)
    search: dict[str, Any] = field(default_factory=dict)
    map_preferences: list[str] = field(default_factory=list)
    state: TicketState = TicketState.WAITING
    match: str | None = None
    version: int = 0

    @property
    def size(self) -> int:
        return len(self.players)

    def rating_in(self, profile: str) -> float:
        return self.ratings.get(profile, self.rating)

    def offer(self, match: str) -> None:
        """Its players are asked; nobody else may have it meanwhile."""
        if self.state is not TicketState.WAITING:
            raise TicketTaken
        self.state, self.match = TicketState.OFFERED, match

    def take(self, match: str) -> None:
        """For this match, once: whoever comes second finds it taken."""
        offered = self.state is TicketState.OFFERED and self.match == match
        if not offered and self.state is not TicketState.WAITING:
            raise TicketTaken
        self.state, self.match = TicketState.MATCHED, match

    def give_back(self, match: str) -> None:
        """Nothing came of that match. One that is another's by now stays there."""
        if self.match == match:
            self.state, self.match = TicketState.WAITING, None


GROUPINGS: dict[str, Callable[[Sequence[Rated]], float]] = {
    "worst": lambda players: min(player.mu for player in players),
    "best": lambda players: max(player.mu for player in players),
    "avg": lambda players: sum(player.mu for player in players) / len(players),
    "avg_weighted_by_sigma": lambda players: (
        sum(player.mu * player.sigma for player in players) / len(players)
    ),
}
"""The contract's; the last is on a scale of its own, and so must its window be."""


def grouped(players: Iterable[Rated], method: str) -> float:
    """One rating for a party. The order in which its players stand does not matter."""
    return GROUPINGS[method](sorted(players, key=lambda player: player.uuid))


OPERATIONS: dict[str, Callable[[int, int], bool]] = {
    "eq": eq, "ne": ne, "lt": lt, "le": le, "gt": gt, "ge": ge,
}  # fmt: skip
DETERMINERS: dict[str, Callable[[list[bool]], bool]] = {
    "allOf": all,
    "anyOf": any,
    "oneOf": lambda held: held.count(True) == 1,
    "noneOf": lambda held: not any(held),
}


@dataclass(frozen=True)
class Rule:
    """Compares how many play together or, where an item is named, how many of it are owned."""

    operation: str
    value: int
    item: int | None = None

    def holds(self, size: int, owned: Mapping[int, int]) -> bool:
        counted = size if self.item is None else owned.get(self.item, 0)
        return OPERATIONS[self.operation](counted, self.value)


@dataclass(frozen=True)
class Ruleset:
    determiner: str
    rules: tuple[Rule, ...]

    @property
    def items(self) -> set[int]:
        """Whose number has to be known."""
        return {rule.item for rule in self.rules if rule.item is not None}


def holds(ruleset: Ruleset | None, size: int, owned: Mapping[int, int]) -> bool:
    """No ruleset holds always. `owned`: how many the leader has, by item; none where it is not."""
    return ruleset is None or DETERMINERS[ruleset.determiner](
        [rule.holds(size, owned) for rule in ruleset.rules]
    )
