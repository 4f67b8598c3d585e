"""Who is turned away because many come at once gets a place in a line."""

from __future__ import annotations

import pytest

from lobby.channel.connection_limits import MOST_UNKNOWN, ConnectionLimits
from lobby.config import Settings
from lobby.domain.errors import TooMany, Unavailable


async def test_a_herd_is_told_to_come_back_one_after_another() -> None:
    admission = ConnectionLimits(Settings(connections_per_second=20, connections_per_address=1_000))
    waits: list[float] = []
    for _ in range(120):
        try:
            admission.enter("address")
        except Unavailable as no:
            waits.append(no.retry_after or 0)
    assert len(waits) >= 90
    assert waits[0] == 1
    assert max(waits) == waits[-1] == pytest.approx(len(waits) / 20, abs=0.5)


async def test_r24_a_process_that_is_late_takes_nobody_new_and_keeps_whom_it_has() -> None:
    late = False
    limits = ConnectionLimits(Settings(), overloaded=lambda: late)
    limits.enter("address")
    late = True
    with pytest.raises(Unavailable) as shed:
        limits.enter("address")
    assert shed.value.retry_after
    late = False
    limits.enter("address")


async def test_an_address_that_opens_sockets_and_leaves_them_is_told_to_wait() -> None:
    """All that it may have come back at once, and once more; then some in a second."""
    admission = ConnectionLimits(Settings())
    for _ in range(100):
        admission.enter("address").leave()
    with pytest.raises(TooMany, match="keep those you have") as no:
        admission.enter("address")
    assert 0 < (no.value.retry_after or 0) <= 0.2
    admission.enter("another address").leave()


async def test_where_too_many_have_not_said_hello_yet_the_others_get_places_too() -> None:
    admission = ConnectionLimits(
        Settings(connections_per_second=1_000, connections_per_address=9_999)
    )
    for _ in range(MOST_UNKNOWN):
        admission.enter("address")
    waits: list[float] = []
    for _ in range(3_000):
        with pytest.raises(Unavailable) as no:
            admission.enter("address")
        waits.append(no.value.retry_after or 0)
    assert waits[0] == 1
    assert max(waits) == waits[-1] == pytest.approx(3, abs=0.5)
