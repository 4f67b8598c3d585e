"""Whoever is put out while they come in, or while a match is made with them, is not inside."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from lobby.actions.accounts import moderation
from lobby.actions.matchmaking import proposals
from lobby.actions.sessions import invitations, lifecycle, members, seats
from lobby.domain.errors import (
    GuestNotWelcome,
    TokenRevoked,
)
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.seats import seat_id
from lobby.domain.sessions.session import Session
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.support.evictions import Act, alone_in_queue, delete, nowhere, restrict, sign_out
from tests.support.game import written
from tests.support.lobby import (
    Clock,
    LocalLobby,
    PausingStore,
    interrupted,
    leading,
    local_lobby,
)
from tests.support.lobby import two_local_lobbies as two_lobbies
from tests.support.matchmaking import GAME, MatchmakingWorld


@pytest.mark.parametrize("queue", ["duel", "asked"])
async def test_nobody_who_is_restricted_while_a_match_is_made_is_in_it(
    tmp_path: Path, store: Store, queue: str
) -> None:
    """Whatever the match's process has written by then."""
    live = open_memory(clock=Clock())
    paced = PausingStore(store)
    catalogue = str(written(tmp_path, GAME))
    async with (
        local_lobby(paced, live, catalogue=catalogue) as first,  # type: ignore[arg-type]
        local_lobby(store, live, catalogue=catalogue) as second,
    ):
        here, there = MatchmakingWorld(first), MatchmakingWorld(second)
        for at in range(1, 80):
            gone, stays = await there.waiting(queue)
            paced.rewind()
            reached = await interrupted(
                paced,
                here.tick,
                lambda gone=gone: restrict(there.lobby, gone.leader.uuid),  # type: ignore[misc]
                at=at,
            )
            for _ in range(2):
                await proposals.advance_all(there.lobby)
            await nowhere(there.lobby, gone.leader)
            await alone_in_queue(there, [stays])
            await there.leave(stays)
            if not reached:
                break
        assert at > 5


Way = Callable[[LocalLobby, Session, Actor, Actor], Awaitable[object]]


async def by_joining(local: LocalLobby, session: Session, host: Actor, who: Actor) -> object:
    return await local.join(session, who)


async def by_reserving(local: LocalLobby, session: Session, host: Actor, who: Actor) -> object:
    return await seats.reserve(local.lobby, Permit(who), seat=seat_id(session.id, "2"))


async def by_being_invited(local: LocalLobby, session: Session, host: Actor, who: Actor) -> object:
    return await invitations.invite(local.lobby, leading(host), id=session.id, player=who.uuid)


async def by_being_put_there(
    local: LocalLobby, session: Session, host: Actor, who: Actor
) -> object:
    return await members.add(local.lobby, SYSTEM, id=session.id, player=who.uuid, edit=MemberEdit())


async def by_hosting(local: LocalLobby, session: Session, host: Actor, who: Actor) -> object:
    return await lifecycle.launch(local.lobby, Permit(who), host=who.uuid)


WAYS = [by_joining, by_reserving, by_being_invited, by_being_put_there, by_hosting]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_no_way_in_is_open_to_whoever_is_restricted(local: LocalLobby, way: Way) -> None:
    """Also with a caller that another process identified a moment before."""
    host, who = await local.person(), await local.person()
    session = await local.open_session(host)
    await restrict(local.lobby, who.uuid)
    with pytest.raises((GuestNotWelcome, TokenRevoked)):
        await way(local, session, host, who)
    await nowhere(local.lobby, who)
    await moderation.lift(local.lobby, SYSTEM, account=who.uuid)
    again = (await local.lobby.accounts.get(who.uuid)).actor()
    await way(local, session, host, again)


CASES = [
    (way, act)
    for act in (restrict, delete, sign_out)
    for way in WAYS
    if act is not sign_out or way not in (by_being_invited, by_being_put_there)
]
"""Others may invite somebody who was signed out."""


@pytest.mark.parametrize(
    ("way", "act"), CASES, ids=[f"{w.__name__}-{a.__name__}" for w, a in CASES]
)
async def test_who_is_put_out_while_coming_in_is_not_inside(
    store: Store, way: Way, act: Act
) -> None:
    """Whoever of the two writes first, at every moment of either."""
    async with two_lobbies(store, open_memory(clock=Clock())) as (here, there, paced):
        for at in range(1, 40):
            host, who = await there.person(), await there.person()
            session = await there.open_session(host)
            paced.rewind()
            reached = await interrupted(
                paced,
                lambda h=host, s=session, w=who: way(here, s, h, w),  # type: ignore[misc]
                lambda w=who: act(there.lobby, w.uuid),  # type: ignore[misc]
                at=at,
            )
            if reached:
                await nowhere(there.lobby, who)
            else:
                break
        assert at > 3
