"""Kicks that stick: on every way in, until their time, and what the one and the leader learn."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from lobby.actions.accounts import accounts, hosts
from lobby.actions.changes import change
from lobby.actions.sessions import exclusions, invitations, lifecycle, seats
from lobby.domain.errors import (
    AccountNotFound,
    Forbidden,
    ListFull,
    NotSeated,
    TooMany,
    Unacceptable,
)
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.errors import KeptOut
from lobby.domain.sessions.exclusions import MOST_EXCLUDED, Exclusion
from lobby.domain.sessions.seats import seat_id
from lobby.domain.sessions.session import Session
from tests.support.game import session_type
from tests.support.lobby import leading
from tests.support.sessions import GAME, SessionsWorld, above, sessions_world


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def kick(
    here: SessionsWorld,
    by: Actor,
    session: Session,
    whom: Actor,
    *,
    seconds: int | None = None,
    reason: str = "",
    again: bool = False,
) -> Session:
    return await exclusions.kick(
        here.lobby,
        leading(by),
        id=session.id,
        player=whom.uuid,
        seconds=seconds,
        said=reason,
        again=again,
    )


async def test_whoever_is_kicked_for_a_time_is_kept_out_on_every_way_in(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    await kick(here, ann, session, bob, seconds=300, reason="griefing")
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: here.enter(bob, session),
        lambda: here.enter(bob, session, way=Way.PLATFORM),
        lambda: here.place(bob, session, bob),
        lambda: here.local.join(session, bob),
        lambda: seats.reserve(here.lobby, Permit(bob), seat=seat_id(session.id, "1")),
    ]
    for way in ways:
        with pytest.raises(KeptOut) as refused:
            await way()
        until = here.lobby.now() + 300
        assert refused.value.about == {"until": until, "reason": "griefing"}
    assert (await here.create(bob, "plaza")).id != session.id
    here.local.clock.advance(300)
    await here.enter(bob, session)


async def test_an_invitation_by_name_or_a_pardon_lets_them_back(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    await kick(here, ann, session, bob, seconds=300)
    await here.place(ann, session, bob, status="invited")
    await here.enter(bob, session)
    await kick(here, ann, session, bob, seconds=300)
    with pytest.raises(Forbidden):
        await exclusions.pardon(here.lobby, leading(bob), id=session.id, player=bob.uuid)
    for _ in range(2):
        await exclusions.pardon(here.lobby, leading(ann), id=session.id, player=bob.uuid)
    await here.enter(bob, session)


async def test_without_a_time_the_catalogue_says_how_long(tmp_path: Path) -> None:
    game = GAME.replace(session_type("plaza"), session_type("plaza", kick_s=30))
    async with sessions_world(tmp_path, game=game) as here:
        ann, bob = await here.player(), await here.player()
        host = await here.local.person()
        hosted = await here.local.open_session(host)
        for leader, session, seconds in (
            (ann, await here.open(ann, "game"), 0),
            (ann, await here.open(ann, "plaza"), 30),
            (host, hosted, 60),
        ):
            await here.enter(bob, session)
            await kick(here, leader, session, bob)
            if seconds:
                here.local.clock.advance(seconds - 1)
                with pytest.raises(KeptOut):
                    await here.enter(bob, session)
                here.local.clock.advance(1)
            await here.enter(bob, session)


async def test_a_full_list_refuses_a_kick_with_a_time_and_no_plain_one(
    here: SessionsWorld,
) -> None:
    host, guest = await here.local.person(), await here.player()
    session = await here.local.open_session(host)
    await here.enter(guest, session)
    others = {str(uuid4()): Exclusion(host.uuid, here.lobby.now()) for _ in range(MOST_EXCLUDED)}
    await change.alter(here.lobby, session.id, lambda s: s.exclusions.players.update(others))
    with pytest.raises(ListFull, match="pardon one first"):
        await kick(here, host, session, guest, seconds=60)
    after = await kick(here, host, session, guest)
    assert after.seats.held_by(guest.uuid) is None
    assert after.exclusions.players == others
    assert exclusions.not_kept(here.lobby, after, guest.uuid)
    await here.enter(guest, session)


async def test_taking_an_invitation_back_keeps_nobody_out_who_is_not_said_to_be(
    here: SessionsWorld,
) -> None:
    host, guest = await here.local.person(), await here.player()
    session = await here.local.open_session(host)
    await invitations.invite(here.lobby, leading(host), id=session.id, player=guest.uuid)
    await kick(here, host, session, guest)
    await here.enter(guest, session)


async def test_kicking_again_changes_nothing_where_the_door_says_so(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob, cat)
    first = await kick(here, ann, session, bob, seconds=60)
    assert (await kick(here, ann, session, bob, again=True)).version == first.version
    with pytest.raises(NotSeated):
        await kick(here, ann, session, bob)
    with pytest.raises(Forbidden):
        await kick(here, cat, session, bob, again=True)
    here.local.clock.advance(60)
    with pytest.raises(NotSeated):
        await kick(here, ann, session, bob, again=True)


async def test_who_may_kick_sees_who_is_kept_out_and_nobody_else(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob, cat)
    await kick(here, ann, session, bob, seconds=60, reason="afk")
    found = await exclusions.excluded(here.lobby, leading(ann), id=session.id)
    assert {who: (one.by, one.reason) for who, one in found.items()} == {
        bob.uuid: (ann.uuid, "afk")
    }
    with pytest.raises(Forbidden):
        await exclusions.excluded(here.lobby, leading(cat), id=session.id)
    here.local.clock.advance(60)
    assert await exclusions.excluded(here.lobby, leading(ann), id=session.id) == {}


async def test_a_reason_that_cannot_be_shown_changes_nothing(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    with pytest.raises(Unacceptable):
        await kick(here, ann, session, bob, seconds=60, reason="\u202eevil")
    now = await here.local.now(session)
    assert now.seats.sits(bob.uuid)
    assert now.exclusions.players == {}


async def test_nobody_locks_themselves_out(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    await kick(here, ann, session, ann, seconds=60)
    await here.enter(ann, session)


# Invitations that are taken back


async def test_twenty_invitations_and_take_backs_leave_one_of_each_and_none_of_their_text(
    here: SessionsWorld,
) -> None:
    pest, target = await here.player(), await here.player()
    session = await here.open(pest)
    refused = 0
    for _ in range(20):
        try:
            await here.place(pest, session, target, status="invited")
        except TooMany:
            refused += 1
        else:
            await kick(here, pest, session, target, reason="BUY NOW")
        here.local.clock.advance(0.5)
    heard = await here.heard(target)
    assert [one["kind"] for one in heard] == ["session_invited", "session_uninvited"]
    assert "BUY NOW" not in str(heard)
    assert refused == 19


async def test_somebody_banned_writes_nothing_by_taking_an_invitation_back(
    here: SessionsWorld,
) -> None:
    pest, target, service = [await here.player() for _ in range(3)]
    session = await here.open(pest)
    await here.place(above(service), session, target, status="invited")
    await hosts.ban(here.lobby, Permit(target), host=target.uuid, guest=pest.uuid)
    before = await here.heard(target)
    await kick(here, pest, session, target, reason="BUY NOW")
    assert await here.heard(target) == before
    assert (await here.local.now(session)).seats.held_by(target.uuid) is None


async def test_whoever_bans_somebody_declines_their_invitations_and_hears_no_more(
    here: SessionsWorld,
) -> None:
    pest, target = await here.player(), await here.player()
    session = await here.open(pest)
    await here.place(pest, session, target, status="invited")
    await hosts.ban(here.lobby, Permit(target), host=target.uuid, guest=pest.uuid)
    assert (await here.local.now(session)).seats.held_by(target.uuid) is None
    before = await here.heard(target)
    await lifecycle.update(here.lobby, leading(pest), id=session.id, attributes={"a": "BUY NOW"})
    with pytest.raises(NotSeated):
        await kick(here, pest, session, target, reason="BUY NOW")
    assert await here.heard(target) == before
    assert "invite_declined" in await here.log(session)


async def test_nobody_is_kept_out_who_does_not_exist(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    nobody = Actor(str(uuid4()))
    with pytest.raises(AccountNotFound):
        await kick(here, ann, session, nobody, seconds=300)
    with pytest.raises(AccountNotFound):
        await exclusions.pardon(here.lobby, leading(ann), id=session.id, player=nobody.uuid)
    assert (await here.local.now(session)).exclusions.players == {}
    with pytest.raises(Forbidden):  # and who may not kick does not learn who exists
        await kick(here, bob, session, nobody, seconds=300)
    absent = await here.player()
    await kick(here, ann, session, absent, seconds=300)
    await accounts.delete(here.lobby, SYSTEM, account=absent.uuid)
    await exclusions.pardon(here.lobby, leading(ann), id=session.id, player=absent.uuid)
    assert (await here.local.now(session)).exclusions.players == {}
