"""Compatibility of clients (version, platform, input, crossplay) as bit masks.

Players fall into few classes, so that whether two parties are compatible is one AND of two masks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache, reduce
from operator import and_

from lobby.domain.errors import Conflict
from lobby.domain.sessions.clients import (
    PERMITTED_INPUTS,
    PERMITTED_PLATFORMS,
    Client,
    Crossplay,
    major,
)

ClientFields = tuple[str, str | None, str, str | None, str | None]
ClassKey = tuple[str, str | None, str | None, str | None, str | None]
Party = Sequence[Client | None]


class Compatibility:
    """Bit `n` of a party's `classes` is set if a member is of class `n`. The party's `compatible`
    mask has the bits of all classes that every member can play with, in both directions."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._bits: dict[ClientFields, int] = {}
        self._numbers: dict[ClassKey, int] = {}
        self._classes: list[ClientFields] = []
        self.classes = [self._class_mask(party) for party in parties]
        self._fits = self._rows()
        self._let: dict[int, int] = {0: -1}

    def compatible(self, classes: int) -> int:
        """The mask for these classes. Two parties are compatible if the classes of one are a subset
        of the mask of the other; so parties with equal masks are interchangeable."""
        if (let := self._let.get(classes)) is None:
            let = self._let[classes] = reduce(and_, (self._fits[n] for n in _numbers(classes)))
        return let

    def _class_mask(self, party: Party) -> int:
        classes = 0
        for client in party:
            if client is not None:
                wish = client.crossplay
                wishes = (wish.permitted_platform, wish.permitted_input) if wish else (None, None)
                fields = (client.version, client.platform, client.input, *wishes)
                classes |= self._bits.get(fields) or self._bit(fields)
        return classes

    def _bit(self, fields: ClientFields) -> int:
        number = self._numbers.setdefault(_key(fields), len(self._classes))
        if number == len(self._classes):
            self._classes.append(fields)
        bit = self._bits[fields] = 1 << number
        return bit

    def _rows(self) -> list[int]:
        """The compatibility matrix: for each class, the mask of the classes compatible with it."""
        rows = [0] * len(self._classes)
        for number, one in enumerate(self._classes):
            for other in range(number + 1):
                if _together(one, self._classes[other]):
                    rows[number] |= 1 << other
                    rows[other] |= 1 << number
        return rows


def _numbers(classes: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while classes:
        lowest = classes & -classes
        yield lowest.bit_length() - 1
        classes ^= lowest


def together(one: Client | None, other: Client | None) -> bool:
    """Whether two clients are compatible; an unknown one is compatible with all."""
    if one is None or other is None:
        return True
    try:
        one.require_fits([other])
    except Conflict:
        return False
    return True


@lru_cache(maxsize=65_536)
def _together(one: ClientFields, other: ClientFields) -> bool:
    return together(_client(one), _client(other))


def _client(fields: ClientFields) -> Client:
    version, platform, input, from_platform, from_input = fields
    if from_platform is None or from_input is None:
        return Client(version, platform, input)
    return Client(version, platform, input, Crossplay(from_platform, from_input))


def _key(fields: ClientFields) -> ClassKey:
    """The parts of a client that decide compatibility. Platforms and inputs that no preference can
    name are equivalent."""
    version, platform, input, from_platform, from_input = fields
    return (
        major(version),
        platform if platform in PERMITTED_PLATFORMS.values() else None,
        input if input in PERMITTED_INPUTS.values() else None,
        PERMITTED_PLATFORMS.get(from_platform or ""),
        PERMITTED_INPUTS.get(from_input or ""),
    )
