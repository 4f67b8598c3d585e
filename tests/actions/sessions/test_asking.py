"""Asking before trying: what is told is what a join would come to, and nothing is changed by it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import asking, lifecycle
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.session import Session
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, sessions_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def told(here: SessionsWorld, who: Actor, *sessions: Session) -> list[tuple[str, str | None]]:
    ids = [session.id for session in sessions]
    found = await asking.ask(here.lobby, Permit(who), ids=ids)
    return [(found[id].may, found[id].why) for id in ids if id in found]


@pytest.mark.parametrize(
    ("entry", "answer"),
    [
        (Entry.OPEN, ("join", None)),
        (Entry.FRIENDS, ("no", "friends_only")),
        (Entry.INVITED, ("no", "invited_only")),
        (Entry.CLOSED, ("no", "closed")),
    ],
)
async def test_what_is_told_is_what_a_join_comes_to(
    here: SessionsWorld, entry: Entry, answer: tuple[str, str | None]
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann)
    await lifecycle.update(here.lobby, leading(ann), id=session.id, entry=entry)
    before = await here.local.now(session)
    assert await told(here, bob, session) == [answer]
    assert await here.local.now(session) == before
    if answer[0] == "join":
        assert (await here.local.join(session, bob)).seats.sits(bob.uuid)
    else:
        with pytest.raises(LobbyError) as no:
            await here.local.join(session, bob)
        assert no.value.about == {"why": answer[1]}


async def test_who_is_inside_is_told_no_and_no_reason(here: SessionsWorld) -> None:
    ann = await here.player()
    assert await told(here, ann, await here.open(ann)) == [("no", None)]


async def test_sessions_that_there_are_not_for_this_guest_are_left_out(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    hidden, shown = await here.open(ann), await here.open(cat)
    await hosts.ban(here.lobby, Permit(ann), host=ann.uuid, guest=bob.uuid)
    found = await asking.ask(here.lobby, Permit(bob), ids=[hidden.id, 1024, shown.id, shown.id])
    assert {*found} == {shown.id}


async def test_friends_of_whom_a_member_vouches_for_come_where_the_type_says_so(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob)
    await lifecycle.update(here.lobby, leading(ann), id=session.id, entry=Entry.FRIENDS)
    await hosts.befriend(here.lobby, Permit(bob), host=bob.uuid, friend=cat.uuid)
    assert await told(here, cat, session) == [("no", "friends_only")]
    vouched = await here.enter(cat, session, friend=bob.uuid)
    assert vouched.seats.sits(cat.uuid)
