"""Two verbs at once: each is stopped before every one of its calls to the store while the other
runs whole, in another process. Whichever comes first, the rule holds at the end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from lobby.actions.accounts import accounts, hosts
from lobby.actions.sessions import exclusions, invitations, lifecycle, members, seats
from lobby.domain.errors import NotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.seats import seat_id
from lobby.domain.sessions.session import Session
from persistence.ports import Live, Store
from tests.support.lobby import LocalLobby, PausingStore, interrupted, leading, two_local_lobbies
from tests.support.lobby import seats_with as taken

MOST_CALLS = 40
Party = tuple[LocalLobby, LocalLobby, PausingStore]
Verb = Callable[[], Awaitable[object]]
Scene = tuple[Verb, Verb, Callable[[], Awaitable[None]]]
"""The verb that is stopped (here), the one that runs meanwhile (there), and what must hold."""


@pytest.fixture(params=["memory"])
def live_url(request: pytest.FixtureRequest) -> str:
    return f"{request.param}:"


@pytest.fixture
async def party(store: Store, live: Live) -> AsyncIterator[Party]:
    async with two_local_lobbies(store, live) as (here, there, paced):
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


async def scene_of_a_ban(here: LocalLobby, there: LocalLobby) -> tuple[Actor, Actor, Session]:
    host, guest = await here.person(), await here.person()
    return host, guest, await here.open_session(host)


async def require_out(local: LocalLobby, session: Session, guest: Actor) -> None:
    now = await local.now(session)
    assert now.seats.held_by(guest.uuid) is None


def entering(
    how: str, local: LocalLobby, host: Actor, guest: Actor, session: Session
) -> Callable[[], Awaitable[object]]:
    lobby = local.lobby
    match how:
        case "join":
            return lambda: members.join(lobby, Permit(guest), id=session.id)
        case "join_host":
            return lambda: members.join_host(lobby, Permit(guest), host=host.uuid)
        case "reserve":
            return lambda: seats.reserve(lobby, Permit(guest), seat=seat_id(session.id, "2"))
        case _:
            return lambda: invitations.invite(
                lobby, leading(host), id=session.id, player=guest.uuid
            )


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


@pytest.mark.parametrize("how", ["join", "join_host", "reserve"])
@pytest.mark.parametrize("stopped", ["kicking", "entering"])
async def test_a_guest_who_is_kicked_for_a_time_while_entering_holds_no_seat(
    party: Party, how: str, stopped: str
) -> None:
    here, there, _ = party

    async def scene() -> Scene:
        host, guest, session = await scene_of_a_ban(here, there)
        first, second = (here, there) if stopped == "kicking" else (there, here)
        enter = entering(how, second, host, guest, session)

        def kick() -> Awaitable[object]:
            return exclusions.kick(
                first.lobby, leading(host), id=session.id, player=guest.uuid, seconds=600
            )

        verb, other = (kick, enter) if stopped == "kicking" else (enter, kick)
        return verb, other, lambda: require_out(there, session, guest)

    assert await at_every_call(party, scene) >= 2


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
            return lifecycle.launch(second.lobby, Permit(host), host=host.uuid)

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
            lambda: lifecycle.launch(here.lobby, Permit(host), host=host.uuid),
            lambda: lifecycle.launch(there.lobby, Permit(host), host=host.uuid),
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
            assert now.seats.sits(first.uuid) is not now.seats.sits(second.uuid)

        return (
            lambda: here.join(session, first),
            lambda: there.join(session, second),
            must_hold,
        )

    assert await at_every_call(party, scene) >= 3


def deleting(local: LocalLobby, account: Actor) -> Verb:
    return lambda: accounts.delete(local.lobby, Permit(account), account=account.uuid)
