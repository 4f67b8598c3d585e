"""The table of matchmaking: every state with every event, and the nouns that follow it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from enum import Enum
from itertools import product
from typing import Any

import pytest

from lobby.domain.errors import LobbyError, Unavailable
from lobby.domain.matchmaking import party_sessions
from lobby.domain.matchmaking.errors import GroupTooLarge, InstanceActive, MatchmakingNotAllowed
from lobby.domain.matchmaking.party_sessions import shown
from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import (
    PROPOSAL,
    REFUSALS,
    SESSION,
    TICKET,
    Event,
    Shown,
    Stage,
    TicketState,
    transition,
)
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.domain.sessions import invariants
from lobby.domain.sessions.errors import InQueue
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

MACHINES: list[Mapping[Any, Mapping[Event, Any]]] = [SESSION, TICKET, PROPOSAL]
ANN, BOB = "ann", "bob"
TICKET_ID, MATCH = "ticket", "match"


def events(machine: Mapping[Any, Mapping[Event, Any]]) -> set[Event]:
    """Those that the machine hears in one state at least."""
    return {event for heard in machine.values() for event in heard}


def pairs(machine: Mapping[Any, Mapping[Event, Any]]) -> list[Any]:
    heard = sorted(events(machine), key=lambda event: event.name)
    return [
        pytest.param(*pair, id="-".join(one.name for one in pair))
        for pair in product(machine, heard)
    ]


def ticket(state: TicketState = TicketState.WAITING) -> Ticket:
    made = Ticket(
        TICKET_ID, 1024, ANN, "q", "t", ["p"], [RatedPlayer(ANN, 1, 25, 8)], 25, created=1
    )
    made.state = state
    made.match = None if state is TicketState.WAITING else MATCH
    return made


def session(state: Shown) -> Session:
    made = Session.launch(1024, Template("party", 1, 4), Guest(ANN), now=1)
    made.ticket = TICKET_ID if state is Shown.TICKET else None
    made.matched = MATCH if state is Shown.MATCH else None
    return made


def proposal(stage: Stage, *, agreed: bool = False) -> Proposal:
    sides = [[Party(TICKET_ID, 1024, [ANN])], [Party("other", 2048, [BOB])]]
    made = Proposal(MATCH, "p", 4096, sides, created=0, since=0, stage=stage, until=10)
    made.ready = dict.fromkeys((ANN, BOB), True) if agreed else {}
    return made


HEARD_BY_TICKETS: dict[Event, Callable[[Ticket], object]] = {
    Event.OFFER: lambda one: one.offer(MATCH),
    Event.TAKE: lambda one: one.take(MATCH),
    Event.GIVE_BACK: lambda one: one.give_back(MATCH),
}
HEARD_BY_SESSIONS: dict[Event, Callable[[Session], object]] = {
    Event.ENTER: lambda one: party_sessions.enter(one, ticket()),
    Event.LEAVE: party_sessions.leave,
    Event.DROP: lambda one: party_sessions.drop(one, TICKET_ID),
    Event.CHANGE: invariants.applied(lambda one: one.seat(Guest(BOB), now=2)),
    Event.INVITE: lambda one: party_sessions.invite(one, TICKET_ID, MATCH),
    Event.GIVE_BACK: lambda one: party_sessions.give_back(one, TICKET_ID, {MATCH}),
}
HEARD_BY_PROPOSALS: dict[Event, Callable[[Proposal], object]] = {
    Event.ACCEPT: lambda one: one.answer(ANN, True, now=5),
    Event.DECLINE: lambda one: one.answer(ANN, False, now=5),
    Event.LAPSE: lambda one: one.lapse(now=10),
    Event.WITHDRAW: lambda one: one.withdraw(TICKET_ID, TicketReason.LEFT_QUEUE, now=5),
    Event.BEGIN: lambda one: one.begin(now=5),
    Event.MAKE: lambda one: one.make(now=5),
    Event.INVITE: lambda one: one.invite(now=5),
    Event.GIVE_UP: lambda one: one.give_up(TicketReason.SERVER_FAILED, now=5),
}


def follow(noun: Any, hear: Callable[[Any], object], event: Event, following: Enum | None) -> bool:
    """Whether the noun accepts the event where the table does; what is refused changes nothing."""
    before = deepcopy(noun)
    if following is not None:
        hear(noun)
        return True
    with pytest.raises(REFUSALS[event]):
        hear(noun)
    assert noun == before
    return False


@pytest.mark.parametrize(("state", "event"), pairs(TICKET))
def test_a_ticket_follows_the_table(state: TicketState, event: Event) -> None:
    noun, following = ticket(state), TICKET[state].get(event)
    if follow(noun, HEARD_BY_TICKETS[event], event, following):
        assert noun.state is following
        assert noun.match == (None if following is TicketState.WAITING else MATCH)


@pytest.mark.parametrize(("state", "event"), pairs(SESSION))
def test_the_session_of_a_party_follows_the_table(state: Shown, event: Event) -> None:
    noun, following = session(state), SESSION[state].get(event)
    if follow(noun, HEARD_BY_SESSIONS[event], event, following):
        assert shown(noun) is following
        assert (noun.ticket, noun.matched) == {
            Shown.NOTHING: (None, None),
            Shown.TICKET: (TICKET_ID, None),
            Shown.MATCH: (None, MATCH),
        }[shown(noun)]


@pytest.mark.parametrize(("state", "event"), pairs(PROPOSAL))
def test_a_proposal_follows_the_table(state: Stage, event: Event) -> None:
    noun, following = proposal(state, agreed=event is Event.BEGIN), PROPOSAL[state].get(event)
    if follow(noun, HEARD_BY_PROPOSALS[event], event, following):
        assert noun.stage is following
        assert (noun.since == 0) is (following is state)


def test_the_table_has_every_state_and_every_event() -> None:
    assert [set(machine) for machine in MACHINES] == [{*Shown}, {*TicketState}, {*Stage}]
    assert set[Event]().union(*map(events, MACHINES)) == {*Event}


@pytest.mark.parametrize("machine", MACHINES, ids=["session", "ticket", "proposal"])
def test_each_pair_of_state_and_event_has_its_entry_or_its_refusal(
    machine: Mapping[Any, Mapping[Event, Any]],
) -> None:
    for state, event in product(machine, events(machine)):
        if event in machine[state]:
            assert transition(machine, state, event) in machine
        else:
            with pytest.raises(LobbyError) as no:
                transition(machine, state, event)
            assert no.type is REFUSALS[event]


def test_an_event_of_another_machine_is_refused() -> None:
    with pytest.raises(REFUSALS[Event.MAKE]):
        transition(TICKET, TicketState.WAITING, Event.MAKE)


def test_nothing_leads_out_of_void() -> None:
    assert set(PROPOSAL[Stage.VOID].values()) == {Stage.VOID}


# Whose event it is


def test_the_ticket_of_one_match_is_deaf_to_another() -> None:
    for state in (TicketState.OFFERED, TicketState.MATCHED):
        held = ticket(state)
        held.give_back("another")
        for hold in (held.offer, held.take):
            with pytest.raises(REFUSALS[Event.TAKE]):
                hold("another")
        assert held == ticket(state)


def test_a_session_that_waits_anew_keeps_its_new_ticket() -> None:
    waiting = session(Shown.TICKET)
    waiting.ticket = "new"
    party_sessions.invite(waiting, TICKET_ID, MATCH)
    assert not party_sessions.invited(waiting, MATCH)
    with pytest.raises(REFUSALS[Event.GIVE_BACK]):
        party_sessions.give_back(waiting, TICKET_ID, {MATCH})
    party_sessions.drop(waiting, TICKET_ID)
    assert (waiting.ticket, waiting.matched) == ("new", None)


def test_a_session_that_was_invited_to_another_match_stays_with_that() -> None:
    invited = session(Shown.MATCH)
    invited.matched = "another"
    party_sessions.invite(invited, TICKET_ID, MATCH)
    party_sessions.give_back(invited, TICKET_ID, {MATCH})
    assert (invited.ticket, invited.matched) == (None, "another")


def test_a_session_that_shows_another_ticket_is_not_waiting_with_this() -> None:
    party_sessions.require_shows(session(Shown.TICKET), TICKET_ID)
    for state in (Shown.NOTHING, Shown.MATCH):
        with pytest.raises(REFUSALS[Event.TAKE]):
            party_sessions.require_shows(session(state), TICKET_ID)


def played() -> Session:
    there = session(Shown.NOTHING)
    there.instance = Instance("i", HostType.PLAYER, JoinStatus.JOINABLE, created=1)
    return there


def test_a_party_enters_a_queue_as_it_is_and_where_nothing_is_played() -> None:
    free = session(Shown.NOTHING)
    party_sessions.require_fits(free, most=1)
    party_sessions.require_free(free, allowed=True)
    refused: list[tuple[type[LobbyError], Callable[[], object]]] = [
        (InQueue, lambda: party_sessions.require_fits(session(Shown.TICKET), most=0)),
        (GroupTooLarge, lambda: party_sessions.require_fits(free, most=0)),
        (InstanceActive, lambda: party_sessions.require_free(played(), allowed=False)),
        (MatchmakingNotAllowed, lambda: party_sessions.require_free(free, allowed=False)),
    ]
    for refusal, attempt in refused:
        with pytest.raises(refusal):
            attempt()
    free.seat(Guest(BOB), now=2)
    with pytest.raises(Unavailable):
        party_sessions.enter(free, ticket())
    assert shown(free) is Shown.NOTHING


def test_a_party_that_plays_does_not_wait_again() -> None:
    playing = played()
    playing.matched = MATCH
    with pytest.raises(REFUSALS[Event.GIVE_BACK]):
        party_sessions.give_back(playing, TICKET_ID, {MATCH})


def test_who_has_left_the_queue_is_not_invited() -> None:
    left = session(Shown.NOTHING)
    party_sessions.invite(left, TICKET_ID, MATCH)
    assert not party_sessions.invited(left, MATCH)


def test_what_was_shown_and_is_no_more_has_left_unless_it_was_invited() -> None:
    waiting = session(Shown.TICKET)
    grown = session(Shown.NOTHING)
    grown.seat(Guest(BOB), now=2)
    why = party_sessions.why_left
    assert why(waiting, None) is TicketReason.PARTY_CHANGED
    assert why(waiting, grown) is TicketReason.PARTY_CHANGED
    assert why(waiting, session(Shown.NOTHING)) is TicketReason.LEFT_QUEUE
    assert why(waiting, session(Shown.MATCH)) is None
    assert why(waiting, waiting) is None
    assert why(session(Shown.NOTHING), None) is None
