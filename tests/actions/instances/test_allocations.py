"""Game servers that wait for sessions, and sessions that wait for game servers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.changes import change
from lobby.actions.instances import allocations, health, instances
from lobby.actions.timers import dispatch
from lobby.domain.game_hosts import GameHost, HostState
from lobby.domain.permissions import Actor, Kind, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.errors import GameHostNotFound
from lobby.domain.sessions.instances import HostType, JoinStatus
from tests.support.game_servers import EU, GameServersWorld, free, game_servers_world, hosting
from tests.support.live_parts import lose_all
from tests.support.stored_sessions import LEADING, OTHER

ELSEWHERE = Permit(Actor("f" * 32, Kind.PLAYER, "servers-us", 78), outright=True)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[GameServersWorld]:
    async with game_servers_world(tmp_path) as here:
        yield here


async def test_a_host_that_waits_is_given_the_next_session(here: GameServersWorld) -> None:
    assert free(await here.register())
    assert free(await here.poll())
    session = await here.waiting()
    host = await here.poll()
    made = await here.instance(session)
    assert (host.state, host.session) == (HostState.ALLOCATED, session.id)
    assert (made.status, made.allocation) == (JoinStatus.ALLOCATED, host.allocation)
    assert (made.host, made.process, made.server) == (EU.actor.uuid, "host-1", "203.0.113.7")
    assert made.host_number is None
    assert await here.poll() == host
    assert (await here.log(session))[-2:] == ["instance_requested", "instance_allocated"]


async def test_the_session_has_its_allocation_before_the_host_is_told(
    here: GameServersWorld,
) -> None:
    session = await here.waiting()
    host = await here.register()
    found = await instances.allocated(here.lobby, EU, allocation=str(host.allocation))
    assert found.id == session.id


async def test_the_session_that_has_waited_longest_comes_first(here: GameServersWorld) -> None:
    first = await here.waiting()
    second = await here.waiting(leader=OTHER.uuid)
    assert (await here.register(id="a")).session == first.id
    assert (await here.register(id="b")).session == second.id
    assert free(await here.register(id="c"))


@pytest.mark.parametrize(
    ("tags", "region", "template", "serves"),
    [
        ([], "eu", "game", True),
        (["eu"], "eu", "game", True),
        (["us", "eu"], "eu", "game", True),
        (["us"], "eu", "game", False),
        (["us"], None, "game", True),
        (["big-iron"], "eu", "game", True),
        (["type:game"], "eu", "game", True),
        (["type:plaza"], "eu", "game", False),
        (["eu", "type:game"], "us", "game", False),
    ],
)
async def test_tags_say_where_a_host_serves_and_what(
    here: GameServersWorld, tags: list[str], region: str | None, template: str, serves: bool
) -> None:
    await here.waiting(template, region=region)
    assert free(await here.register(*tags)) is not serves


async def test_a_session_that_does_not_suit_is_not_in_the_way(here: GameServersWorld) -> None:
    await here.waiting(region="us")
    second = await here.waiting(region="eu", leader=OTHER.uuid)
    assert (await here.register("eu")).session == second.id


async def test_a_host_is_known_to_its_own_account_alone(here: GameServersWorld) -> None:
    await here.register("eu", id="same")
    (other,) = await allocations.poll(here.lobby, ELSEWHERE, ids=["same"])
    assert isinstance(other, GameHostNotFound)
    await here.register("us", id="same", by=ELSEWHERE)
    await here.waiting(region="us")
    assert free(await here.poll("same"))
    assert not free(await here.poll("same", by=ELSEWHERE))


async def test_one_that_is_unknown_does_not_keep_the_others_from_work(
    here: GameServersWorld,
) -> None:
    await here.register()
    answers = await allocations.poll(here.lobby, EU, ids=["nobody", "host-1"])
    assert [isinstance(answer, GameHost) for answer in answers] == [False, True]


async def test_registering_again_changes_where_it_is_found_and_nothing_else(
    here: GameServersWorld,
) -> None:
    session = await here.served()
    again = await here.register("eu")
    assert (again.tags, again.session, again.state) == (["eu"], session.id, HostState.ALLOCATED)


# A host is free again


async def test_a_host_is_free_when_its_instance_ends(here: GameServersWorld) -> None:
    session = await here.served()
    await instances.remove(here.lobby, hosting(), id=session.id)
    assert free(await here.poll())


async def test_a_host_is_free_when_its_instance_closes(here: GameServersWorld) -> None:
    session = await here.joinable(await here.served())
    await here.report(session, status=JoinStatus.CLOSED)
    assert free(await here.poll())


async def test_a_host_is_free_when_its_session_is_gone(here: GameServersWorld) -> None:
    session = await here.served()
    await change.end(here.lobby, session.id, message="over", reason=Reason.EXPIRED)
    assert free(await here.poll())


async def test_a_host_is_free_when_another_serves_its_session(here: GameServersWorld) -> None:
    session = await here.served()
    await here.report(session, status=JoinStatus.CLOSED)
    await instances.request(here.lobby, LEADING, id=session.id, host_type=HostType.DEDICATED)
    other = await here.register(id="host-2")
    assert other.session == session.id
    assert free(await here.poll())


async def test_a_free_host_is_given_another_session(here: GameServersWorld) -> None:
    session = await here.served()
    await instances.remove(here.lobby, hosting(), id=session.id)
    other = await here.waiting(leader=OTHER.uuid)
    await here.poll()
    assert (await here.poll()).session == other.id


# Time


async def test_where_no_host_comes_the_instance_closes(here: GameServersWorld) -> None:
    session = await here.waiting()
    await here.pass_time(59)
    assert (await here.instance(session)).awaits_server
    await here.pass_time(2)
    assert (await here.instance(session)).status is JoinStatus.CLOSED
    assert free(await here.register())


async def test_a_host_that_was_found_has_its_own_time_to_come(here: GameServersWorld) -> None:
    session = await here.waiting()
    await here.pass_time(50)
    await here.register()
    await here.pass_time(59)
    assert (await here.instance(session)).status is JoinStatus.ALLOCATED
    await here.pass_time(2)
    assert (await here.instance(session)).status is JoinStatus.CLOSED


async def test_a_timer_that_is_fired_early_is_set_again(here: GameServersWorld) -> None:
    session = await here.waiting()
    lose_all(here.lobby, here.local.clock)
    await here.pass_time(10)
    await allocations.expire(here.lobby, str(session.id))
    assert (await here.instance(session)).awaits_server
    await here.pass_time(51)
    assert (await here.instance(session)).status is JoinStatus.CLOSED


async def test_what_was_lost_does_not_close_what_has_gone_on(here: GameServersWorld) -> None:
    session = await here.served()
    before = await here.instance(session)
    await here.report(session, status=JoinStatus.PENDING)
    await health.close_lost(here.lobby, session, before, why="no host came")
    assert (await here.instance(session)).status is JoinStatus.PENDING


async def test_a_host_that_came_is_not_missed(here: GameServersWorld) -> None:
    session = await here.served()
    await here.report(session, status=JoinStatus.PENDING)
    await here.pass_time(70)
    assert (await here.instance(session)).status is JoinStatus.PENDING


async def test_a_host_that_no_longer_asks_is_forgotten_after_a_day(here: GameServersWorld) -> None:
    await here.register(id="stays")
    await here.register(id="goes")
    here.local.clock.advance(allocations.REGISTRATION_SECONDS - 10)
    await here.poll("stays")
    here.local.clock.advance(20)
    await dispatch.fire_due(here.lobby)
    assert free(await here.poll("stays"))
    (gone,) = await allocations.poll(here.lobby, EU, ids=["goes"])
    assert isinstance(gone, GameHostNotFound)
