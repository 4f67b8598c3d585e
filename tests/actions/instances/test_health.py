"""How instances fare: told by their hosts, and noticed where these fall silent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.instances import health, instances
from lobby.actions.timers import dispatch
from lobby.domain.errors import Forbidden
from lobby.domain.permissions import Permit
from lobby.domain.sessions.errors import InstanceMismatch, InstanceNotFound
from lobby.domain.sessions.instances import Health, HostType, JoinStatus
from lobby.domain.sessions.session import Session
from tests.support.game_servers import GameServersWorld, game_servers_world, hosting
from tests.support.live_parts import lose_all
from tests.support.stored_sessions import LEADING


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[GameServersWorld]:
    async with game_servers_world(tmp_path) as here:
        yield here


async def well(
    here: GameServersWorld,
    session: Session,
    said: Health = Health.HEALTHY,
    by: Permit | None = None,
) -> Health:
    instance = (await here.instance(session)).id
    by = by or hosting()
    return await health.report(here.lobby, by, id=session.id, instance=instance, reported=said)


async def reporting(here: GameServersWorld, session: Session, times: int) -> None:
    for _ in range(times):
        await well(here, session)
        await here.pass_time(10)


async def test_what_a_host_says_is_kept_when_it_is_news(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    assert await well(here, session) is Health.HEALTHY
    version = (await here.now(session)).version
    await reporting(here, session, 12)
    assert (await here.now(session)).version == version
    assert await well(here, session, Health.DEGRADED) is Health.DEGRADED
    changed = await here.now(session)
    assert (changed.version, (await here.instance(session)).health) == (
        version + 1,
        Health.DEGRADED,
    )
    assert (await here.log(session)).count("instance_health_changed") == 2


async def test_only_its_host_reports_and_of_this_instance(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    with pytest.raises(Forbidden):
        await well(here, session, by=hosting(LEADING.actor))
    with pytest.raises(InstanceMismatch):
        await health.report(
            here.lobby, hosting(), id=session.id, instance="another", reported=Health.HEALTHY
        )
    id = (await here.instance(session)).id.upper()
    await health.report(here.lobby, hosting(), id=session.id, instance=id, reported=Health.HEALTHY)


async def test_a_closed_instance_has_no_health(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    await here.report(session, status=JoinStatus.CLOSED)
    with pytest.raises(InstanceNotFound):
        await well(here, session)


async def test_a_host_that_falls_silent_is_unhealthy_then_unknown_then_gone(
    here: GameServersWorld,
) -> None:
    session = await here.joinable(await here.served())
    await reporting(here, session, 12)
    seen: list[str | None] = []
    for _ in range(130):
        instance = await here.instance(session)
        state = instance.health.value if instance.live and instance.health else "closed"
        seen += [state] if seen[-1:] != [state] else []
        await here.pass_time(1)
    assert seen == ["healthy", "unhealthy", "unknown", "closed"]
    assert (await here.log(session))[-3:] == [
        "instance_health_changed",
        "instance_health_changed",
        "instance_closed",
    ]


async def test_a_host_that_comes_back_fares_worse_than_it_says_for_a_while(
    here: GameServersWorld,
) -> None:
    session = await here.joinable(await here.served())
    await reporting(here, session, 12)
    await here.pass_time(60)
    assert (await here.instance(session)).health is Health.UNKNOWN
    assert await well(here, session) is Health.UNHEALTHY
    await here.pass_time(10)
    await reporting(here, session, 9)
    assert await well(here, session) is Health.HEALTHY


async def test_a_game_server_that_came_and_never_reports_is_given_up(
    here: GameServersWorld,
) -> None:
    session = await here.served()
    await here.report(session, status=JoinStatus.PENDING)
    await here.pass_time(119)
    assert (await here.instance(session)).live
    await here.pass_time(2)
    assert not (await here.instance(session)).live


async def test_a_player_who_hosts_need_not_report_until_they_begin_to(
    here: GameServersWorld,
) -> None:
    session = await here.session()
    await instances.request(here.lobby, LEADING, id=session.id, host_type=HostType.PLAYER)
    await here.pass_time(200, step=5)
    assert (await here.instance(session)).live
    await well(here, session, by=hosting(LEADING.actor))
    await here.pass_time(119, step=5)
    assert (await here.instance(session)).health is Health.UNKNOWN
    await here.pass_time(2)
    assert not (await here.instance(session)).live


async def test_silence_on_an_instance_that_is_no_more_means_nothing(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    await well(here, session)
    await instances.remove(here.lobby, hosting(), id=session.id)
    await instances.request(here.lobby, LEADING, id=session.id, host_type=HostType.PLAYER)
    await here.pass_time(130)
    assert (await here.instance(session)).live


async def test_a_report_says_that_the_session_is_still_wanted(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    for _ in range(60):
        await well(here, session)
        await here.pass_time(10, step=5)
    assert (await here.now(session)).id == session.id


async def test_after_what_fades_was_lost_hosts_have_their_time_again(
    here: GameServersWorld,
) -> None:
    session = await here.joinable(await here.served())
    await reporting(here, session, 12)
    lose_all(here.lobby, here.local.clock)
    await dispatch.rearm(here.lobby)
    await here.pass_time(119)
    assert (await here.instance(session)).live
    await here.pass_time(2)
    assert not (await here.instance(session)).live
