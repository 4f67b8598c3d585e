"""Whose games go together, as the search for matches sees it: as each pair's own rule says it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, product
from random import Random

import pytest

from lobby.domain.errors import Conflict
from lobby.domain.matchmaking.compatibility import Compatibility
from lobby.domain.sessions.clients import PERMITTED_INPUTS, PERMITTED_PLATFORMS, Client, Crossplay

WISHES = [
    None,
    *(
        Crossplay(*both)
        for both in product(("any", *PERMITTED_PLATFORMS), ("any", *PERMITTED_INPUTS))
    ),
]
CLIENTS = [
    Client(*parts)
    for parts in product(
        ("1.0", "1.9+7", "2.0"),
        ("Steam", "Epic", "PSN", "XboxLive", None),
        ("gamepad", "keyboardandmouse", "touch", "wheel"),
        WISHES,
    )
]


def fits(one: Client, other: Client) -> bool:
    try:
        one.require_fits([other])
    except Conflict:
        return False
    return True


def wrong(
    company: Compatibility, parties: list[list[Client]]
) -> Iterator[tuple[list[Client], ...]]:
    """Parties that it puts together though somebody in them would not, or the other way round."""
    for one, other in combinations_with_replacement(range(len(parties)), 2):
        together = not company.classes[one] & ~company.compatible(company.classes[other])
        if together != all(fits(*pair) for pair in product(parties[one], parties[other])):
            yield parties[one], parties[other]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_parties_go_together_when_everybody_in_them_does(size: int) -> None:
    dice = Random(size)
    parties = [dice.choices(CLIENTS, k=size) for _ in range(250)]
    company = Compatibility(parties)
    assert next(wrong(company, parties), None) is None
    some = {company.compatible(classes) == 0 for classes in company.classes}
    assert False in some, "some do go together with others"


def test_what_nobody_can_ask_for_makes_nobody_different() -> None:
    alike = [[Client("1.0", platform, "gamepad")] for platform in ("Steam", "Epic", "Apple", None)]
    assert len(set(Compatibility(alike).classes)) == 1
