"""The session of a match: set up in silence, filled where it lacks players, joinable or failed."""

from __future__ import annotations

from copy import deepcopy

import pytest

from lobby.domain.matchmaking import match_sessions
from lobby.domain.matchmaking.match_sessions import Outcome
from lobby.domain.matchmaking.model import FoundMatch
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import Stage, TicketState
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.domain.reasons import Reason
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.exclusions import Exclusion
from lobby.domain.sessions.instances import Health, HostType, Instance, JoinStatus
from lobby.domain.sessions.matches import PartyWait
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB, CID = "ann", "bob", "cid"
SIDES = [[Guest(ANN)], [Guest(BOB)]]


def ticket(player: str, *, created: float, rating: float = 25.0) -> Ticket:
    players = [RatedPlayer(player, 1, 25, 8)]
    return Ticket(f"of {player}", 1024, player, "q", "t", ["p"], players, rating, created)


TICKETS = [ticket(ANN, created=2, rating=20.0), ticket(BOB, created=1, rating=30.0)]


def proposed(
    *, fills: int | None = None, asks: float | None = None, hosted: bool = False
) -> Proposal:
    made = FoundMatch("p", [[TICKETS[0]], [TICKETS[1]]], "eu", fills)
    return Proposal.of(made, id="match", session=4096, now=9, asks=asks, hosted=hosted)


def set_up() -> Session:
    session = Session.launch(1, Template("game", 2, 1), None, now=1)
    ratings, waits = match_sessions.ratings(TICKETS, "p"), match_sessions.waits(TICKETS, now=9)
    match_sessions.set_up(session, proposed(), SIDES, ratings=ratings, waits=waits, now=9)
    return session


def played(status: JoinStatus = JoinStatus.JOINABLE) -> Session:
    """By Ann and Bob; each of its two sides has room for one more."""
    session = Session.launch(2048, Template("game", 2, 2), None, now=1)
    match_sessions.set_up(session, proposed(), SIDES, ratings={}, waits=[], now=9)
    session.seats.announce(until=60, now=9)
    session.instance = Instance("i", HostType.DEDICATED, status, created=1, health=Health.HEALTHY)
    return session


def test_a_proposal_says_who_plays_whom_and_whose_session_it_becomes() -> None:
    proposal = proposed()
    assert (proposal.session, proposal.fills, proposal.region) == (4096, False, "eu")
    assert proposal.tickets == ["of ann", "of bob"]
    assert (proposal.stage, proposal.until, proposal.host) == (Stage.MAKING, None, None)


def test_with_a_ready_check_it_is_offered_for_so_long() -> None:
    proposal = proposed(asks=15)
    assert (proposal.stage, proposal.until) == (Stage.OFFERED, 24)


def test_who_has_waited_longest_hosts_a_new_one_alone() -> None:
    assert proposed(hosted=True).host == BOB
    filling = proposed(hosted=True, fills=2048)
    assert (filling.host, filling.session, filling.fills) == (None, 2048, True)


def test_a_proposal_holds_a_ticket_as_its_stage_says() -> None:
    offered, making = ticket(ANN, created=1), ticket(ANN, created=1)
    proposed(asks=15).hold(offered)
    proposed().hold(making)
    assert (offered.state, making.state) == (TicketState.OFFERED, TicketState.MATCHED)
    assert offered.match == making.match == "match"


@pytest.mark.parametrize("stage", [Stage.OFFERED, Stage.MAKING, Stage.MADE])
def test_a_party_that_leaves_ends_a_proposal_until_its_players_are_invited(stage: Stage) -> None:
    left, invited = proposed(), proposed()
    left.stage, invited.stage = stage, Stage.INVITED
    for one in (left, invited):
        one.withdraw("of ann", TicketReason.LEFT_QUEUE, now=10)
    assert (left.stage, left.out, left.why) == (Stage.VOID, ["of ann"], TicketReason.LEFT_QUEUE)
    assert (invited.stage, invited.out, invited.why) == (Stage.INVITED, [], None)


def test_each_player_is_as_good_as_their_party() -> None:
    assert match_sessions.ratings(TICKETS, "p") == {ANN: 20.0, BOB: 30.0}


def test_it_is_set_up_in_silence() -> None:
    session = set_up()
    assert (session.id, session.region, session.entry) == (4096, "eu", Entry.INVITED)
    assert session.created_by_matchmaking
    assert session.match is not None
    assert (session.match.id, session.match.tickets) == ("match", ["of ann", "of bob"])
    assert session.match.waits == [PartyWait([ANN], 7), PartyWait([BOB], 8)]
    assert [[seat.player for seat in team] for team in session.seats.teams] == [[ANN], [BOB]]
    assert all(seat.unannounced for seat in session.seats.values())


def test_the_player_who_hosts_is_invited_before_the_others() -> None:
    session = set_up()
    for _ in range(2):
        match_sessions.invite_host(session, BOB, until=70, now=10)
    assert (session.seats.invited(BOB), session.seats.invited(ANN)) == (True, False)
    before = deepcopy(session)
    match_sessions.invite_host(session, CID, until=70, now=10)
    assert session == before


@pytest.mark.parametrize(
    ("instance", "outcome"),
    [(JoinStatus.PENDING, Outcome.PENDING), (JoinStatus.CLOSED, Outcome.FAILED)],
)
def test_until_all_know_of_it_its_host_decides(instance: JoinStatus, outcome: Outcome) -> None:
    session = set_up()
    assert match_sessions.outcome(session) is Outcome.FAILED
    session.instance = Instance("i", HostType.DEDICATED, instance, created=1)
    assert match_sessions.outcome(session) is outcome
    session.seats.announce(until=70, now=10)
    assert match_sessions.outcome(session) is Outcome.JOINABLE


def fill(session: Session, sides: list[list[Guest]]) -> None:
    match_sessions.fill(session, proposed(), sides, ratings={CID: 7.0}, waits=[], until=70, now=10)


def test_who_fills_a_session_is_invited_to_the_side_they_were_found_for() -> None:
    session = played()
    fill(session, [[], [Guest(CID)]])
    assert [[seat.player for seat in team] for team in session.seats.teams] == [
        [ANN, None],
        [BOB, CID],
    ]
    assert session.seats.invited(CID)
    assert session.match is not None
    assert session.match.ratings[CID] == 7.0


def test_they_are_all_invited_or_none() -> None:
    with pytest.raises(TicketTaken):
        fill(played(), [[], [Guest(CID), Guest("dan")]])
    for status in (JoinStatus.PENDING, JoinStatus.CLOSED):
        with pytest.raises(TicketTaken):
            fill(played(status), [[Guest(CID)], []])
    excluding = played()
    excluding.exclusions.add(CID, Exclusion(ANN, 9, 11))
    with pytest.raises(TicketTaken):
        fill(excluding, [[], [Guest(CID)]])
    over = played()
    over.match = None
    with pytest.raises(TicketTaken):
        fill(over, [[Guest(CID)], []])


def test_a_session_is_filled_once_it_names_their_tickets_whoever_has_left_since() -> None:
    session, proposal = played(), proposed(fills=2048)
    assert session.match is not None
    session.match.tickets = ["another"]
    assert not match_sessions.filled(session, proposal)
    session.match.tickets += proposal.tickets
    session.unseat(ANN, Reason.LEFT)
    assert match_sessions.filled(session, proposal)
    session.match = None
    assert not match_sessions.filled(session, proposal)


def test_a_match_that_is_filled_for_days_forgets_those_who_have_left_long_ago() -> None:
    session, kept = played(), list[int]()
    match, seats = session.match, session.seats
    assert match is not None
    match.ratings, match.waits = {ANN: 20.0, BOB: 30.0}, [PartyWait([ANN], 7)]
    for n in range(300):
        guest = f"guest {n % 90}"
        waits = [PartyWait([guest], n)]
        seats.invite(Guest(guest), until=70, now=10, team=1)
        match.fill([f"ticket {n}"], {guest: float(n)}, waits, seats)
        assert match.tickets[-1] == f"ticket {n}"
        assert match.waits == [PartyWait([ANN], 7), *waits]
        assert match.ratings[guest] == n
        assert {ANN, BOB} <= match.ratings.keys()
        session.unseat(guest, Reason.LEFT)
        kept.append(len(match.tickets) + len(match.ratings))
    assert max(kept[200:]) == max(kept[100:200])


@pytest.mark.parametrize("leader_may", [[], None])
def test_among_strangers_a_linked_platform_session_lets_nobody_in(
    leader_may: list[Power] | None,
) -> None:
    session = Session.launch(1, Template("game", 2, 1), None, now=1)
    match_sessions.set_up(
        session, proposed(), SIDES, ratings={}, waits=[], now=9, leader_may=leader_may
    )
    assert session.by_platform is (leader_may is None)
