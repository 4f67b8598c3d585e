"""Whose games go together: players are sorted into few classes, so that asking costs one step."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_

from lobby.domain.errors import Conflict
from lobby.domain.platforms import PERMITTED_INPUTS, PERMITTED_PLATFORMS, Client, major

Key = tuple[str, str | None, str, str | None, str | None]
Party = Sequence[Client | None]


class Company:
    """Bit `n` of a party's `marks` says that somebody of class `n` is in it; `lets_in` has the
    bits of all whom everybody in it plays with, and who play with them."""

    def __init__(self, parties: Iterable[Party]) -> None:
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
                key = _key(client)
                number = self._numbers.get(key)
                if number is None:
                    number = self._numbers[key] = len(self._known)
                    self._known.append(client)
                marks |= 1 << number
        return marks

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


def _key(client: Client) -> Key:
    """All that decides with whom a client goes together."""
    wish = client.crossplay
    return (
        major(client.version),
        client.platform,
        client.input,
        PERMITTED_PLATFORMS.get(wish.permitted_platform) if wish else None,
        PERMITTED_INPUTS.get(wish.permitted_input) if wish else None,
    )
