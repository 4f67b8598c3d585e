"""Ratings of players: for each rank a mean (mu) and an uncertainty (sigma).

Each update has a sequence number and the highest one wins, so updates are idempotent and may be
applied in any order. Knows no rating model.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lobby.domain.errors import NotFound


class RankNotFound(NotFound):
    """This game has no such rating; ask for the list of ranks."""

    code = "rank_not_found"


class UnrankedPlayer(NotFound):
    """Nothing is kept of this player's ratings."""

    code = "player_not_found"


class RankUpdateNotFound(NotFound):
    """This update of ratings is done."""

    code = "rank_update_not_found"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits that every rating is clamped to."""

    least: float
    most: float
    least_sigma: float

    def clamp(self, mu: float, sigma: float) -> tuple[float, float]:
        return min(max(mu, self.least), self.most), max(sigma, self.least_sigma)


@dataclass(frozen=True, slots=True)
class Score:
    """The new value of a rating; custom data of None stays."""

    mu: float
    sigma: float
    custom_data: dict[str, str] | None = None


@dataclass
class Rating:
    """`update` and `described` are the numbers of the last updates of the rating and of its custom
    data; 0: never updated."""

    mu: float
    sigma: float
    custom_data: dict[str, str] = field(default_factory=dict)
    update: int = 0
    described: int = 0

    def apply(self, score: Score, number: int) -> None:
        """Apply update `number`, unless a later one was applied before."""
        if number > self.update:
            self.mu, self.sigma, self.update = score.mu, score.sigma, number
        if score.custom_data is not None and number > self.described:
            self.custom_data, self.described = score.custom_data, number


@dataclass
class Ranks:
    """All ratings of one player, by rank id."""

    player: str
    ratings: dict[int, Rating] = field(default_factory=dict)
    version: int = 0

    def apply(self, rank: int, score: Score, number: int) -> None:
        self.ratings.setdefault(rank, Rating(score.mu, score.sigma)).apply(score, number)


@dataclass
class RankUpdate:
    """The new ratings after a match, stored before the first player's rating changes (a write-ahead
    record): if the process stops in between, another one finishes the update."""

    number: int
    rank: int
    scores: dict[str, Score]
    version: int = 0
