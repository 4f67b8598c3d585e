"""Coming in by a code: what it passes and what it does not, when it is dead, and wrong guesses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.changes import views
from lobby.actions.sessions import asking, codes, exclusions, lifecycle, members
from lobby.actions.sessions.passwords import Said
from lobby.actions.timers import expiry
from lobby.domain.errors import (
    LobbyError,
    SessionFull,
    SessionNotFound,
    SessionNotJoinable,
    TooMany,
)
from lobby.domain.permissions import NOBODY, SYSTEM, Actor, Permit, Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.codes import read
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import (
    KeptOut,
    PasswordNeeded,
    TemplateForbids,
    VersionIncompatible,
)
from lobby.domain.sessions.session import Session
from persistence.ports import Store
from tests.support.game import entry
from tests.support.lobby import PausingStore, leading, local_lobby
from tests.support.services import RedisServer
from tests.support.sessions import GAME, SessionsWorld, sessions_world

NONE = "ZZZ-ZZ2"
"""A code that no session has."""
OPENED = {"can_be_created_by_players_directly": True}
CODES = GAME + entry("templates", session_type="brief", code_ttl_s=60, **OPENED)
CODES += entry("templates", session_type="mute", codes=False, **OPENED)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path, game=CODES) as here:
        yield here


def inside(who: Actor) -> Permit:
    return Permit(who, role=Role.ACTIVE)


async def coded(here: SessionsWorld, leader: Actor, type: str = "party") -> tuple[Session, str]:
    """A session by invitation, and its code."""
    session = await here.create(leader, type)
    await here.change(session, entry=Entry.INVITED)
    session = await codes.have(here.lobby, inside(leader), id=session.id)
    return session, code_of(session)


def code_of(session: Session) -> str:
    assert session.code is not None
    return session.code.text


async def come(
    here: SessionsWorld, who: Actor, code: str, *, address: str = "", **wish: Any
) -> Session:
    """As a door does it."""
    permit = Permit(who)
    found = await codes.find(here.lobby, permit, code, address=address)
    return await members.join(here.lobby, permit, id=found.id, code=code, known=found, **wish)


# What it passes


async def test_whoever_holds_the_code_comes_in_as_if_they_were_invited(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player(named=False)
    session = await here.create(ann, "lounge")
    session = await codes.have(here.lobby, inside(ann), id=session.id)
    with pytest.raises(LobbyError):
        await here.enter(bob, session)
    code = code_of(session).lower()
    joined = await come(here, bob, f"{code[:3]}-{code[3:]}")
    assert joined.seats.sits(bob.uuid)


async def test_it_opens_neither_what_is_full_nor_what_does_not_fit(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session, code = await coded(here, ann)
    edit = MemberEdit(client=Client("2.0.0", "Steam", "gamepad"))
    with pytest.raises(VersionIncompatible):
        await come(here, bob, code, edit=edit)
    while not (session := await here.local.now(session)).seats.full:
        await come(here, await here.player(), code)
    with pytest.raises(SessionFull):
        await come(here, cat, code)
    asked = await asking.ask(here.lobby, Permit(cat), ids=[session.id], code=code)
    assert asked[session.id].why == "full"


async def test_whom_a_kick_keeps_out_it_does_not_let_in(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session, code = await coded(here, ann)
    await come(here, bob, code)
    await exclusions.kick(here.lobby, leading(ann), id=session.id, player=bob.uuid, seconds=60)
    with pytest.raises(KeptOut):
        await come(here, bob, code)


async def test_whom_the_leader_has_banned_finds_nothing_and_it_counts_as_a_guess(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    _, code = await coded(here, ann)
    await hosts.ban(here.lobby, Permit(ann), host=ann.uuid, guest=bob.uuid)
    for _ in range(10):
        with pytest.raises(SessionNotFound):
            await come(here, bob, code)
    with pytest.raises(TooMany):
        await come(here, bob, code)


async def test_ask_says_of_it_what_joining_does(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session, code = await coded(here, ann)

    async def may(code: str | None = None) -> object:
        found = await asking.ask(here.lobby, Permit(bob), ids=[session.id], code=code)
        return found[session.id].may if found else "nothing"

    assert [await may(), await may(code), await may(NONE)] == ["no", "join", "nothing"]


# Whose it is, and when it dies


async def test_the_code_is_shown_inside_and_to_nobody_else(here: SessionsWorld) -> None:
    ann = await here.player()
    session, code = await coded(here, ann)
    seen = views.inside(session, here.lobby.links)
    assert (seen["code"], seen["link"]) == (code, f"{here.lobby.settings.url}/j/{code}")
    assert not {"code", "link"} & views.outside(session).keys()


async def test_it_is_dead_once_it_is_renewed_dropped_closed_or_the_session_is_over(
    here: SessionsWorld,
) -> None:
    ann, lobby = await here.player(), here.lobby
    session, first = await coded(here, ann)
    id, by = session.id, leading(ann)

    async def dead(code: str) -> None:
        with pytest.raises(SessionNotFound):
            await come(here, await here.player(), code)

    second = code_of(await codes.renew(lobby, by, id=id))
    await dead(first)
    await codes.drop(lobby, by, id=id)
    await dead(second)
    third = code_of(await codes.have(lobby, inside(ann), id=id))
    await lifecycle.update(lobby, by, id=id, entry=Entry.CLOSED)
    await dead(third)
    with pytest.raises(SessionNotJoinable):
        await codes.have(lobby, inside(ann), id=id)
    await lifecycle.update(lobby, by, id=id, entry=Entry.OPEN)
    fourth = code_of(await codes.have(lobby, inside(ann), id=id))
    await lifecycle.close(lobby, by, id=id, reason=Reason.CLOSED)
    await dead(fourth)


async def test_a_type_says_how_long_codes_are_good_for_or_that_there_are_none(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session, code = await coded(here, ann, "brief")
    here.local.clock.advance(59)
    await expiry.free_expired_seats(here.lobby)
    await come(here, bob, code)
    here.local.clock.advance(1)
    with pytest.raises(SessionNotFound):
        await come(here, await here.player(), code)
    await expiry.free_expired_seats(here.lobby)
    assert (await here.local.now(session)).code is None
    mute = await here.create(await here.player(), "mute")
    with pytest.raises(TemplateForbids) as refused:
        await codes.have(here.lobby, Permit(SYSTEM.actor, outright=True), id=mute.id)
    assert refused.value.about == {"word": "code"}


async def test_no_two_live_sessions_have_one_code(
    here: SessionsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where both draw the same."""
    (_, first), other = await coded(here, await here.player()), await here.player()

    class Unlucky:
        drawn = iter([*first, *first, *"BBBBB2"])

        def choice(self, characters: str) -> str:
            return str(next(self.drawn))

    monkeypatch.setattr(codes, "random", Unlucky())
    assert (await coded(here, other))[1] == "BBBBB2"


# Guesses


async def test_a_wrong_code_costs_as_many_reads_as_a_right_one(
    store: Store, tmp_path: Path
) -> None:
    paced = PausingStore(store)
    stopped: Any = paced
    async with sessions_world(tmp_path, stopped, game=CODES) as here:
        ann, bob, foe = [await here.player() for _ in range(3)]
        session, code = await coded(here, ann)
        good = code_of(await codes.renew(here.lobby, leading(ann), id=session.id))
        await hosts.ban(here.lobby, Permit(ann), host=ann.uuid, guest=foe.uuid)
        calls: list[int] = []
        for who, said in ((bob, good), (bob, code), (bob, NONE), (foe, good)):
            task = asyncio.current_task()
            assert task is not None
            paced.stop(task)
            with suppress(SessionNotFound):
                await codes.find(here.lobby, Permit(who), said, address="")
            calls.append(paced._calls)
    assert len(set(calls)) == 1


async def test_ten_wrong_ones_a_minute_and_right_ones_do_not_count(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    _, code = await coded(here, ann)
    lobby, permit = here.lobby, Permit(bob)
    for _ in range(20):
        await codes.find(lobby, permit, code, address="192.0.2.1")
    for _ in range(10):
        with pytest.raises(SessionNotFound):
            await codes.find(lobby, permit, NONE, address="192.0.2.1")
    for said in (NONE, code):  # not even a right one is looked at
        with pytest.raises(TooMany) as refused:
            await codes.find(lobby, permit, said, address="192.0.2.1")
        assert refused.value.retry_after
    await codes.find(lobby, Permit(ann), code, address="192.0.2.1")


async def test_an_address_has_sixty_whoever_guesses_and_two_processes_count_together(
    own_redis: RedisServer, redis_prefix: str
) -> None:
    where: dict[str, Any] = {"redis_url": own_redis.url, "redis_prefix": redis_prefix}
    async with local_lobby(**where) as here, local_lobby(**where) as there:
        for count in range(60):
            process = (here, there)[count % 2].lobby
            with pytest.raises(SessionNotFound):
                await codes.find(process, Permit(NOBODY), NONE, address="192.0.2.1")
        for process in (here.lobby, there.lobby):
            with pytest.raises(TooMany):
                await codes.find(process, Permit(NOBODY), NONE, address="192.0.2.1")
            with pytest.raises(SessionNotFound):
                await codes.find(process, Permit(NOBODY), NONE, address="192.0.2.2")


def test_the_code_of_the_tests_is_one() -> None:
    assert read(NONE) is not None


async def test_a_password_is_asked_of_whoever_comes_by_the_code(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session, code = await coded(here, ann)
    await lifecycle.update(
        here.lobby, leading(ann), id=session.id, password=Said("open sesame", "")
    )
    with pytest.raises(PasswordNeeded):
        await come(here, bob, code)
