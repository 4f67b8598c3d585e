"""Whom a host keeps out, at any moment: a verb is stopped before each of its calls to the store
while the host changes their mind in another process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from lobby.actions.accounts import accounts, hosts
from lobby.actions.sessions import lifecycle
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.session import Session
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.support.evictions import delete, restrict
from tests.support.lobby import Clock, PausingStore, interrupted, leading
from tests.support.sessions import SessionsWorld, sessions_world

MOST_CALLS = 40


async def ban(here: SessionsWorld, host: Actor, guest: Actor) -> None:
    await hosts.ban(here.lobby, Permit(host), host=host.uuid, guest=guest.uuid)


@dataclass
class Party:
    """Two processes over one store; the first one's calls can be stopped."""

    here: SessionsWorld
    there: SessionsWorld
    paced: PausingStore

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
    live, paced = open_memory(clock=Clock()), PausingStore(store)
    stopped: object = paced
    async with (
        sessions_world(tmp_path, stopped, live) as here,  # type: ignore[arg-type]
        sessions_world(tmp_path, store, live) as there,
    ):
        yield Party(here, there, paced)
    await live.close()


async def close(where: SessionsWorld, session: Session) -> None:
    """It is not for those of the next scene."""
    with suppress(SessionNotFound):
        await where.change(session, entry=Entry.INVITED)


async def require_out(where: SessionsWorld, session: Session, guest: Actor) -> None:
    with suppress(SessionNotFound):
        assert (await where.local.now(session)).seats.held_by(guest.uuid) is None


WAYS: dict[str, Callable[[SessionsWorld, Actor, Session], Awaitable[object]]] = {
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
                await close(party.there, old)

        return (
            lambda: WAYS[how](party.here, bob, session),
            lambda: ban(party.there, ann, bob),
            must_hold,
        )

    assert await party.at_every_call(scene) >= 3


CHANGES: dict[str, Callable[[SessionsWorld, Actor, Session], Awaitable[object]]] = {
    "friends only": lambda there, host, session: hosts.update(
        there.lobby, Permit(host), host=host.uuid, only_friends=True
    ),
    "closed": lambda there, host, session: lifecycle.update(
        there.lobby, leading(host), id=session.id, entry=Entry.CLOSED
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_nobody_comes_in_after_the_host_lets_in_fewer_but_who_sits_stays(
    party: Party, change: str
) -> None:
    async def scene() -> Scene:
        host, guest = await party.here.player(), await party.here.player()
        session = await party.here.create(host, "lounge")
        await hosts.update(party.here.lobby, Permit(host), host=host.uuid, only_friends=False)
        sat: list[bool] = []

        async def narrow() -> None:
            await CHANGES[change](party.there, host, session)
            sat.append((await party.there.local.now(session)).seats.sits(guest.uuid))

        async def must_hold() -> None:
            sits = (await party.there.local.now(session)).seats.sits(guest.uuid)
            assert sits <= sat[0]
            await close(party.there, session)

        return (lambda: party.here.enter(guest, session), narrow, must_hold)

    assert await party.at_every_call(scene) >= 3


async def test_whoever_leads_when_the_seat_is_written_says_who_comes(party: Party) -> None:
    async def scene() -> Scene:
        ann, bob, guest = [await party.here.player() for _ in range(3)]
        session = await party.here.open(ann, "game", bob)
        party.here.local.clock.advance(1)
        await ban(party.here, bob, guest)
        sat: list[bool] = []

        async def leave() -> None:
            sat.append((await party.there.dismiss(ann, session)).seats.sits(guest.uuid))

        async def must_hold() -> None:
            sits = (await party.there.local.now(session)).seats.sits(guest.uuid)
            assert sits <= sat[0]

        return (lambda: party.here.enter(guest, session), leave, must_hold)

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
        come = party.here.local.join if how == "join" else None
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


TAKEN_BACK: dict[Reason, Callable[[SessionsWorld, Actor, Actor], Awaitable[object]]] = {
    Reason.BANNED: ban,
    Reason.RESTRICTED: lambda there, host, guest: restrict(there.lobby, guest.uuid),
    Reason.ACCOUNT_DELETED: lambda there, host, guest: delete(there.lobby, guest.uuid),
    Reason.CLOSED: lambda there, host, guest: hosts.update(
        there.lobby, Permit(host), host=host.uuid, only_friends=True
    ),
}


@pytest.mark.parametrize("why", TAKEN_BACK)
async def test_a_seat_that_is_taken_back_has_the_true_reason_in_the_log(
    party: Party, why: Reason
) -> None:
    reasons = set[str]()

    async def scene() -> Scene:
        host, guest = await party.here.player(), await party.here.player()
        session = await party.here.create(host, "lounge")
        await hosts.update(party.here.lobby, Permit(host), host=host.uuid, only_friends=False)

        async def must_hold() -> None:
            for line in await party.there.local.entries(f"events:{session.id}"):
                if line.get("reason") and line.get("target") == guest.uuid:
                    reasons.add(line["reason"])
            await close(party.there, session)

        return (
            lambda: party.here.enter(guest, session),
            lambda: TAKEN_BACK[why](party.there, host, guest),
            must_hold,
        )

    await party.at_every_call(scene)
    assert reasons == {why}
