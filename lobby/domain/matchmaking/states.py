"""State machines of matchmaking (tickets, proposals, party sessions): states, events, transitions.

Rule 1: the state of a ticket, of a proposal, and of what a party's session shows is changed by
`transition` alone, so what is not in the table cannot happen: the event is refused.
Rule 2: this file knows states and events. Whose event it is (which match, which ticket, which
player, in time or not) is checked by the nouns before they call `transition`.

The machines
============

Three kinds of document, one machine each. A document that is not there has no state: a ticket is
added as WAITING, a proposal as OFFERED or MAKING, and either may be removed in any state.

    what a party's session shows    a ticket                      a proposal

           NOTHING                     WAITING <-----------+         OFFERED
    ENTER | ^ LEAVE                 OFFER |     | TAKE     |            | BEGIN, when all
          v | DROP                        v     |          |            v   are ready
            TICKET                     OFFERED -|----------+         MAKING
   INVITE | ^ GIVE_BACK,             TAKE |     |          |            | MAKE
          v | ENTER                       v     v          |            v
            MATCH                         MATCHED ---------+          MADE
                                                  GIVE_BACK             | INVITE
                                                                        v
                                                                     INVITED

    from anywhere:                                                from anywhere:
    CHANGE to NOTHING                                             GIVE_UP to VOID
                                                                  before INVITED: WITHDRAW
                                                                  from OFFERED: DECLINE,
                                                                  LAPSE to VOID

A session shows its ticket from the moment it enters until its players are about to be invited: so
whoever sees a ticket can leave the queue, whether or not a match has the ticket by then.

What holds at every moment
==========================

* Nobody is in two states: a ticket, a proposal and a session are each in one, and a session shows a
  ticket or the match that it was invited to, never both.
* A ticket is held by one proposal at most. It names its match exactly while it is OFFERED or
  MATCHED, the first proposal gets it, and events of any other match are refused or pass it by.
* One process makes a match or gives it up. Both change the proposal, MAKE is refused in VOID, and
  nothing leads out of VOID.
* A party leaves a match or is invited to it. Both change the proposal: INVITE is refused in VOID,
  and who leaves after INVITE is told that they are not in the queue any more.
* A player waits once, for the store keeps one ticket for each player and each session, and a match
  is joinable only while it has all its tickets; so nobody is invited to two matches at a time.

There are no transactions over two documents, so between two writes the three disagree. The order is
chosen so that nobody is ever matched twice, and that the next process can tell how to go on.

The order of the writes, and crash recovery
===========================================

Entering, and being matched. After each write: the states, and the recovery if none follows.

    write                       session  ticket   proposal  left like this
    1 session shows it          TICKET   -        -         its timer drops it (ticket_timeout_s)
    2 ticket added              TICKET   WAITING  -         it waits: nothing to heal
    3 proposal added            TICKET   WAITING  a or b    given up; no ticket was held
    4 each ticket held          TICKET   a or b   a or b    given up; held tickets are given back
    5 a: players told           TICKET   OFFERED  OFFERED   goes on; lapses after ready_check_s
    6 a: begun, all are ready   TICKET   OFFERED  MAKING    given up
    7 a: each ticket taken      TICKET   MATCHED  MAKING    given up
    8 match's session added     TICKET   MATCHED  MAKING    given up; it ends, nobody knew of it
    9 made                      TICKET   MATCHED  MADE      goes on: an instance is requested
    10 instance requested       TICKET   MATCHED  MADE      goes on: joinable, or it has failed
    11 about to be invited      TICKET   MATCHED  INVITED   goes on: as its session tells
    12 each session cleared     MATCH    MATCHED  INVITED   goes on: as its session tells
    13 all invited              MATCH    MATCHED  INVITED   goes on: the tickets are removed
    14 each ticket removed      MATCH    -        INVITED   goes on: the proposal is removed
    15 proposal removed         MATCH    -        -         ENTER takes no notice of the mark

    a: with a ready check, the ticket and the proposal are OFFERED until all are ready.
    b: without one, MATCHED and MAKING; 5 to 7 are left out.
    Where a session that lacks players is filled, 8 and 10 are left out.
    11: its host reports that it is joinable. A session that is gone after that has been played,
    however soon it ended: its tickets are removed. One that is gone before has failed.
    "goes on": by the next tick, of whichever process. "given up": by the next tick, when it was
    MAKING for ABANDONED_SECONDS or OFFERED for ready_check_s (then who was never told is not out).

Write your own document first, read the other second: once the ticket is there (2) or held (4), and
before its players are invited (11), its session is read again. Who leaves writes the session first,
too. So one of the two sees the other.

    leaving      session shows NOTHING - ticket removed - its proposal withdrawn, before INVITED
                 A ticket that no session shows is found by whoever holds it next (4), by whoever
                 is about to invite its players (11), by the party that enters again, or by the
                 look at all held tickets (every RECOVERY_SECONDS), and is removed. A proposal
                 that lacks one lapses, or is given up by the next tick.
    giving back  proposal VOID - match's session ended - session shows the ticket again - ticket
                 WAITING - proposal removed. The proposal is removed last, so each tick does it all
                 again until it is done. The session comes before the ticket, else the next match
                 would find a ticket that no session shows, and remove it.
    too late     A process that was slow may hold a ticket for a proposal that is gone: a look at
                 all held tickets (every RECOVERY_SECONDS) gives it back. It may clear a session
                 whose ticket waits again: the next match to hold that ticket finds the mark of a
                 match that is no more, and the session shows its ticket again.

What may be lost: that players were told (those who never were are not blamed), a ticket that was
not written yet, and one note of how long a wait took. Never a seat, nor the age of a ticket.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, StrEnum, auto
from typing import TypeVar

from lobby.domain.errors import LobbyError
from lobby.domain.matchmaking.errors import NothingOffered, NotInQueue, ProposalNotFound
from lobby.domain.sessions.errors import InQueue, TicketTaken


class Shown(Enum):
    """What the session of a party shows of its wait: a ticket, a match or nothing."""

    NOTHING = auto()
    TICKET = auto()  # it waits in a queue with this ticket
    MATCH = auto()  # its players were invited to this match; it may be over by now


class TicketState(StrEnum):
    """The states of a ticket."""

    WAITING = "waiting"
    OFFERED = "offered"  # reserved by a proposal during its ready check
    MATCHED = "matched"  # taken by a match


class Stage(StrEnum):
    """The states of a proposal."""

    OFFERED = "offered"  # ready check
    MAKING = "making"  # its tickets are taken, its session is set up
    MADE = "made"  # the session exists and waits for an instance
    INVITED = "invited"  # its players are being invited, or have been
    VOID = "void"  # failed; its tickets are to be given back


class Event(Enum):
    """The events of all three machines."""

    ENTER = auto()  # the party enters a queue
    LEAVE = auto()  # its leader leaves the queue
    DROP = auto()  # its ticket was removed
    CHANGE = auto()  # a member joins or leaves the party
    OFFER = auto()  # a proposal with a ready check reserves the ticket
    TAKE = auto()  # a match takes the ticket
    GIVE_BACK = auto()  # that match failed: session first, then ticket
    ACCEPT = auto()  # a player is ready
    DECLINE = auto()  # a player declines
    LAPSE = auto()  # the deadline of the ready check is over
    WITHDRAW = auto()  # one of its parties has left
    BEGIN = auto()  # all players are ready
    MAKE = auto()  # its session is stored
    INVITE = auto()  # its players are about to be invited; then their sessions are cleared
    GIVE_UP = auto()  # it was abandoned or refused, or has no host


SESSION: Mapping[Shown, Mapping[Event, Shown]] = {
    Shown.NOTHING: {
        Event.ENTER: Shown.TICKET,
        Event.DROP: Shown.NOTHING,
        Event.CHANGE: Shown.NOTHING,
        Event.INVITE: Shown.NOTHING,
    },
    Shown.TICKET: {
        Event.LEAVE: Shown.NOTHING,
        Event.DROP: Shown.NOTHING,
        Event.CHANGE: Shown.NOTHING,
        Event.INVITE: Shown.MATCH,
        Event.GIVE_BACK: Shown.TICKET,
    },
    Shown.MATCH: {
        Event.ENTER: Shown.TICKET,
        Event.DROP: Shown.MATCH,
        Event.CHANGE: Shown.NOTHING,
        Event.INVITE: Shown.MATCH,
        Event.GIVE_BACK: Shown.TICKET,
    },
}
TICKET: Mapping[TicketState, Mapping[Event, TicketState]] = {
    TicketState.WAITING: {
        Event.OFFER: TicketState.OFFERED,
        Event.TAKE: TicketState.MATCHED,
        Event.GIVE_BACK: TicketState.WAITING,
    },
    TicketState.OFFERED: {
        Event.TAKE: TicketState.MATCHED,
        Event.GIVE_BACK: TicketState.WAITING,
    },
    TicketState.MATCHED: {
        Event.GIVE_BACK: TicketState.WAITING,
    },
}
PROPOSAL: Mapping[Stage, Mapping[Event, Stage]] = {
    Stage.OFFERED: {
        Event.ACCEPT: Stage.OFFERED,
        Event.DECLINE: Stage.VOID,
        Event.LAPSE: Stage.VOID,
        Event.WITHDRAW: Stage.VOID,
        Event.BEGIN: Stage.MAKING,
        Event.GIVE_UP: Stage.VOID,
    },
    Stage.MAKING: {
        Event.LAPSE: Stage.MAKING,
        Event.WITHDRAW: Stage.VOID,
        Event.MAKE: Stage.MADE,
        Event.GIVE_UP: Stage.VOID,
    },
    Stage.MADE: {
        Event.LAPSE: Stage.MADE,
        Event.WITHDRAW: Stage.VOID,
        Event.INVITE: Stage.INVITED,
        Event.GIVE_UP: Stage.VOID,
    },
    Stage.INVITED: {
        Event.LAPSE: Stage.INVITED,
        Event.WITHDRAW: Stage.INVITED,
        Event.INVITE: Stage.INVITED,
        Event.GIVE_UP: Stage.VOID,
    },
    Stage.VOID: {
        Event.LAPSE: Stage.VOID,
        Event.WITHDRAW: Stage.VOID,
        Event.GIVE_UP: Stage.VOID,
    },
}
"""A state that leads to itself ignores the event: it is early, late or repeated (idempotence)."""

REFUSALS: Mapping[Event, type[LobbyError]] = {
    Event.ENTER: InQueue,
    Event.LEAVE: NotInQueue,
    Event.OFFER: TicketTaken,
    Event.TAKE: TicketTaken,
    Event.GIVE_BACK: TicketTaken,
    Event.ACCEPT: NothingOffered,
    Event.DECLINE: NothingOffered,
    Event.BEGIN: ProposalNotFound,
    Event.MAKE: ProposalNotFound,
    Event.INVITE: ProposalNotFound,
}
"""The refusal of an event that the table does not have. Events without one have all states."""

S = TypeVar("S")


def transition(table: Mapping[S, Mapping[Event, S]], state: S, event: Event) -> S:
    """The next state; raises the event's refusal where the table has none."""
    following = table[state]
    if event not in following:
        raise REFUSALS[event]
    return following[event]
