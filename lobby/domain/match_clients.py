"""Whose games go together: players are sorted into few classes, so that asking costs one step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_

from lobby.domain.errors import Conflict
from lobby.domain.platforms import PERMITTED_INPUTS, PERMITTED_PLATFORMS, Client, major

Said = tuple[str, str | None, str, str | None, str | None]
Key = tuple[str, str | None, str, str | None, str | None]
Party = Sequence[Client | None]


class Company:
    """Bit `n` of a party's `marks` says that somebody of class `n` is in it; `lets_in` has the
    bits of all whom everybody in it plays with, and who play with them."""

    def __init__(self, parties: Iterable[Party]) -> None:
        self._bits: dict[Said, int] = {}
        self._numbers: dict[Key, int] = {}
        self._known: list[Client] = []
        self.marks = [self._mark(party) for party in parties]
        self._fits = [self._row(client) for client in self._known]
        self._let: dict[int, int] = {0: -1}

    def lets_in(self, marks: int) -> int:
        """Two parties go together when one's marks are all among these of the other. Who is let
        in alike goes together with the same: so parties are told apart by this alone."""
        if (let := self._let.get(marks)) is None:
            rows = (row for number, row in enumerate(self._fits) if marks >> number & 1)
            let = self._let[marks] = reduce(and_, rows)
        return let

    def _mark(self, party: Party) -> int:
        marks = 0
        for client in party:
            if client is not None:
                wish = client.crossplay
                wishes = (wish.permitted_platform, wish.permitted_input) if wish else (None, None)
                said = (client.version, client.platform, client.input, *wishes)
                marks |= self._bits.get(said) or self._bit(said, client)
        return marks

    def _bit(self, said: Said, client: Client) -> int:
        number = self._numbers.setdefault(_key(said), len(self._known))
        if number == len(self._known):
            self._known.append(client)
        bit = self._bits[said] = 1 << number
        return bit

    def _row(self, client: Client) -> int:
        return sum(1 << n for n, other in enumerate(self._known) if together(client, other))


def together(one: Client | None, other: Client | None) -> bool:
    if one is None or other is None:
        return True
    try:
        one.require_fits([other])
    except Conflict:
        return False
    return True


def _key(said: Said) -> Key:
    """All of it that decides with whom a client goes together."""
    version, platform, input, from_platform, from_input = said
    return (
        major(version),
        platform,
        input,
        PERMITTED_PLATFORMS.get(from_platform or ""),
        PERMITTED_INPUTS.get(from_input or ""),
    )
