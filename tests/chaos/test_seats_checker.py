"""The checker of seats sees what it is there for."""

from __future__ import annotations

import pytest

from tests.chaos.history import Event
from tests.chaos.seats_checker import seats


def stood(*players: str, excluded: tuple[str, ...] = ()) -> Event:
    held = {"host": "ann", "players": [*players], "excluded": [*excluded]}
    return Event(9.0, "stood", what="1", value=held)


def bans(host: str, *banned: str) -> Event:
    return Event(9.0, "read", what=f"bans:{host}", value=[*banned])


def test_whoever_is_kept_out_and_sits_nowhere_is_no_fault() -> None:
    elsewhere = bans("dan", "bob")
    assert seats([bans("ann", "cid"), elsewhere, stood("ann", "bob", excluded=("eve",))]) == []


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ([stood("ann", "bob", "bob")], "seated twice"),
        ([stood("ann", "bob", excluded=("bob",))], "which keeps them out"),
        ([bans("ann", "bob"), stood("ann", "bob")], "whose host has banned them"),
    ],
)
def test_whoever_sits_where_they_must_not_is_named(events: list[Event], says: str) -> None:
    (wrong,) = seats(events)
    assert says in wrong
    assert "bob" in wrong
