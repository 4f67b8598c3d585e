"""Nobody loses a seat without a reason, and it is the true one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lobby.domain.permissions import SYSTEM
from lobby.domain.reasons import Departure, Reason, ReasonMissing
from lobby.domain.sessions import invariants
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB = Guest("ann"), Guest("bob", attended=True)


def party() -> Session:
    """Ann leads, Bob sits, Cid is invited."""
    session = Session.launch(1024, Template("party", 1, 5), ANN, now=0)
    session.seat(BOB, now=1)
    session.seats.invite(Guest("cid"), until=9)
    return session


WAYS: dict[str, tuple[Callable[[Session], object], dict[str, Departure]]] = {
    "leaves": (lambda s: s.leave("bob", said="tired"), {"bob": Departure(Reason.LEFT, "tired")}),
    "declines": (lambda s: s.leave("cid"), {"cid": Departure(Reason.DECLINED)}),
    "is kicked": (
        lambda s: s.kick(SYSTEM, "bob", Departure(Reason.KICKED, "afk"), now=1.0),
        {"bob": Departure(Reason.KICKED, "afk")},
    ),
    "lets it lapse": (lambda s: s.free_expired_seats(9), {"cid": Departure(Reason.LAPSED)}),
    "moves to another team": (lambda s: s.seats.move("bob", 0), {}),
}


@pytest.mark.parametrize("way", WAYS)
def test_a_session_knows_why_somebody_went(way: str) -> None:
    session, (decide, gone) = party(), WAYS[way]
    invariants.applied(decide)(session)
    assert session.seats.gone == gone


def test_a_change_that_says_no_reason_is_none() -> None:
    with pytest.raises(ReasonMissing):
        invariants.applied(lambda session: session.seats.of("bob").seat.clear())(party())


def test_whose_connection_is_gone_dropped_and_who_never_had_one_was_not_there() -> None:
    assert party().seats.absence("bob") is Reason.DROPPED
    assert party().seats.absence("ann") is Reason.UNATTENDED


@pytest.mark.parametrize(
    ("how", "others"),
    [
        (lambda s: s.leave("ann"), Reason.HOST_LEFT),
        (lambda s: s.unseat("ann", Reason.DROPPED), Reason.HOST_GONE),
        (lambda s: s.unseat("ann", Reason.MOVED), Reason.HOST_LEFT),
    ],
    ids=["leaves", "drops", "moves"],
)
def test_the_others_of_a_match_learn_what_became_of_its_host(
    how: Callable[[Session], object], others: Reason
) -> None:
    session = party()
    session.created_by_matchmaking = True
    session.instance = Instance("there", HostType.PLAYER, JoinStatus.JOINABLE, created=0)
    session.instance.host = "ann"
    invariants.applied(how)(session)
    assert {session.seats.gone[one].reason for one in ("bob", "cid")} == {others}
    assert session.seats.gone["ann"].reason is not others
