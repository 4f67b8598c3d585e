"""Long polls that pile up."""

from __future__ import annotations

import asyncio

from lobby.hub.waiters import MOST_WAITERS
from tests.support.long_poll import LongPoll
from tests.support.player_services import player_services_server
from tests.support.waiting import until

PILE = 40


async def test_d7_of_many_polls_of_one_player_five_wait_and_the_oldest_are_answered() -> None:
    with player_services_server() as (_, callers):
        url, token = callers.served.url, callers.token(callers.player())
        waiters = callers.served.lobby.hub.waiters
        assert MOST_WAITERS == 5
        oldest = [await LongPoll.send(url, token, deadline=900) for _ in range(MOST_WAITERS)]
        await until(lambda: [len(some) for some in waiters._waiters.values()] == [MOST_WAITERS])
        # Those that are on their way at once begin to wait in any order.
        pile = [await LongPoll.send(url, token, deadline=900) for _ in range(PILE)]
        ended = await asyncio.gather(*[poll.answer() for poll in oldest])
        await until(lambda: sum(poll.answered for poll in pile) == PILE - MOST_WAITERS)
        waiting = [poll for poll in pile if not poll.answered]
        ended += [await poll.answer() for poll in pile if poll not in waiting]
        assert [(answer.status, answer.ids) for answer in ended] == [(200, [])] * PILE
        other = await LongPoll.send(url, callers.token(callers.player()), deadline=1)
        assert (await other.answer()).status == 200
        assert not any(poll.answered for poll in waiting)
        for poll in waiting:
            poll.leave()
