"""How an instance goes from asked for to over, who may say so, and how it fares."""

from __future__ import annotations

import pytest

from lobby.domain.errors import Forbidden, LobbyError
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions import hosting
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.errors import (
    AddressMissing,
    AllocationMismatch,
    InstanceExists,
    InstanceNotFound,
    InvalidJoinStatus,
    VersionIncompatible,
)
from lobby.domain.sessions.health import Checks, HealthRules
from lobby.domain.sessions.instances import (
    Health,
    HostType,
    Instance,
    InstanceReport,
    JoinParams,
    JoinStatus,
)
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.seats import Guest, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

HOST = Actor("host")
HOSTING = Permit(HOST, role=Role.HOST)
LEADING = Permit(Actor("leader"), role=Role.ADMIN)
THERE = JoinParams("203.0.113.7:7777", "")
DUEL = Template("duel", teams=2, seats_per_team=2)
S = JoinStatus


def at(status: JoinStatus, **fields: object) -> Instance:
    made = Instance("i", HostType.PLAYER, status, created=0.0, host=HOST.uuid, join=THERE)
    vars(made).update(fields)
    return made


def session(instance: Instance | None = None, *, version: str = "1.4.0") -> Session:
    client = Client(version, "Steam", "gamepad")
    made = Session.launch(1024, DUEL, Guest("leader", client=client), now=0.0)
    made.instance = instance
    return made


def report(session: Session, permit: Permit = HOSTING, **said: object) -> None:
    words = InstanceReport(**said)  # type: ignore[arg-type]
    hosting.report(session, permit, words, now=10.0, invited_until=70.0)


ALLOWED = {
    *((status, status) for status in S if status is not S.CLOSED),
    *((S.REQUESTED, later) for later in S),
    *((S.ALLOCATED, later) for later in (S.PENDING, S.JOINABLE, S.CLOSED)),
    *((S.PENDING, later) for later in (S.JOINABLE, S.CLOSED)),
    *((S.JOINABLE, later) for later in (S.PENDING, S.CLOSED)),
}


@pytest.mark.parametrize("new", S)
@pytest.mark.parametrize("old", S)
def test_an_instance_goes_on_or_back_to_loading_and_never_out_of_closed(
    old: JoinStatus, new: JoinStatus
) -> None:
    instance = at(old)
    if (old, new) in ALLOWED:
        instance.report(InstanceReport(status=new), by="host")
        assert instance.status is new
    else:
        with pytest.raises(InvalidJoinStatus):
            instance.report(InstanceReport(status=new), by="host")
        assert instance.status is old


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("203.0.113.7:7777", True),
        ("unreal://203.0.113.7:7777", True),
        ("play.example:65535", True),
        ("[2001:db8::7]:7777", True),
        ("", False),
        ("0.0.0.0:7777", False),
        ("unreal://0.0.0.0:7777", False),
        ("[::]:7777", False),
        ("203.0.113.7", False),
        ("203.0.113.7:0", False),
        ("203.0.113.7:70000", False),
        ("http://203.0.113.7:7777", False),
        ("203.0.113.7:7777 ", False),
    ],
)
def test_an_address_names_a_host_that_can_be_reached_and_a_port(address: str, leads: bool) -> None:
    for join in (JoinParams(address, ""), JoinParams("", address)):
        assert join.reachable is leads
        instance = at(S.PENDING, join=None)
        if leads:
            instance.report(InstanceReport(status=S.JOINABLE, join=join), by="host")
        else:
            with pytest.raises(AddressMissing):
                instance.report(InstanceReport(status=S.JOINABLE, join=join), by="host")
            assert instance.status is S.PENDING


def test_what_can_be_joined_keeps_an_address() -> None:
    instance = at(S.JOINABLE)
    with pytest.raises(AddressMissing):
        instance.report(InstanceReport(join=JoinParams("", "")), by="host")
    assert instance.join == THERE


@pytest.mark.parametrize(("own", "sent"), [("a", None), ("a", "b"), (None, "a")])
def test_a_report_names_the_allocation_that_there_is(own: str | None, sent: str | None) -> None:
    instance = at(S.ALLOCATED, allocation=own)
    with pytest.raises(AllocationMismatch):
        instance.report(InstanceReport(allocation=sent, status=S.PENDING), by="host")


def test_what_a_report_does_not_say_stays() -> None:
    instance = at(S.PENDING, version="1.0.0", custom_data={"a": "b"})
    instance.report(InstanceReport(status=S.JOINABLE), by="host")
    assert (instance.version, instance.custom_data, instance.join) == ("1.0.0", {"a": "b"}, THERE)
    instance.report(InstanceReport(custom_data={}, version="1.1.0"), by="host")
    assert (instance.version, instance.custom_data) == ("1.1.0", {})


def test_whoever_comes_first_hosts_where_nobody_was_named() -> None:
    instance = at(S.ALLOCATED, host=None)
    instance.report(InstanceReport(status=S.PENDING), by="server")
    instance.report(InstanceReport(status=S.JOINABLE), by="operator")
    assert instance.host == "server"


def test_a_promise_is_made_to_what_waits_and_can_be_withdrawn_until_its_host_comes() -> None:
    instance = Instance("i", HostType.DEDICATED, S.REQUESTED, created=0.0)
    instance.allocate("a", now=5.0, host="server", process="p", server="s")
    assert (instance.status, instance.awaited_since) == (S.ALLOCATED, 5.0)
    with pytest.raises(InvalidJoinStatus):
        instance.allocate("b", now=6.0)
    instance.withdraw("b")
    assert instance.allocation == "a"
    instance.withdraw("a")
    assert instance == Instance("i", HostType.DEDICATED, S.REQUESTED, created=0.0)
    instance.allocate("c", now=7.0)
    instance.report(InstanceReport(allocation="c", status=S.PENDING), by="server")
    instance.withdraw("c")
    assert (instance.status, instance.awaited_since) == (S.PENDING, None)


def test_a_session_has_one_live_instance_and_a_closed_one_makes_room() -> None:
    there = session(at(S.PENDING))
    with pytest.raises(InstanceExists):
        hosting.request(there, LEADING, at(S.PENDING, id="other"))
    hosting.close(there, Reason.CLOSED)
    hosting.request(there, LEADING, at(S.PENDING, id="other", host="leader"))
    assert there.instance is not None
    assert there.instance.id == "other"


def test_only_its_host_reports_and_only_insiders_learn_that_there_is_none() -> None:
    stranger = Permit(Actor("stranger"), role=Role.HOST)
    with pytest.raises(Forbidden):
        report(session(at(S.PENDING)), Permit(Actor("leader"), role=Role.HOST))
    with pytest.raises(Forbidden):
        report(session(), stranger)
    with pytest.raises(InstanceNotFound):
        report(session(), Permit(Actor("leader"), role=Role.HOST))


def test_the_version_of_an_instance_suits_everybody_who_plays() -> None:
    there = session(at(S.PENDING), version="1.4.0")
    report(there, version="1.9.0+5")
    with pytest.raises(VersionIncompatible):
        report(there, version="2.0.0", status=S.JOINABLE)
    assert there.instance is not None
    assert (there.instance.version, there.instance.status) == ("1.9.0+5", S.PENDING)


def test_those_set_aside_are_invited_when_it_can_be_joined_and_not_before() -> None:
    there = session(at(S.PENDING, join=None))
    there.seats.set_aside(Guest("later"), team=1)
    report(there, status=S.PENDING)
    assert there.seats.held_by("later")[1].unannounced  # type: ignore[index]
    report(there, status=S.JOINABLE, join=THERE)
    seat = there.seats.held_by("later")[1]  # type: ignore[index]
    assert (seat.status, seat.unannounced, seat.until) == (SeatStatus.INVITED, False, 70.0)


@pytest.mark.parametrize("started", [True, False])
def test_what_is_played_ends_with_its_instance_and_what_waits_goes_on_waiting(
    started: bool,
) -> None:
    there = session(at(S.JOINABLE))
    there.match = Match("m", created=0.0, started=started)
    report(there, status=S.CLOSED)
    assert (there.match is None) is started


def test_a_refused_report_changes_nothing() -> None:
    instance = at(S.JOINABLE, allocation="a", version="1.0.0")
    for bad in (
        InstanceReport(allocation="b", status=S.CLOSED),
        InstanceReport(allocation="a", status=S.REQUESTED, version="1.1.0"),
        InstanceReport(allocation="a", join=JoinParams("", ""), custom_data={"a": "b"}),
    ):
        with pytest.raises(LobbyError):
            instance.report(bad, by="host")
        assert instance == at(S.JOINABLE, allocation="a", version="1.0.0")


# Health

RULES = HealthRules(cadence=10, unhealthy_percent=50, unknown_after=6, close_after=60)


def heard(*times: float, said: Health = Health.HEALTHY) -> Checks:
    checks = Checks("i", since=0.0)
    for time in times:
        checks.record(said, now=time, rules=RULES)
    return checks


def test_who_reports_in_time_fares_as_they_say() -> None:
    for said in Health:
        checks = heard(*(n * 10.0 for n in range(20)), said=said)
        assert checks.status(RULES, now=195.0) is said


def test_a_little_late_or_early_is_in_time() -> None:
    checks = heard(*(n * 10.0 + (n % 2) * 0.4 for n in range(20)))
    assert checks.status(RULES, now=190.5) is Health.HEALTHY


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (239.9, Health.HEALTHY),
        (240.1, Health.UNHEALTHY),
        (249.9, Health.UNHEALTHY),
        (250.0, Health.UNKNOWN),
    ],
)
def test_who_falls_silent_is_unhealthy_then_unknown(now: float, status: Health) -> None:
    checks = heard(*(n * 10.0 for n in range(20)))
    assert checks.status(RULES, now=now) is status


def test_who_is_unknown_for_long_is_given_up() -> None:
    checks = heard(0.0)
    assert not checks.lost(RULES, now=119.9)
    assert checks.lost(RULES, now=120.0)


def test_who_missed_many_fares_worse_than_they_say() -> None:
    checks = heard(*(n * 10.0 for n in range(12)), 170.0)
    assert checks.status(RULES, now=170.0) is Health.UNHEALTHY
    checks.record(Health.HEALTHY, now=180.0, rules=RULES)
    assert checks.status(RULES, now=180.0) is Health.UNHEALTHY
    for time in range(190, 260, 10):
        checks.record(Health.HEALTHY, now=float(time), rules=RULES)
    assert checks.status(RULES, now=250.0) is Health.HEALTHY


def test_many_reports_at_once_do_not_make_up_for_missed_ones() -> None:
    checks = heard(*(n * 10.0 for n in range(12)), *(170.0 + n * 0.1 for n in range(9)))
    assert checks.status(RULES, now=171.0) is Health.UNHEALTHY


def test_nothing_is_missing_from_before_the_first_check() -> None:
    assert heard(0.0).status(RULES, now=9.9) is Health.HEALTHY
    assert Checks("i", since=0.0).status(RULES, now=30.0) is None
    assert Checks("i", since=0.0).status(RULES, now=60.0) is Health.UNKNOWN
