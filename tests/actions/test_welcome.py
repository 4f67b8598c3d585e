"""Whom a host keeps out, on every way in, and at any moment: a verb is stopped before each of its
calls to the store while the host changes their mind in another process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from lobby.actions import accounts, hosts, seating
from lobby.domain.errors import GuestNotWelcome, LobbyError, SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.sessions import Session
from persistence.live.memory import MemoryBus, MemoryLeases
from persistence.ports import Live, Store
from tests.actions.houses import Clock, Paced, interrupted
from tests.actions.tables import Table, above, acting, table

MOST_CALLS = 40


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(tmp_path) as here:
        yield here


async def ban(here: Table, host: Actor, guest: Actor) -> None:
    await hosts.ban(here.lobby, Permit(host), host=host.uuid, guest=guest.uuid)


# Whom


async def test_a_banned_player_is_kept_out_on_every_way_in(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    await ban(here, ann, bob)
    assert not (await here.house.now(session)).sits(bob.uuid)
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: here.enter(bob, session),
        lambda: here.enter(bob, session, let_in=True),
        lambda: here.place(bob, session, bob),
        lambda: here.place(ann, session, bob, status="invited"),
        lambda: here.place(above(ann), session, bob, status="member"),
        lambda: here.place(above(ann), session, bob, status="reserved"),
        lambda: here.house.join(session, bob),
        lambda: seating.invite(here.lobby, acting(ann), id=session.id, guest=bob.uuid),
    ]
    for way in ways:
        with pytest.raises(GuestNotWelcome):
            await way()
    assert (await here.create(bob, "plaza")).id != session.id


async def test_where_hosts_decide_only_friends_come_unless_invited(here: Table) -> None:
    host, friend, stranger = [await here.player() for _ in range(3)]
    session = await here.create(host, "lounge")
    await hosts.befriend(here.lobby, Permit(host), host=host.uuid, friend=friend.uuid)
    with pytest.raises(GuestNotWelcome):
        await here.enter(stranger, session)
    assert (await here.create(stranger, "lounge")).id != session.id
    assert (await here.create(friend, "lounge")).id == session.id
    await here.place(host, session, stranger, status="invited")
    assert (await here.enter(stranger, session)).sits(stranger.uuid)


async def test_where_hosts_decide_they_may_keep_out_who_has_no_name(here: Table) -> None:
    host, nameless = await here.player(), await here.player(named=False)
    session = await here.create(host, "lounge")
    permit = Permit(host)
    await hosts.update(here.lobby, permit, host=host.uuid, only_friends=False)
    with pytest.raises(GuestNotWelcome):
        await here.enter(nameless, session)
    await hosts.update(here.lobby, permit, host=host.uuid, allow_nonames=True)
    assert (await here.enter(nameless, session)).sits(nameless.uuid)


async def test_elsewhere_everybody_comes_whatever_the_leader_wishes_as_a_host(here: Table) -> None:
    ann, stranger = await here.player(), await here.player(named=False)
    session = await here.create(ann, "plaza")
    assert (await here.create(stranger, "plaza")).id == session.id


async def test_who_leads_next_is_not_asked_about_those_who_sit_already(here: Table) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob, cat)
    await ban(here, bob, cat)
    left = await here.dismiss(ann, session)
    assert (left.leader, left.sits(cat.uuid)) == (bob.uuid, True)
    edited = await here.enter(cat, session, custom_data={"hat": "red"})
    assert edited.sits(cat.uuid)


# When


@dataclass
class Party:
    """Two processes over one store; the first one's calls can be stopped."""

    here: Table
    there: Table
    paced: Paced

    async def at_every_call(self, scene: Callable[[], Awaitable[Scene]]) -> int:
        """Play it anew for each call at which the verb can be interrupted; returns how many."""
        for at in range(1, MOST_CALLS):
            verb, other, must_hold = await scene()
            self.paced.rewind()
            reached = await interrupted(self.paced, verb, other, at=at)
            await must_hold()
            if not reached:
                return at - 1
        raise AssertionError("it never ends")


Verb = Callable[[], Awaitable[object]]
Scene = tuple[Verb, Verb, Callable[[], Awaitable[None]]]


@pytest.fixture
async def party(store: Store, tmp_path: Path) -> AsyncIterator[Party]:
    bus = MemoryBus()
    live, paced = Live(bus, MemoryLeases(bus, clock=Clock())), Paced(store)
    stopped: object = paced
    async with (
        table(tmp_path, stopped, live) as here,  # type: ignore[arg-type]
        table(tmp_path, store, live) as there,
    ):
        yield Party(here, there, paced)
    await bus.close()
    await live.leases.close()


async def require_out(where: Table, session: Session, guest: Actor) -> None:
    with suppress(SessionNotFound):
        assert (await where.house.now(session)).held_by(guest.uuid) is None


WAYS: dict[str, Callable[[Table, Actor, Session], Awaitable[object]]] = {
    "enter": lambda here, guest, session: here.enter(guest, session),
    "create": lambda here, guest, session: here.create(guest, "plaza"),
    "place": lambda here, guest, session: here.place(guest, session, guest),
}


@pytest.mark.parametrize("how", WAYS)
async def test_a_ban_at_any_moment_of_coming_in_leaves_no_banned_player_inside(
    party: Party, how: str
) -> None:
    async def scene() -> Scene:
        ann, bob = await party.here.player(), await party.here.player()
        session = await party.here.open(ann, "plaza")

        async def must_hold() -> None:
            await require_out(party.there, session, bob)
            for old in await party.there.lobby.sessions.all("type", "plaza"):
                await party.there.change(old, joinable=False)  # not for those of the next scene

        return (
            lambda: WAYS[how](party.here, bob, session),
            lambda: ban(party.there, ann, bob),
            must_hold,
        )

    assert await party.at_every_call(scene) >= 3


@pytest.mark.parametrize("why", ["banned", "asked to go"])
async def test_who_only_says_what_they_bring_does_not_come_back_by_that(
    party: Party, why: str
) -> None:
    async def scene() -> Scene:
        host, guest = await party.here.player(), await party.here.player()
        session = await party.here.create(host, "lounge")
        await party.here.place(host, session, guest, status="invited")
        await party.here.enter(guest, session)

        async def remove() -> None:
            if why == "banned":
                await ban(party.there, host, guest)
            else:
                await party.there.dismiss(host, session, guest)

        return (
            lambda: party.here.enter(guest, session, custom_data={"hat": "red"}),
            remove,
            lambda: require_out(party.there, session, guest),
        )

    assert await party.at_every_call(scene) >= 3


@pytest.mark.parametrize("how", ["enter", "join"])
async def test_an_invitation_that_is_taken_back_meanwhile_lets_nobody_in(
    party: Party, how: str
) -> None:
    """Where the host decides: either they came first and were asked to go, or they stay out."""

    async def scene() -> Scene:
        host, guest = await party.here.player(), await party.here.player()
        session = await party.here.create(host, "lounge")
        await party.here.place(host, session, guest, status="invited")
        come = party.here.house.join if how == "join" else None
        return (
            lambda: come(session, guest) if come else party.here.enter(guest, session),
            lambda: party.there.dismiss(host, session, guest),
            lambda: require_out(party.there, session, guest),
        )

    assert await party.at_every_call(scene) >= 3


async def test_who_is_deleted_while_coming_in_is_not_inside(party: Party) -> None:
    async def scene() -> Scene:
        ann, bob = await party.here.player(), await party.here.player()
        session = await party.here.open(ann, "game")
        return (
            lambda: party.here.enter(bob, session),
            lambda: accounts.delete(party.there.lobby, SYSTEM, account=bob.uuid),
            lambda: require_out(party.there, session, bob),
        )

    assert await party.at_every_call(scene) >= 3


async def test_a_refused_way_in_leaves_no_trace(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    log = await here.log(session)
    with pytest.raises(LobbyError):
        await here.enter(bob, session)
    assert (await here.house.now(session), await here.log(session)) == (session, log)
    assert await here.heard(bob) == []
