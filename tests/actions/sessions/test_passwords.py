"""Passwords of sessions: who is asked on which way in, how often one may guess, and that nothing is
hashed for whom another question keeps out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import asking, exclusions, invitations, lifecycle, members, seats
from lobby.actions.sessions.passwords import Said
from lobby.domain.errors import Forbidden, LobbyError, SessionNotFound, TooMany
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import PasswordNeeded, TemplateForbids, WrongPassword
from lobby.domain.sessions.seats import Seats, seat_id
from lobby.domain.sessions.session import Session
from tests.support.game import regions, section, session_type
from tests.support.lobby import (
    ADDRESS,
    leading,
    local_lobby,
)
from tests.support.sessions import SessionsWorld, above, sessions_world

RIGHT, WRONG = "sésame", "Sésame"
TRIES = 5


def said(text: str | None) -> Said:
    return Said(text, ADDRESS)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def come(
    here: SessionsWorld, who: Actor, session: Session, password: str | None = None
) -> Session:
    shown = None if password is None else said(password)
    return await members.join(here.lobby, Permit(who), id=session.id, password=shown)


async def set_to(here: SessionsWorld, leader: Actor, session: Session, text: str | None) -> None:
    await lifecycle.update(here.lobby, leading(leader), id=session.id, password=said(text))


async def guarded(here: SessionsWorld, leader: Actor, *others: Actor) -> Session:
    """An open session with the password, and the others in it since before."""
    session = await here.open(leader, "game", *others)
    await set_to(here, leader, session, RIGHT)
    return await here.local.now(session)


async def refused(act: Awaitable[object]) -> LobbyError:
    with pytest.raises(LobbyError) as no:
        await act
    return no.value


async def told(here: SessionsWorld, who: Actor, session: Session) -> tuple[str, str | None]:
    return (await asking.ask(here.lobby, Permit(who), ids=[session.id]))[session.id]


# Who is asked


async def test_it_is_asked_of_the_uninvited_on_every_way_in(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await guarded(here, ann)
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: come(here, bob, session),
        lambda: here.enter(bob, session),
        lambda: here.enter(bob, session, way=Way.PLATFORM),
        lambda: here.place(bob, session, bob),
        lambda: seats.reserve(here.lobby, Permit(bob), seat=seat_id(session.id, "1")),
    ]
    for way in ways:
        no = await refused(way())
        assert (no.code, no.about) == ("password_needed", {"left": TRIES})
    assert await told(here, bob, session) == ("password", None)
    assert (await come(here, bob, session, RIGHT)).seats.sits(bob.uuid)


async def test_letters_are_compared_as_people_type_them(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await guarded(here, ann)
    assert (await come(here, bob, session, "se\u0301same")).seats.sits(bob.uuid)


async def test_it_is_not_asked_of_the_invited_nor_of_who_may_act_on_any_session(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await guarded(here, ann)
    await invitations.invite(here.lobby, leading(ann), id=session.id, player=bob.uuid)
    assert await told(here, bob, session) == ("join", None)
    assert (await come(here, bob, session)).seats.sits(bob.uuid)
    assert (await here.enter(above(cat), session)).seats.sits(cat.uuid)


async def test_who_has_shown_it_comes_back_without_it_until_it_changes(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await guarded(here, ann)
    await come(here, bob, session, RIGHT)
    await here.dismiss(bob, session)
    assert await told(here, bob, session) == ("join", None)
    await come(here, bob, session)
    await set_to(here, ann, session, "another")
    assert (await here.local.now(session)).seats.sits(bob.uuid), "nobody is removed by that"
    await here.dismiss(bob, session)
    assert (await refused(come(here, bob, session))).code == "password_needed"
    await set_to(here, ann, session, None)
    assert (await come(here, bob, session)).seats.sits(bob.uuid)


async def test_who_is_put_out_has_to_show_it_again(here: SessionsWorld) -> None:
    ann, *guests = [await here.player() for _ in range(4)]
    session = await guarded(here, ann)
    kicked, away, banned = guests
    for guest in guests:
        await come(here, guest, session, RIGHT)
    await exclusions.kick(here.lobby, leading(ann), id=session.id, player=kicked.uuid)
    await here.dismiss(away, session)
    for guest in (banned, away):
        await hosts.ban(here.lobby, Permit(ann), host=ann.uuid, guest=guest.uuid)
        await hosts.unban(here.lobby, Permit(ann), host=ann.uuid, guest=guest.uuid)
    for guest in guests:
        assert await told(here, guest, session) == ("password", None)


async def test_only_who_may_change_the_session_sets_it(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    assert type(await refused(set_to(here, bob, session, RIGHT))) is Forbidden
    assert here.lobby.passwords.waiting == 0
    assert not (await here.local.now(session)).password.asked


async def test_what_is_launched_or_created_may_have_one_at_once(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    launched = await here.local.open_session(ann, password=said(RIGHT), entry=Entry.OPEN)
    assert (await refused(come(here, bob, launched))).code == "password_needed"
    assert (await come(here, bob, launched, RIGHT)).seats.sits(bob.uuid)
    made = await here.create(ann, "plaza", password=said(RIGHT))
    other = await here.create(bob, "plaza")
    assert other.id != made.id, "such a session is nobody else's to join"
    assert (await come(here, bob, made, RIGHT)).seats.sits(bob.uuid)


async def test_create_or_join_leads_into_none_that_has_one_not_even_whom_it_knows(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann, "plaza")
    assert (await here.create(bob, "plaza")).id == session.id
    await set_to(here, ann, session, RIGHT)
    await here.dismiss(bob, session)
    here.local.clock.advance(60)
    assert (await here.create(bob, "plaza", password=said(RIGHT))).id != session.id
    with pytest.raises(PasswordNeeded):
        await here.enter(bob, session, way=Way.MATCHING)


async def test_a_type_without_passwords_takes_none_and_says_which_word(tmp_path: Path) -> None:
    game = section("server") + regions("eu") + session_type("plaza", passwords=False)
    async with sessions_world(tmp_path, game=game) as here:
        ann = await here.player()
        session = await here.create(ann, "plaza")
        for act in (
            set_to(here, ann, session, RIGHT),
            here.create(ann, "plaza", password=said(RIGHT)),
        ):
            no = await refused(act)
            assert (type(no), no.about) == (TemplateForbids, {"word": "password"})
        await set_to(here, ann, session, None)


# Guesses


async def test_wrong_ones_are_counted_for_the_account_and_right_ones_are_not(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await guarded(here, ann)
    await come(here, cat, session, RIGHT)
    for left in reversed(range(TRIES)):
        no = await refused(come(here, bob, session, WRONG))
        assert (type(no), no.about) == (WrongPassword, {"left": left})
    for text in (WRONG, RIGHT):
        assert isinstance(await refused(come(here, bob, session, text)), TooMany)
    assert (await refused(come(here, bob, session))).about == {"left": 0}
    other = await guarded(here, cat)
    assert (await come(here, bob, other, RIGHT)).seats.sits(bob.uuid), "another session's door"


async def test_many_accounts_together_have_no_more_than_the_session_allows(tmp_path: Path) -> None:
    async with local_lobby(session_passwords=3, session_passwords_per_account=2) as local:
        ann, *guests = [await local.person() for _ in range(4)]
        session = await local.open_session(ann, password=said(RIGHT))

        def guess(guest: Actor) -> Awaitable[Session]:
            wrong = said(WRONG)
            return members.join(local.lobby, Permit(guest), id=session.id, password=wrong)

        codes = [(await refused(guess(guest))).code for guest in (*guests, *guests)]
        assert codes == ["wrong_password"] * 3 + ["too_many"] * 3


async def test_nothing_is_hashed_for_whom_another_question_keeps_out(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await guarded(here, ann)
    await hosts.ban(here.lobby, Permit(ann), host=ann.uuid, guest=bob.uuid)
    await here.change(session, entry=Entry.INVITED)
    here.lobby.passwords.close()  # whatever is hashed from here on fails
    for _ in range(2 * TRIES):
        assert isinstance(await refused(come(here, bob, session, RIGHT)), SessionNotFound)
        assert (await refused(come(here, cat, session, RIGHT))).code == "session_not_joinable"
    await invitations.invite(here.lobby, leading(ann), id=session.id, player=cat.uuid)
    assert (await come(here, cat, session, WRONG)).seats.sits(cat.uuid), "they are not asked"


async def test_what_an_address_says_and_sets_is_counted_right_or_wrong(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await guarded(here, ann)
    await here.change(session, seats=Seats(dict(list(session.seats.items())[:1])))
    for _ in range(here.lobby.rate_limits.rules.session_hashes.amount - 1):
        await here.lobby.rate_limits.spend(here.lobby.rate_limits.rules.session_hashes, ADDRESS)
    assert isinstance(await refused(come(here, bob, session, RIGHT)), TooMany)
    elsewhere = Said(RIGHT, "192.0.2.9")
    joined = members.join(here.lobby, Permit(bob), id=session.id, password=elsewhere)
    assert (await refused(joined)).code == "session_full"


# At once
