"""What a change of a session brings with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lobby.domain.permissions import SYSTEM
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions import hosting, invariants
from lobby.domain.sessions.edits import SessionEdit
from lobby.domain.sessions.exclusions import Exclusion
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.passwords import NewPassword
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB, CID = Guest("ann"), Guest("bob"), Guest("cid")


def party(**fields: Any) -> Session:
    session = Session.launch(1024, Template("party", 1, 4), ANN, now=0)
    session.seat(BOB, now=1)
    session.seats.invite(CID, until=10)
    vars(session).update({"ticket": "ticket", "matched": "match", **fields})
    return session


def match(status: JoinStatus = JoinStatus.JOINABLE, *, made: bool = True) -> Session:
    """Ann sits in it, Bob is invited."""
    session = Session.launch(1024, Template("game", 2, 1), None, now=0)
    session.seats.set_aside(ANN, team=0)
    session.seats.set_aside(BOB, team=1)
    if status is JoinStatus.JOINABLE:
        session.seats.announce(until=60, now=0)
        session.seat(ANN, now=1)
    session.created_by_matchmaking = made
    session.instance = Instance("there", HostType.DEDICATED, status, created=0)
    session.match = Match("match", 0)
    return session


def change(session: Session, decide: Callable[[Session], object]) -> Session:
    invariants.applied(decide)(session)
    return session


@pytest.mark.parametrize(
    "decide",
    [
        lambda s: s.seat(CID, now=2),
        lambda s: s.unseat("bob", Reason.LEFT),
        lambda s: s.unseat("ann", Reason.LEFT),
    ],
    ids=["comes", "goes", "leads and goes"],
)
def test_a_party_that_changes_waits_no_more(decide: Callable[[Session], None]) -> None:
    session = change(party(), decide)
    assert (session.ticket, session.matched) == (None, None)


@pytest.mark.parametrize(
    "decide",
    [
        lambda s: s.unseat("cid", Reason.LEFT),
        lambda s: s.promote("bob"),
        lambda s: s.seats.invite(Guest("d"), until=9),
    ],
    ids=["declines", "leads", "is invited"],
)
def test_other_changes_leave_it_waiting(decide: Callable[[Session], None]) -> None:
    session = change(party(), decide)
    assert (session.ticket, session.matched) == ("ticket", "match")


@pytest.mark.parametrize("how", [hosting.close, Session.end_instance])
def test_when_its_host_is_gone_a_match_is_over_for_everybody_for_that_reason(
    how: Callable[[Session, Reason], object],
) -> None:
    before, session = match(), change(match(), lambda s: how(s, Reason.SERVER_LOST))
    assert {why.reason for why in session.seats.gone.values()} == {Reason.SERVER_LOST}
    assert invariants.over(session)
    assert invariants.disbanded(before, session)
    assert (session.match, session.leader) == (None, None)
    assert all(seat.player is None for seat in session.seats.values())


def test_a_host_that_goes_before_it_can_be_joined_is_nobodys_end() -> None:
    before = match(JoinStatus.PENDING)
    session = change(match(JoinStatus.PENDING), lambda s: hosting.close(s, Reason.MATCH_OVER))
    assert invariants.over(session)
    assert not invariants.disbanded(before, session)
    assert all(seat.player is not None for seat in session.seats.values())


def test_a_session_that_players_made_outlives_its_host() -> None:
    session = change(match(made=False), lambda s: hosting.close(s, Reason.MATCH_OVER))
    assert not invariants.over(session)
    assert session.seats.sits("ann")


def test_reloading_is_not_the_end() -> None:
    def reload(session: Session) -> None:
        assert session.instance is not None
        session.instance.status = JoinStatus.PENDING

    session = change(match(), reload)
    assert not invariants.over(session)
    assert session.seats.sits("ann")


def test_a_match_is_wanted_while_anybody_may_still_come() -> None:
    session = match()
    session.unseat("ann", Reason.LEFT)
    assert invariants.wanted(session)
    session.unseat("bob", Reason.LEFT)
    assert not invariants.wanted(session)
    lobby = party()
    for player in ("ann", "bob"):
        lobby.unseat(player, Reason.LEFT)
    assert not invariants.wanted(lobby)


def test_what_is_refused_changes_nothing() -> None:
    session = party()
    with pytest.raises(Exception, match="leave the queue"):
        change(session, lambda s: s.update(SYSTEM, SessionEdit(region="us")))
    assert session == party()


def guarded() -> Session:
    """A party with a password, which Bob and Cid have shown."""
    session = party()
    session.password.change(NewPassword("hash"), by="ann")
    session.password.remember("bob")
    session.password.remember("cid")
    return session


@pytest.mark.parametrize(
    ("reason", "asked"), [(Reason.LEFT, False), (Reason.DROPPED, False), (Reason.BANNED, True)]
)
def test_who_is_put_out_has_to_show_the_password_again_and_who_leaves_does_not(
    reason: Reason, asked: bool
) -> None:
    session = change(guarded(), lambda session: session.unseat("bob", reason))
    assert session.password.asks("bob") is asked
    assert not session.password.asks("cid")


def test_so_has_who_is_kept_out_without_sitting_there() -> None:
    session, out = guarded(), Exclusion("ann", 2.0, until=3.0)
    session.seats.release("cid", Reason.LEFT)
    change(
        session,
        lambda s: s.kick(SYSTEM, "cid", Departure(Reason.KICKED), now=2.0, exclusion=out),
    )
    assert session.password.asks("cid")
    session.password.remember("cid")
    change(session, lambda s: s.update(SYSTEM, SessionEdit(name="Table")))
    assert not session.password.asks("cid"), "an exclusion that is over asks once"
