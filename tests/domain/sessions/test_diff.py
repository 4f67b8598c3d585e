"""What is told of a change is read off the session before and after it."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.domain.errors import LobbyError
from lobby.domain.reasons import Reason
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.diff import SYSTEM_SOURCE, SessionChange, between
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import Health, HostType, Instance, JoinStatus
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.seats import SPAN, Guest, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB, CAT, DAN = (Guest(name, name.title(), n) for n, name in enumerate("abcd", 1))
Change = Callable[[Session], object]
LINK = PlatformSession("Steam", "TE9CQlk6MQ==", "lobby")


def game() -> Session:
    """Ann leads, Bob sits, Cat is invited; there is room in the other team."""
    made = Session.launch(SPAN, Template("game", 2, 3), ANN, now=1.0)
    made.seat(BOB, now=2.0)
    made.seats.invite(CAT, until=99.0, now=3.0, inviter="a")
    return made


def happened(change: Change, *, by: str = "a", before: Change | None = None) -> list[SessionChange]:
    old = game()
    if before:
        before(old)
    new = deepcopy(old)
    change(new)
    return between(old, new, by=by)


def told(change: Change, *, by: str = "a", before: Change | None = None) -> list[str]:
    """Code by code, with whom it happened to."""
    found = happened(change, by=by, before=before)
    return [f"{one.code} {one.player}" if one.player else one.code for one in found]


PLAYERS: list[tuple[Change, str, list[str]]] = [
    (lambda s: s.seat(DAN, now=4.0), "d", ["player_joined d"]),
    (lambda s: s.seat(CAT, now=4.0), "c", ["invite_accepted c", "player_joined c"]),
    (lambda s: s.seats.invite(DAN, until=9.0), "a", ["player_invited d"]),
    (lambda s: s.seats.set_aside(DAN), "a", ["player_reserved d"]),
    (lambda s: s.reserve("5", DAN, until=9.0), "d", ["player_reserved d"]),
    (lambda s: s.seats.invite(CAT, until=200.0, now=4.0), "a", []),
    (lambda s: s.unseat("b", Reason.LEFT), "b", ["player_left b"]),
    (lambda s: s.unseat("b", Reason.LEFT), "a", ["player_kicked b"]),
    (lambda s: s.unseat("b", Reason.LEFT), SYSTEM_SOURCE, ["player_left b"]),
    (lambda s: s.unseat("a", Reason.LEFT), "a", ["player_left a", "leader_changed b"]),
    (lambda s: s.unseat("c", Reason.LEFT), "c", ["invite_declined c"]),
    (lambda s: s.unseat("c", Reason.LEFT), "a", ["invite_cancelled c"]),
    (lambda s: s.free_expired_seats(100.0), SYSTEM_SOURCE, ["invite_expired c"]),
    (lambda s: s.promote("b"), "a", ["leader_changed b"]),
    (lambda s: s.promote("a"), "a", []),
    (lambda s: s.seats.move("b", 1), "b", ["player_moved b"]),
    (lambda s: s.seats.move("c", 1), "a", ["player_moved c"]),
    (lambda s: s.rename("b", "Bobby"), "b", []),
]


@pytest.mark.parametrize(("change", "by", "codes"), PLAYERS)
def test_what_happens_to_players(change: Change, by: str, codes: list[str]) -> None:
    assert told(change, by=by) == codes


def test_each_is_told_with_the_older_number_too() -> None:
    found = happened(lambda s: s.unseat("a", Reason.LEFT))
    assert [(one.player, one.number) for one in found] == [("a", 1), ("b", 2)]


def test_saying_otherwise_what_one_brings_is_told() -> None:
    client = Client("1.0.0", "PSN", "touch")

    def wear(session: Session) -> None:
        session.seats["1"].custom_data = {"hat": "red"}

    def switch(session: Session) -> None:
        session.seats["1"].client = client

    assert told(wear) == told(switch) == ["player_updated b"]


def test_those_set_aside_come_by_way_of_an_invitation() -> None:
    invited = told(
        lambda s: s.seats.announce(until=99.0, now=4.0), before=lambda s: s.seats.set_aside(DAN)
    )
    assert invited == ["player_invited d"]
    gone = told(lambda s: s.unseat("d", Reason.LEFT), before=lambda s: s.seats.set_aside(DAN))
    assert gone == ["player_left d"]


def test_only_who_comes_has_accepted() -> None:
    """However it came about that an invited player is not any more."""

    def hide(session: Session) -> None:
        seat = session.seats["2"]
        seat.status, seat.unannounced = SeatStatus.RESERVED, True

    assert told(hide) == ["player_reserved c"]


def playing(status: JoinStatus = JoinStatus.PENDING, **fields: object) -> Instance:
    made = Instance("i", HostType.DEDICATED, status, created=1.0)
    vars(made).update(fields)
    return made


def put(**fields: object) -> Change:
    return lambda session: vars(session).update(deepcopy(fields))


SESSIONS: list[tuple[Change, Change, list[str]]] = [
    (put(), put(entry=Entry.INVITED), ["session_updated"]),
    (put(), put(custom_data={"map": "x"}), ["session_updated"]),
    (put(), put(region="eu"), ["session_updated"]),
    (put(), put(ticket="t"), ["queue_joined"]),
    (put(ticket="t"), put(ticket=None), ["queue_left"]),
    (put(), put(listing={}), ["browser_added"]),
    (put(listing={}), put(listing={"map": "x"}), ["browser_updated"]),
    (put(listing={}), put(listing=None), ["browser_removed"]),
    (put(), put(instance=playing(JoinStatus.REQUESTED)), ["instance_requested"]),
    (put(), put(instance=playing()), ["instance_pending"]),
    (put(instance=playing()), put(instance=playing(JoinStatus.JOINABLE)), ["instance_joinable"]),
    (put(instance=playing()), put(instance=playing(JoinStatus.CLOSED)), ["instance_closed"]),
    (put(instance=playing()), put(instance=None), ["instance_ended"]),
    (put(instance=playing(JoinStatus.CLOSED)), put(instance=None), []),
    (
        put(instance=playing()),
        put(instance=playing(id="j")),
        ["instance_ended", "instance_pending"],
    ),
    (
        put(instance=playing()),
        put(instance=playing(health=Health.HEALTHY)),
        ["instance_health_changed"],
    ),
    (put(instance=playing()), put(instance=playing(version="2.0.0")), ["session_updated"]),
    (put(), put(match=Match("m", created=1.0)), ["match_started"]),
    (put(), put(match=Match("m", created=1.0, started=False)), ["match_found"]),
    (
        put(match=Match("m", created=1.0, started=False)),
        put(match=Match("m", created=1.0)),
        ["match_started"],
    ),
    (
        put(match=Match("m", created=1.0)),
        put(match=Match("m", created=1.0, custom_data={"round": "2"})),
        ["match_updated"],
    ),
    (put(match=Match("m", created=1.0)), put(match=None), ["match_ended"]),
    (
        put(match=Match("m", created=1.0)),
        put(match=Match("n", created=1.0)),
        ["match_ended", "match_started"],
    ),
    (put(), put(platform_sessions=[LINK]), ["platform_session_added"]),
    (put(platform_sessions=[LINK]), put(platform_sessions=[]), ["platform_session_removed"]),
    (put(), put(state={"round": 1}, name="Friday", attributes={"a": 1}), []),
]


@pytest.mark.parametrize(("before", "change", "codes"), SESSIONS)
def test_what_happens_to_the_session(before: Change, change: Change, codes: list[str]) -> None:
    assert told(change, before=before) == codes


def test_a_platform_session_is_told_with_where_it_is() -> None:
    assert [one.platform for one in happened(put(platform_sessions=[LINK]))] == [LINK]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["seat", "invite", "set_aside", "unseat", "move", "promote", "announce"]),
        st.sampled_from([ANN, BOB, CAT, DAN]),
        st.integers(0, 2),
    ),
    max_size=30,
)
GONE = {"player_left", "player_kicked", "invite_declined", "invite_cancelled"}
COME = {"player_joined": "taken", "player_invited": "invited", "player_reserved": "reserved"}


@given(STEPS)
def test_whoever_reads_all_that_was_told_knows_who_is_there_and_who_leads(
    steps: list[tuple[str, Guest, int]],
) -> None:
    session = game()
    known = {seat.player: str(seat.status) for seat in session.seats.values() if seat.player}
    leader = session.leader
    for moment, (step, guest, team) in enumerate(steps):
        before = deepcopy(session)
        try:
            _take(session, step, guest, team, now=10.0 + moment)
        except LobbyError:
            session = before
        for one in between(before, session, by=guest.uuid):
            if one.code in GONE:
                del known[str(one.player)]
            elif one.code in COME:
                known[str(one.player)] = COME[one.code]
            elif one.code == "leader_changed":
                leader = one.player
    there = {seat.player: str(seat.status) for seat in session.seats.values() if seat.player}
    assert known == there
    assert session.leader in (leader, None)


def _take(session: Session, step: str, guest: Guest, team: int, *, now: float) -> None:
    match step:
        case "seat":
            session.seat(guest, now=now, team=team)
        case "invite":
            session.seats.invite(guest, until=99.0, now=now, team=team)
        case "set_aside":
            session.seats.set_aside(guest, team=team)
        case "unseat":
            session.unseat(guest.uuid, Reason.LEFT)
        case "move":
            session.seats.move(guest.uuid, team)
        case "promote":
            session.promote(guest.uuid)
        case "announce":
            session.seats.announce(until=99.0, now=now)
