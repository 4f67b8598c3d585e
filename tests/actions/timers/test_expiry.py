"""What time does to sessions: unwanted ones end, and some are always there."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.changes import expiry_timers
from lobby.actions.sessions import lifecycle
from lobby.actions.timers import dispatch, expiry, presence
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.session import Session
from lobby.workers.sweeper import MIN_SESSIONS_SECONDS, TERM_SECONDS, Sweeper
from tests.support.game import session_type
from tests.support.live_parts import lose_all, shared
from tests.support.lobby import leading
from tests.support.sessions import GAME, SessionsWorld, sessions_world
from tests.support.waiting import until

TTL = 300.0
HUB = GAME + session_type("hub")


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path, game=HUB) as here:
        yield here


async def there(here: SessionsWorld, session: Session) -> bool:
    try:
        await here.local.now(session)
    except SessionNotFound:
        return False
    return True


# Unwanted ones


async def test_a_session_that_nobody_wants_ends_and_everybody_is_told(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(ann, session, bob, status="invited")
    await here.pass_time(TTL - 1)
    assert await there(here, session)
    await here.pass_time(2)
    assert not await there(here, session)
    assert (await here.log(session))[-1] == "session_expired"
    for who in (ann, bob):
        last = (await here.heard(who))[-1]
        assert (last["kind"], "etag" in last) == ("session_closed", False)


@pytest.mark.parametrize(
    ("who", "outright", "wanted"),
    [
        ("leader", False, True),
        ("member", False, True),
        ("invited", False, False),
        ("stranger", False, False),
        ("stranger", True, True),
    ],
)
async def test_looking_at_it_is_wanting_it_for_who_is_in_it_or_above_it(
    here: SessionsWorld, who: str, outright: bool, wanted: bool
) -> None:
    cast = {name: await here.player() for name in ("leader", "member", "invited", "stranger")}
    session = await here.open(cast["leader"], "game", cast["member"])
    await here.place(cast["leader"], session, cast["invited"], status="invited")
    await here.pass_time(TTL - 10)
    session = await here.local.now(session)
    await expiry_timers.refresh(here.lobby, session, cast[who], outright=outright)
    await here.pass_time(20)
    assert await there(here, session) is wanted


async def test_changing_it_is_wanting_it_also_where_nothing_changes(here: SessionsWorld) -> None:
    ann = await here.player()
    session = await here.create(ann)
    for _ in range(3):
        await here.pass_time(TTL - 10)
        same = await lifecycle.update(here.lobby, leading(ann), id=session.id, entry=Entry.INVITED)
        assert same.version == session.version
    assert await there(here, session)


async def test_wanting_it_is_no_new_version_and_told_nobody(here: SessionsWorld) -> None:
    ann = await here.player()
    session = await here.create(ann)
    heard = await here.heard(ann)
    await expiry_timers.refresh(here.lobby, session, ann)
    assert ((await here.local.now(session)).version, await here.heard(ann)) == (
        session.version,
        heard,
    )


@pytest.mark.parametrize(
    ("type_", "status", "stays"),
    [
        ("plaza", JoinStatus.JOINABLE, True),
        ("plaza", JoinStatus.CLOSED, False),
        ("plaza", None, False),
        ("game", JoinStatus.JOINABLE, False),
        ("hub", JoinStatus.JOINABLE, False),
    ],
)
async def test_one_that_is_kept_stays_while_it_is_played_somewhere(
    here: SessionsWorld, type_: str, status: JoinStatus | None, stays: bool
) -> None:
    session = await here.create(Permit(await server(here), outright=True), type_)
    playing = Instance("i", HostType.DEDICATED, status, 1.0) if status else None
    await here.change(session, instance=playing)
    await here.pass_time(TTL + 1)
    assert await there(here, session) is stays
    if stays:
        await here.change(session, instance=None)
        await here.pass_time(TTL + 1)
        assert not await there(here, session)


async def test_what_a_host_launched_lives_by_the_hosts_presence_alone(here: SessionsWorld) -> None:
    session = await here.local.open_session(await here.local.person())
    await here.pass_time(TTL + 1)
    assert await there(here, session)


async def test_who_is_gone_for_long_loses_the_seat_and_the_others_stay(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    limit = here.lobby.settings.unattended_seconds
    for _ in range(int(limit // TTL) + 1):
        await expiry_timers.refresh(here.lobby, session, ann)
        here.local.clock.advance(TTL - 5)
        await presence.expire_due(here.lobby)
    here.local.clock.advance(TTL - 10)
    await expiry_timers.refresh(here.lobby, session, ann)
    await presence.expire_due(here.lobby)
    now = await here.local.now(session)
    assert [seat.player for seat in now.seats.occupants()] == [ann.uuid]
    assert (await here.log(session))[-1] == "player_left"


async def test_after_what_fades_was_lost_every_session_has_its_time_again(
    here: SessionsWorld,
) -> None:
    ann = await here.player()
    session = await here.create(ann)
    lose_all(here.lobby, here.local.clock)
    await here.pass_time(TTL + 1)
    assert await there(here, session)
    await dispatch.rearm(here.lobby)
    await here.pass_time(TTL - 1)
    assert await there(here, session)
    await here.pass_time(2)
    assert not await there(here, session)


# Those that are always there


async def server(here: SessionsWorld) -> Actor:
    """Whoever may make sessions that players do not."""
    actor = await here.player()
    return Actor(actor.uuid, actor.kind, actor.name, actor.number, grants=frozenset({"*"}))


async def hubs(here: SessionsWorld) -> Counter[str | None]:
    """How many there are in each region."""
    return Counter(session.region for session in await here.lobby.sessions.all("type", "hub"))


async def test_in_every_region_that_players_are_sent_to_there_are_enough(
    here: SessionsWorld,
) -> None:
    await expiry.maintain_minimum(here.lobby)
    assert await hubs(here) == {"eu": 2, "us": 2}
    await expiry.maintain_minimum(here.lobby)
    assert await hubs(here) == {"eu": 2, "us": 2}
    for session in await here.lobby.sessions.all("type", "hub"):
        assert (session.leader, session.entry, list(session.seats.occupants())) == (
            None,
            Entry.OPEN,
            [],
        )
        assert await here.log(session) == ["session_created"]


async def test_who_comes_to_one_first_leads_it_and_it_stays_when_they_go(
    here: SessionsWorld,
) -> None:
    await expiry.maintain_minimum(here.lobby)
    ann = await here.player()
    session = await here.create(ann, "hub", "eu")
    assert session.leader == ann.uuid
    await here.dismiss(ann, session)
    assert (await here.local.now(session)).leader is None
    assert await hubs(here) == {"eu": 2, "us": 2}


async def test_those_that_are_needed_do_not_end_and_one_too_many_does(here: SessionsWorld) -> None:
    await expiry.maintain_minimum(here.lobby)
    extra = await here.create(Permit(await server(here), outright=True), "hub", "us")
    assert await hubs(here) == {"eu": 2, "us": 2}, "one of those was joined"
    await here.change(extra, region="eu")
    await here.pass_time(TTL + 1)
    await here.pass_time(TTL + 1)
    assert await hubs(here) == {"eu": 2, "us": 1}


async def test_one_that_has_ended_is_replaced_within_ten_seconds(here: SessionsWorld) -> None:
    sweeper = Sweeper(here.lobby)
    await sweeper.round()
    assert await hubs(here) == {"eu": 2, "us": 2}
    one = next(iter(await here.lobby.sessions.all("type", "hub")))
    await here.lobby.sessions.remove(str(one.id))
    here.local.clock.advance(MIN_SESSIONS_SECONDS - 1)
    await sweeper.round()
    assert (await hubs(here)).total() == 3
    here.local.clock.advance(1)
    await sweeper.round()
    assert await hubs(here) == {"eu": 2, "us": 2}


async def test_one_process_sees_to_it_and_another_takes_over_when_it_stops(
    tmp_path: Path, here: SessionsWorld
) -> None:
    live = shared(here.lobby)
    async with sessions_world(tmp_path, here.lobby.store, live, HUB) as other:
        first = asyncio.create_task(Sweeper(here.lobby).run())
        await until_there_are(here, 4)
        second = asyncio.create_task(Sweeper(other.lobby).run())
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        for session in await here.lobby.sessions.all("type", "hub"):
            await here.lobby.sessions.remove(str(session.id))
        for one in (here, other):
            one.local.clock.advance(TERM_SECONDS)
        await until_there_are(here, 4)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
    assert await hubs(here) == {"eu": 2, "us": 2}


async def until_there_are(here: SessionsWorld, number: int) -> None:
    async def there_are() -> bool:
        return (await hubs(here)).total() >= number

    await until(there_are)


async def test_where_the_type_begins_with_a_game_server_each_asks_for_one(tmp_path: Path) -> None:
    planned = f'{HUB}auto_startup_params = {{ map = "/Game/Hub" }}\n[instances]\n'
    async with sessions_world(tmp_path, game=f'{planned}provider = "registry"\n') as here:
        await expiry.maintain_minimum(here.lobby)
        found = await here.lobby.sessions.all("type", "hub")
        asking = [session.instance for session in found]
        assert [i.awaits_server and i.startup and i.startup.map for i in asking if i] == [
            "/Game/Hub"
        ] * 4
