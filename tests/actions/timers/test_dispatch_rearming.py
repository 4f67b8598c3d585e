"""Timers: whatever lives gets them again after the loss of what fades, and one that fails does not
stop the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from lobby import expiring_keys
from lobby.actions.sessions import lifecycle
from lobby.actions.timers import dispatch
from lobby.domain.entitlements import Submission
from lobby.domain.errors import SessionNotFound
from lobby.domain.game_hosts import GameHost
from lobby.domain.ranks import RankUpdate
from lobby.domain.reasons import Reason
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.session import Session
from lobby.expiring_keys import TimerKind
from protocol import topics
from tests.support.live_parts import lose_all
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, sessions_world

FAR_SECONDS = 1_000_000.0
"""By then everything is due."""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def session(here: SessionsWorld) -> Session:
    return await here.create(await here.player())


def playing(status: JoinStatus, allocation: str | None = None) -> Instance:
    return Instance("arena", HostType.DEDICATED, status, 1.0, allocation=allocation)


# What lives, of which a timer takes care: each makes one and returns the key of its timer


async def a_session(here: SessionsWorld) -> str:
    return expiring_keys.session_ttl((await session(here)).id)


async def a_match_that_is_over(here: SessionsWorld) -> str:
    over = await here.change(await session(here), created_by_matchmaking=True, instance=None)
    return expiring_keys.session_over(over.id)


async def the_log_of_a_session_that_has_ended(here: SessionsWorld) -> str:
    ann = await here.player()
    ended = await here.create(ann)
    await lifecycle.close(here.lobby, leading(ann), id=ended.id, reason=Reason.CLOSED)
    return expiring_keys.event_log(ended.id)


async def the_stream_of_an_instance(here: SessionsWorld) -> str:
    await here.lobby.store.append(topics.instance("arena"), "{}")
    return expiring_keys.instance_stream("arena")


async def a_session_in_a_queue(here: SessionsWorld) -> str:
    queued = await here.change(await session(here), ticket="ticket")
    return expiring_keys.ticket_timeout(queued.id)


async def a_session_that_waits_for_a_game_server(here: SessionsWorld) -> str:
    waiting = await here.change(await session(here), instance=playing(JoinStatus.REQUESTED))
    return expiring_keys.allocation_timeout(waiting.id)


async def a_game_server_that_asks_for_work(here: SessionsWorld) -> str:
    host = await here.lobby.game_hosts.add(GameHost("e" * 32, "host-1", "203.0.113.7", 7777))
    return expiring_keys.game_host(host.key)


async def a_session_on_a_game_server(here: SessionsWorld) -> str:
    instance = playing(JoinStatus.JOINABLE, allocation="promise")
    played = await here.change(await session(here), instance=instance)
    return expiring_keys.health_check(played.id)


async def an_update_of_ratings_that_nobody_has_finished(here: SessionsWorld) -> str:
    update = await here.lobby.rank_updates.add(RankUpdate(7, 1, {}))
    return expiring_keys.rank_update(update.number)


async def a_purchase_that_is_settled(here: SessionsWorld) -> str:
    submission = Submission(
        id="purchase",
        player="ann",
        platform="steam",
        user="ann",
        transaction="1",
        token="",
        region="",
        client="",
        created=here.lobby.now(),
        trusted=True,
        claimed=[],
        skipped=True,
        ended=True,
    )
    await here.lobby.submissions.add(submission)
    return expiring_keys.entitlement_request(submission.id)


LIVING: dict[TimerKind, Callable[[SessionsWorld], Awaitable[str]]] = {
    TimerKind.SESSION_TTL: a_session,
    TimerKind.SESSION_OVER: a_match_that_is_over,
    TimerKind.EVENT_LOG: the_log_of_a_session_that_has_ended,
    TimerKind.INSTANCE_STREAM: the_stream_of_an_instance,
    TimerKind.TICKET_TIMEOUT: a_session_in_a_queue,
    TimerKind.ALLOCATION_TIMEOUT: a_session_that_waits_for_a_game_server,
    TimerKind.GAME_HOST: a_game_server_that_asks_for_work,
    TimerKind.HEALTH_CHECK: a_session_on_a_game_server,
    TimerKind.RANK_UPDATE: an_update_of_ratings_that_nobody_has_finished,
    TimerKind.ENTITLEMENT_REQUEST: a_purchase_that_is_settled,
}


OF_NOTHING_THAT_LIVES = {TimerKind.SIGN_OUT}
"""Whoever signed out and is not back is released when their grace period ends."""


@pytest.mark.parametrize("kind", sorted(set(TimerKind) - OF_NOTHING_THAT_LIVES))
async def test_what_lives_has_its_timer_again_after_the_loss_of_what_fades(
    kind: TimerKind, here: SessionsWorld
) -> None:
    key = await LIVING[kind](here)
    lose_all(here.lobby, here.local.clock)
    await dispatch.rearm(here.lobby)
    # Its whole time is before it.
    assert await here.lobby.timers.due() == []
    here.local.clock.advance(FAR_SECONDS)
    assert key in await here.lobby.timers.due()


async def test_of_what_does_not_live_no_timer_is_set(here: SessionsWorld) -> None:
    lose_all(here.lobby, here.local.clock)
    await dispatch.rearm(here.lobby)
    here.local.clock.advance(FAR_SECONDS)
    assert await here.lobby.timers.due() == []


@pytest.mark.parametrize("key", ["unknown:1", "session_ttl", "rank_update:"])
async def test_a_timer_that_cannot_be_fired_does_not_stop_the_others(
    key: str, here: SessionsWorld
) -> None:
    ann = await here.create(await here.player())
    await here.lobby.timers.set(key, 0)
    await here.pass_time(here.lobby.catalogue.server.session_ttl_s + 1)
    with pytest.raises(SessionNotFound):
        await here.local.now(ann)
    assert await here.lobby.timers.due() == []
