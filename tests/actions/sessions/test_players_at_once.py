"""Two players at once: one verb is stopped before every one of its calls to the store while the
other runs whole, in another process. Whichever comes first, the rule holds at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from lobby.actions.sessions import create_or_join, event_log
from lobby.actions.timers import expiry
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit, Role
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.session import Session
from persistence.ports import Live, Store
from tests.actions.sessions.random_players import (
    CLIENT,
    GAME,
    LateLogStore,
    player,
    replayed,
    require_sound,
)
from tests.support import wishes
from tests.support.lobby import LocalLobby, PausingStore, interrupted, local_lobby
from tests.support.waiting import TIMEOUT
from tests.support.wishes import Wish

MOST_CALLS = 40
Party = tuple[LocalLobby, LocalLobby, PausingStore]
Verb = Callable[[], Awaitable[object]]
Held = Callable[[], Awaitable[None]]
Scene = tuple[Verb, Verb, Held]
"""The verb that is stopped (here), the one that runs meanwhile (there), and what must hold."""


@pytest.fixture(params=["memory"])
def live_url(request: pytest.FixtureRequest) -> str:
    return f"{request.param}:"


@pytest.fixture
async def party(store: Store, live: Live) -> AsyncIterator[Party]:
    paced = PausingStore(store)
    async with (
        local_lobby(paced, live, catalogue=GAME) as here,  # type: ignore[arg-type]
        local_lobby(store, live, catalogue=GAME) as there,
    ):
        yield here, there, paced


async def at_every_call(party: Party, scene: Callable[[], Awaitable[Scene]]) -> None:
    """Play the scene anew for each call at which it can be interrupted."""
    _, _, paced = party
    for at in range(1, MOST_CALLS):
        verb, other, must_hold = await scene()
        paced.rewind()
        reached = await interrupted(paced, verb, other, at=at)
        await must_hold()
        if not reached:
            assert at > 3
            return
    raise AssertionError("it never ends")


async def cast(here: LocalLobby, inside: int, waiting: int = 1) -> tuple[list[Actor], Session]:
    """A session of two teams of three that the first of them leads, and those who wait outside."""
    people = [await player(here) for _ in range(inside + waiting)]
    session = await create_or_join.create_or_join(
        here.lobby, Permit(people[0]), session_type="game", region=None, client=CLIENT
    )
    vars(session)["entry"] = Entry.OPEN
    await here.lobby.sessions.change(str(session.id), lambda s: setattr(s, "entry", Entry.OPEN))
    for one in people[1:inside]:
        await enter(here, session, one)()
    return people, session


def enter(local: LocalLobby, session: Session, who: Actor, team: int = 0) -> Verb:
    return lambda: wishes.enter(
        local.lobby,
        Permit(who),
        id=session.id,
        player=who.uuid,
        wish=Wish(team=team, client=CLIENT),
    )


def place(local: LocalLobby, session: Session, by: Actor, who: Actor, **wish: object) -> Verb:
    return lambda: wishes.place(
        local.lobby,
        Permit(by, role=Role.ADMIN),
        id=session.id,
        player=who.uuid,
        wish=Wish(**wish),  # type: ignore[arg-type]
    )


def dismiss(local: LocalLobby, session: Session, by: Actor, who: Actor) -> Verb:
    return lambda: wishes.dismiss(
        local.lobby, Permit(by, role=Role.ADMIN), id=session.id, player=who.uuid
    )


async def seated(local: LocalLobby, session: Session) -> set[str]:
    """Who sits in it, now that it is seen to be sound."""
    now = await local.now(session)
    require_sound(now)
    return {str(seat.player) for seat in now.seats.occupants()}


async def test_the_last_seat_goes_to_one_of_two_who_come(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        people, session = await cast(here, inside=5, waiting=2)
        *_, one, other = people

        async def must_hold() -> None:
            inside = await seated(there, session)
            assert len(inside) == 6
            assert (one.uuid in inside) is not (other.uuid in inside)

        return enter(here, session, one), enter(there, session, other), must_hold

    await at_every_call(party, scene)


async def test_two_leave_at_any_moment_and_one_of_the_rest_leads(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        people, session = await cast(here, inside=4)
        leader, next_one, *rest, _ = people

        async def must_hold() -> None:
            assert await seated(there, session) == {one.uuid for one in rest}

        return (
            dismiss(here, session, leader, leader),
            dismiss(there, session, next_one, next_one),
            must_hold,
        )

    await at_every_call(party, scene)


async def test_nobody_leads_who_leaves_while_being_promoted(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        people, session = await cast(here, inside=3)
        leader, heir, third, _ = people

        async def must_hold() -> None:
            assert await seated(there, session) == {leader.uuid, third.uuid}

        promote = place(here, session, leader, heir, status="leader")
        return promote, dismiss(there, session, heir, heir), must_hold

    await at_every_call(party, scene)


@pytest.mark.parametrize("stopped", ["coming", "leaving"])
async def test_who_comes_while_the_last_one_leaves_has_a_seat_or_was_refused(
    party: Party, stopped: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        (last, comer), session = await cast(here, inside=1)
        answers: list[object] = []
        first, second = (here, there) if stopped == "coming" else (there, here)

        async def come() -> None:
            answers.append(await enter(first, session, comer)())

        leave = dismiss(second, session, last, last)

        async def must_hold() -> None:
            if answers:
                assert await seated(there, session) == {comer.uuid}
                assert (await there.now(session)).leader == comer.uuid
            else:
                with pytest.raises(SessionNotFound):
                    await there.now(session)

        return (come, leave, must_hold) if stopped == "coming" else (leave, come, must_hold)

    await at_every_call(party, scene)


async def test_who_is_invited_while_coming_sits_once(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        (leader, comer), session = await cast(here, inside=1)

        async def must_hold() -> None:
            now = await there.now(session)
            assert [s.player for s in now.seats.values()].count(comer.uuid) == 1
            assert await seated(there, session) == {leader.uuid, comer.uuid}

        invite = place(here, session, leader, comer, status="invited")
        return invite, enter(there, session, comer), must_hold

    await at_every_call(party, scene)


async def test_the_last_seat_of_a_team_goes_to_one_of_two_who_move_there(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        people, session = await cast(here, inside=4)
        first, second = people[1], people[2]
        for number in (5, 6):
            await place(here, session, people[0], people[3], team=1)()
            if number == 5:
                await enter(here, session, await player(here), team=1)()

        async def must_hold() -> None:
            assert len(await seated(there, session)) == 5
            now = await there.now(session)
            moved = [w for w in (first, second) if now.seats.held_by(w.uuid)[1].team == 1]  # type: ignore[index]
            assert len(moved) == 1

        return (
            place(here, session, first, first, team=1),
            place(there, session, second, second, team=1),
            must_hold,
        )

    await at_every_call(party, scene)


@pytest.mark.parametrize("stopped", ["coming", "expiring"])
async def test_a_session_does_not_expire_over_somebody_who_has_just_come(
    party: Party, stopped: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        people, session = await cast(here, inside=2)
        answers: list[object] = []
        for one in (here, there):
            one.clock.advance(here.lobby.catalogue.server.session_ttl_s + 1)
        first, second = (here, there) if stopped == "coming" else (there, here)

        async def come() -> None:
            answers.append(await enter(first, session, people[2])())

        async def expire() -> None:
            await expiry.expire(second.lobby, str(session.id))

        async def must_hold() -> None:
            try:
                assert people[2].uuid in await seated(there, session)
            except SessionNotFound:
                assert not answers

        return (come, expire, must_hold) if stopped == "coming" else (expire, come, must_hold)

    await at_every_call(party, scene)


async def test_a_log_tells_in_order_who_was_kicked_and_came_again(store: Store, live: Live) -> None:
    late: Any = LateLogStore(store)
    async with (
        local_lobby(late, live, catalogue=GAME) as here,
        local_lobby(store, live, catalogue=GAME) as there,
    ):
        (leader, other), session = await cast(here, inside=2, waiting=0)
        late.asked.clear()
        late.let.clear()
        kick = asyncio.ensure_future(dismiss(here, session, leader, other)())
        async with asyncio.timeout(TIMEOUT):
            await late.asked.wait()
            await enter(there, session, other)()
            late.let.set()
            await kick
        lines = await event_log.page(there.lobby, SYSTEM, id=session.id, number=0, size=50)
        _, inside, _ = replayed(lines)
        assert inside == await seated(there, session) == {leader.uuid, other.uuid}
