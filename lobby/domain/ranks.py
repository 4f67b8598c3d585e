"""How good players are thought to be: for each kind of rating a mean, and how unsure we are of it.

What changes ratings bears a number, and of two changes the higher one stands, whichever is written
first: the same change may be written twice, and in any order. Knows no way to compute a rating.
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
    """What a rating is kept within, whoever says otherwise."""

    least: float
    most: float
    least_sigma: float

    def clamp(self, mu: float, sigma: float) -> tuple[float, float]:
        return min(max(mu, self.least), self.most), max(sigma, self.least_sigma)


@dataclass(frozen=True, slots=True)
class Score:
    """What a rating becomes; custom data that is not said stays."""

    mu: float
    sigma: float
    custom_data: dict[str, str] | None = None


@dataclass
class Rating:
    """`update` and `described` are the numbers of what was last said of it, and of its custom
    data; 0: it is a newcomer's."""

    mu: float
    sigma: float
    custom_data: dict[str, str] = field(default_factory=dict)
    update: int = 0
    described: int = 0

    def take(self, score: Score, number: int) -> None:
        if number > self.update:
            self.mu, self.sigma, self.update = score.mu, score.sigma, number
        if score.custom_data is not None and number > self.described:
            self.custom_data, self.described = score.custom_data, number


@dataclass
class Ranks:
    """Every rating of one player, by the number of its kind."""

    player: str
    ratings: dict[int, Rating] = field(default_factory=dict)
    version: int = 0

    def take(self, rank: int, score: Score, number: int) -> None:
        self.ratings.setdefault(rank, Rating(score.mu, score.sigma)).take(score, number)


@dataclass
class RankUpdate:
    """What a match does to the ratings of its players, written down before the first of them
    changes: whoever stops between, somebody else goes on."""

    number: int
    rank: int
    scores: dict[str, Score]
    version: int = 0
