"""Whose games go together: players are sorted into few classes, so that asking costs one step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from operator import and_

from lobby.domain.errors import Conflict
from lobby.domain.platforms import (
    PERMITTED_INPUTS,
    PERMITTED_PLATFORMS,
    Client,
    Crossplay,
    major,
)

Said = tuple[str, str | None, str, str | None, str | None]
Key = tuple[str, str | None, str | None, str | None, str | None]
Party = Sequence[Client | None]


class Company:
    """Bit `n` of a party's `marks` says that somebody of class `n` is in it; `lets_in` has the
    bits of all whom everybody in it plays with, and who play with them."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._bits: dict[Said, int] = {}
        self._numbers: dict[Key, int] = {}
        self._known: list[Said] = []
        self.marks = [self._mark(party) for party in parties]
        self._fits = self._rows()
        self._let: dict[int, int] = {0: -1}

    def lets_in(self, marks: int) -> int:
        """Two parties go together when one's marks are all among these of the other. Who is let
        in alike goes together with the same: so parties are told apart by this alone."""
        if (let := self._let.get(marks)) is None:
            let = self._let[marks] = reduce(and_, (self._fits[n] for n in _numbers(marks)))
        return let

    def _mark(self, party: Party) -> int:
        marks = 0
        for client in party:
            if client is not None:
                wish = client.crossplay
                wishes = (wish.permitted_platform, wish.permitted_input) if wish else (None, None)
                said = (client.version, client.platform, client.input, *wishes)
                marks |= self._bits.get(said) or self._bit(said)
        return marks

    def _bit(self, said: Said) -> int:
        number = self._numbers.setdefault(_key(said), len(self._known))
        if number == len(self._known):
            self._known.append(said)
        bit = self._bits[said] = 1 << number
        return bit

    def _rows(self) -> list[int]:
        """Of each class, the bits of those who go together with it: it with them, they with it."""
        rows = [0] * len(self._known)
        for number, one in enumerate(self._known):
            for other in range(number + 1):
                if _together(one, self._known[other]):
                    rows[number] |= 1 << other
                    rows[other] |= 1 << number
        return rows


def _numbers(marks: int) -> Iterator[int]:
    """Of the bits that are set."""
    while marks:
        lowest = marks & -marks
        yield lowest.bit_length() - 1
        marks ^= lowest


def together(one: Client | None, other: Client | None) -> bool:
    if one is None or other is None:
        return True
    try:
        one.require_fits([other])
    except Conflict:
        return False
    return True


@lru_cache(maxsize=65_536)
def _together(one: Said, other: Said) -> bool:
    return together(_client(one), _client(other))


def _client(said: Said) -> Client:
    version, platform, input, from_platform, from_input = said
    if from_platform is None or from_input is None:
        return Client(version, platform, input)
    return Client(version, platform, input, Crossplay(from_platform, from_input))


def _key(said: Said) -> Key:
    """All of it that decides with whom a client goes together. Platforms and inputs that nobody
    can ask for are alike."""
    version, platform, input, from_platform, from_input = said
    return (
        major(version),
        platform if platform in PERMITTED_PLATFORMS.values() else None,
        input if input in PERMITTED_INPUTS.values() else None,
        PERMITTED_PLATFORMS.get(from_platform or ""),
        PERMITTED_INPUTS.get(from_input or ""),
    )
