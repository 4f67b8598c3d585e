"""Accounts that each have a trail, written as the program writes it; how long `lobby why` takes."""

from __future__ import annotations

import asyncio
import time

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.reasons import Reason
from lobby.domain.trail import GONE, Record
from lobby.operator.why import Why, why
from tests.support.crowd import account

ENTRIES = 5
"""Of each trail."""
AT_ONCE = 500
"""Accounts that are written before the next ones."""


async def add_with_trails(lobby: Lobby, numbers: range) -> list[Account]:
    """Accounts of these numbers, each of whom has left some sessions."""
    made = list[Account]()
    for first in range(0, len(numbers), AT_ONCE):
        some = [account(number) for number in numbers[first : first + AT_ONCE]]
        made += await asyncio.gather(*(lobby.accounts.add(one) for one in some))
        for one in some:
            for n in range(ENTRIES):
                lobby.trails.add(_left(lobby, one, session=n + 1))
        await lobby.trails.flush()
    return made


def _left(lobby: Lobby, account: Account, *, session: int) -> Record:
    return Record(
        at=lobby.now(),
        what=GONE,
        actor=account.uuid,
        target=account.uuid,
        reason=Reason.LEFT,
        session=str(session),
    )


async def seconds_of_why(lobby: Lobby, who: str, *, tries: int) -> list[float]:
    """Of each try, whose answer has all of the trail; the fastest first."""
    took = list[float]()
    for _ in range(tries):
        began = time.perf_counter()
        found = await why(lobby, Why(command="why", who=who))
        took.append(time.perf_counter() - began)
        assert len(found["lines"]) == ENTRIES
    return sorted(took)
