"""What a change of a session brings with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lobby.domain import consequences, hosting
from lobby.domain.instances import HostType, Instance, JoinStatus
from lobby.domain.matches import Match
from lobby.domain.seats import Guest
from lobby.domain.sessions import Session
from lobby.domain.templates import Template

ANN, BOB, CID = Guest("ann"), Guest("bob"), Guest("cid")


def party(**fields: Any) -> Session:
    session = Session.launch(1024, Template("party", 1, 4), ANN, now=0)
    session.seat(BOB, now=1)
    session.invite(CID, until=10)
    vars(session).update({"ticket": "ticket", "matched": "match", **fields})
    return session


def match(status: JoinStatus = JoinStatus.JOINABLE, *, made: bool = True) -> Session:
    """Ann sits in it, Bob is invited."""
    session = Session.launch(1024, Template("game", 2, 1), None, now=0)
    session.set_aside(ANN, team=0)
    session.set_aside(BOB, team=1)
    if status is JoinStatus.JOINABLE:
        session.announce(until=60, now=0)
        session.seat(ANN, now=1)
    session.created_by_matchmaking = made
    session.instance = Instance("there", HostType.DEDICATED, status, created=0)
    session.match = Match("match", 0)
    return session


def change(session: Session, decide: Callable[[Session], object]) -> Session:
    consequences.drawn(decide)(session)
    return session


@pytest.mark.parametrize(
    "decide",
    [lambda s: s.seat(CID, now=2), lambda s: s.unseat("bob"), lambda s: s.unseat("ann")],
    ids=["comes", "goes", "leads and goes"],
)
def test_a_party_that_changes_waits_no_more(decide: Callable[[Session], None]) -> None:
    session = change(party(), decide)
    assert (session.ticket, session.matched) == (None, None)


@pytest.mark.parametrize(
    "decide",
    [
        lambda s: s.unseat("cid"),
        lambda s: s.promote("bob"),
        lambda s: s.invite(Guest("d"), until=9),
    ],
    ids=["declines", "leads", "is invited"],
)
def test_other_changes_leave_it_waiting(decide: Callable[[Session], None]) -> None:
    session = change(party(), decide)
    assert (session.ticket, session.matched) == ("ticket", "match")


@pytest.mark.parametrize("how", [hosting.close, Session.end_instance])
def test_when_its_host_is_gone_a_match_is_over_for_everybody(
    how: Callable[[Session], object],
) -> None:
    before, session = match(), change(match(), how)
    assert consequences.over(session)
    assert consequences.disbanded(before, session)
    assert (session.match, session.leader) == (None, None)
    assert all(seat.player is None for seat in session.seats.values())


def test_a_host_that_goes_before_it_can_be_joined_is_nobodys_end() -> None:
    before = match(JoinStatus.PENDING)
    session = change(match(JoinStatus.PENDING), hosting.close)
    assert consequences.over(session)
    assert not consequences.disbanded(before, session)
    assert all(seat.player is not None for seat in session.seats.values())


def test_a_session_that_players_made_outlives_its_host() -> None:
    session = change(match(made=False), hosting.close)
    assert not consequences.over(session)
    assert session.sits("ann")


def test_reloading_is_not_the_end() -> None:
    def reload(session: Session) -> None:
        assert session.instance is not None
        session.instance.status = JoinStatus.PENDING

    session = change(match(), reload)
    assert not consequences.over(session)
    assert session.sits("ann")


def test_a_match_is_wanted_while_anybody_may_still_come() -> None:
    session = match()
    session.unseat("ann")
    assert consequences.wanted(session)
    session.unseat("bob")
    assert not consequences.wanted(session)
    lobby = party()
    for player in ("ann", "bob"):
        lobby.unseat(player)
    assert not consequences.wanted(lobby)


def test_what_is_refused_changes_nothing() -> None:
    session = party()
    with pytest.raises(Exception, match="leave the queue"):
        change(session, lambda s: s.move_to("us"))
    assert session == party()
