"""Ticket: a party that waits in a queue, with its ratings; and the rulesets of templates.

Knows no catalogue: rules and ratings are passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from lobby.domain.matchmaking.states import TICKET, Event, TicketState, transition
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.sessions.clients import Client, major
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.queue_entry import QueueEntry

MOST_OTHER_VERSIONS = 3
"""Game servers of another version that a ticket is given in a row, before it ends."""


@dataclass(frozen=True)
class RatedPlayer:
    """A player with a rating: mean `mu` and uncertainty `sigma`."""

    uuid: str
    number: int
    mu: float
    sigma: float
    client: Client | None = None


@dataclass
class Ticket:
    """`queue`: the first of its `queues`; `template`: id of the group template of that; `profiles`:
    the profiles that may match it, in order of preference. `rating`: of the party, for the first
    profile; `ratings`: for profiles that use another rank. `backfill`: it may join a match that is
    under way. `created` (Unix seconds) survives a requeue, so the ticket keeps its age; of it
    `waited` seconds were before it entered. `why` the last match that had it was given up; it stays
    while the next one is made. `other_versions`: how many of its matches in a row were given up as
    their game servers had another version.
    """

    id: str
    session: int
    leader: str
    queue: str
    template: str
    profiles: list[str]
    players: list[RatedPlayer]
    rating: float
    created: float
    region: str | None = None
    ratings: dict[str, float] = field(default_factory=dict)
    search: dict[str, Any] = field(default_factory=dict)
    map_preferences: list[str] = field(default_factory=list)
    backfill: bool = True
    state: TicketState = TicketState.WAITING
    match: str | None = None
    queues: list[str] = field(default_factory=list)
    waited: float = 0.0
    why: TicketReason | None = None
    other_versions: int = 0
    version: int = 0

    @property
    def entry(self) -> QueueEntry:
        """What its session shows of it."""
        return QueueEntry([*self.queues], [*self.profiles], self.waited)

    @property
    def size(self) -> int:
        return len(self.players)

    def rating_in(self, profile: str) -> float:
        """The party's rating for this profile."""
        return self.ratings.get(profile, self.rating)

    def offer(self, match: str) -> None:
        """Reserve it for a proposal with a ready check. Raises TicketTaken if another has it."""
        self._hold(Event.OFFER, match)

    def take(self, match: str) -> None:
        """Take it for this match. Raises TicketTaken if another match has it."""
        self._hold(Event.TAKE, match)

    def _hold(self, event: Event, match: str) -> None:
        if self.match not in (None, match):
            raise TicketTaken
        self.state, self.match = transition(TICKET, self.state, event), match

    def give_back(self, match: str, why: TicketReason | None = None) -> None:
        """Make it wait again after that match failed; ignored if another match has it. The newest
        reason that is known stays."""
        if self.match == match:
            self.state, self.match = transition(TICKET, self.state, Event.GIVE_BACK), None
            self.why = why or self.why
            again = why is TicketReason.SERVER_VERSION
            self.other_versions = self.other_versions + 1 if again else 0

    def hopeless(self, why: TicketReason | None) -> bool:
        """Whether it ends with a match that is given up for this reason: there are game servers,
        and none of those that were tried has its players' version."""
        tried = self.other_versions + 1
        return why is TicketReason.SERVER_VERSION and tried >= MOST_OTHER_VERSIONS

    def misfits(self, version: str) -> bool:
        """Whether a player has another major version than this."""
        clients = (player.client for player in self.players)
        return any(one is not None and major(one.version) != major(version) for one in clients)


GROUPINGS: dict[str, Callable[[Sequence[RatedPlayer]], float]] = {
    "worst": lambda players: min(player.mu for player in players),
    "best": lambda players: max(player.mu for player in players),
    "avg": lambda players: sum(player.mu for player in players) / len(players),
    "avg_weighted_by_sigma": lambda players: (
        sum(player.mu * player.sigma for player in players) / len(players)
    ),
}
"""The grouping methods of the contract. The last has another scale, so its window has, too."""


def grouped(players: Iterable[RatedPlayer], method: str) -> float:
    """One rating for a party, independent of the order of its players."""
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
    """Compares the party size or, if an item is named, how many of it the leader owns."""

    operation: str
    value: int
    item: int | None = None

    def holds(self, size: int, owned: Mapping[int, int]) -> bool:
        counted = size if self.item is None else owned.get(self.item, 0)
        return OPERATIONS[self.operation](counted, self.value)


@dataclass(frozen=True)
class Ruleset:
    """Rules and how they combine: `determiner` is a key of DETERMINERS."""

    determiner: str
    rules: tuple[Rule, ...]

    @property
    def items(self) -> set[int]:
        """Items whose owned number the rules need."""
        return {rule.item for rule in self.rules if rule.item is not None}


def holds(ruleset: Ruleset | None, size: int, owned: Mapping[int, int]) -> bool:
    """Whether the ruleset admits the party; None admits all. `owned`: number by item, default 0."""
    return ruleset is None or DETERMINERS[ruleset.determiner](
        [rule.holds(size, owned) for rule in ruleset.rules]
    )
