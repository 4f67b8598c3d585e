"""Two verbs at once: each is stopped before every one of its calls to the store while the other
runs whole, in another process. Whichever comes first, the rule holds at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from lobby.actions import accounts, hosts, seating, seats, sessions
from lobby.domain.errors import NotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.seats import seat_id
from lobby.domain.sessions import Session
from persistence.ports import Live, Store
from tests.actions.houses import House, Paced, interrupted, leading, two_houses
from tests.actions.houses import seats as taken

MOST_CALLS = 40
Party = tuple[House, House, Paced]
Verb = Callable[[], Awaitable[object]]
Scene = tuple[Verb, Verb, Callable[[], Awaitable[None]]]
"""The verb that is stopped (here), the one that runs meanwhile (there), and what must hold."""


@pytest.fixture(params=["memory"])
def live_url(request: pytest.FixtureRequest) -> str:
    return f"{request.param}:"


@pytest.fixture
async def party(store: Store, live: Live) -> AsyncIterator[Party]:
    async with two_houses(store, live) as (here, there, paced):
        yield here, there, paced


async def at_every_call(party: Party, scene: Callable[[], Awaitable[Scene]]) -> int:
    """Play the scene anew for each call at which it can be interrupted; returns how many."""
    _, _, paced = party
    for at in range(1, MOST_CALLS):
        verb, other, must_hold = await scene()
        paced.rewind()
        reached = await interrupted(paced, verb, other, at=at)
        await must_hold()
        if not reached:
            return at - 1
    raise AssertionError("it never ends")


async def scene_of_a_ban(here: House, there: House) -> tuple[Actor, Actor, Session]:
    host, guest = await here.person(), await here.person()
    return host, guest, await here.open_session(host)


async def require_out(house: House, session: Session, guest: Actor) -> None:
    now = await house.now(session)
    assert now.held_by(guest.uuid) is None


def entering(
    how: str, house: House, host: Actor, guest: Actor, session: Session
) -> Callable[[], Awaitable[object]]:
    lobby = house.lobby
    match how:
        case "join":
            return lambda: seating.join(lobby, Permit(guest), id=session.id)
        case "join_host":
            return lambda: seating.join_host(lobby, Permit(guest), host=host.uuid)
        case "reserve":
            return lambda: seats.reserve(lobby, Permit(guest), seat=seat_id(session.id, "2"))
        case _:
            return lambda: seating.invite(lobby, leading(host), id=session.id, guest=guest.uuid)


WAYS = pytest.mark.parametrize("how", ["join", "join_host", "reserve", "invite"])


@WAYS
async def test_a_ban_at_any_moment_of_entering_leaves_no_banned_guest_inside(
    party: Party, how: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host, guest, session = await scene_of_a_ban(here, there)
        return (
            entering(how, here, host, guest, session),
            lambda: hosts.ban(there.lobby, Permit(host), host=host.uuid, guest=guest.uuid),
            lambda: require_out(there, session, guest),
        )

    assert await at_every_call(party, scene) >= 3


@WAYS
async def test_entering_at_any_moment_of_a_ban_leaves_no_banned_guest_inside(
    party: Party, how: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host, guest, session = await scene_of_a_ban(here, there)
        return (
            lambda: hosts.ban(here.lobby, Permit(host), host=host.uuid, guest=guest.uuid),
            entering(how, there, host, guest, session),
            lambda: require_out(there, session, guest),
        )

    assert await at_every_call(party, scene) >= 3


@WAYS
@pytest.mark.parametrize("stopped", ["deleting", "entering"])
async def test_a_guest_who_is_deleted_while_entering_holds_no_seat(
    party: Party, how: str, stopped: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host, guest, session = await scene_of_a_ban(here, there)
        first, second = (here, there) if stopped == "deleting" else (there, here)
        delete = deleting(first, guest)
        enter = entering(how, second, host, guest, session)
        verb, other = (delete, enter) if stopped == "deleting" else (enter, delete)
        return verb, other, lambda: require_out(there, session, guest)

    assert await at_every_call(party, scene) >= 3


@pytest.mark.parametrize("stopped", ["deleting", "launching"])
async def test_a_host_who_is_deleted_while_launching_leaves_no_session(
    party: Party, stopped: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host = await here.person()
        first, second = (here, there) if stopped == "deleting" else (there, here)
        delete = deleting(first, host)

        def launch() -> Awaitable[object]:
            return sessions.launch(second.lobby, Permit(host), host=host.uuid)

        verb, other = (delete, launch) if stopped == "deleting" else (launch, delete)

        async def must_hold() -> None:
            with pytest.raises(NotFound):
                await there.lobby.sessions.claimed("leader", host.uuid)

        return verb, other, must_hold

    assert await at_every_call(party, scene) >= 3


async def test_two_launches_at_any_moment_are_one_session(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host = await here.person()

        async def must_hold() -> None:
            assert len(await there.lobby.sessions.find("player", host.uuid)) == 1

        return (
            lambda: sessions.launch(here.lobby, Permit(host), host=host.uuid),
            lambda: sessions.launch(there.lobby, Permit(host), host=host.uuid),
            must_hold,
        )

    assert await at_every_call(party, scene) >= 3


async def test_the_last_seat_goes_to_one_whenever_the_other_comes(party: Party) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host, first, second = [await here.person() for _ in range(3)]
        session = await here.open_session(host)
        for _ in range(6):
            await here.join(session, await here.person())

        async def must_hold() -> None:
            now = await there.now(session)
            assert len(taken(now)) == len(now.seats)
            assert now.sits(first.uuid) is not now.sits(second.uuid)

        return (
            lambda: here.join(session, first),
            lambda: there.join(session, second),
            must_hold,
        )

    assert await at_every_call(party, scene) >= 3


def deleting(house: House, account: Actor) -> Verb:
    return lambda: accounts.delete(house.lobby, Permit(account), account=account.uuid)
