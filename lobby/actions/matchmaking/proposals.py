"""From a match that was found to the invitations of its players, step by step.

    propose        store a proposal and reserve its tickets
    _ask           with a ready check: notify the players
    _make          take the tickets; set up the session, without notifying anybody
    _advance_made  request an instance, or backfill the open session: the players are invited
    _finish        when all are invited, remove the tickets and the proposal

Each step is a write of its own and idempotent; the order and crash recovery are explained in
`lobby.domain.matchmaking.states`. `requeue` undoes a failed one; `advance_all` resumes all others.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from random import SystemRandom
from typing import TypeVar
from uuid import uuid4

from lobby.actions.changes import change, match_invitations, notify, tickets
from lobby.actions.matchmaking import hosting, match_guests, requeue, wait_times
from lobby.actions.sessions import lifecycle, shut_out
from lobby.context import Lobby
from lobby.domain.errors import (
    AccountNotFound,
    Conflict,
    NotFound,
    SessionNotFound,
    Unavailable,
)
from lobby.domain.matchmaking import match_sessions, party_sessions
from lobby.domain.matchmaking.errors import ProposalNotFound, TicketNotFound
from lobby.domain.matchmaking.match_sessions import Outcome
from lobby.domain.matchmaking.model import FoundMatch
from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import Stage
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.permissions import SYSTEM
from lobby.domain.reasons import Reason
from lobby.domain.sessions import departures
from lobby.domain.sessions.diff import SessionChange
from lobby.domain.sessions.errors import TicketTaken
from lobby.domain.sessions.matches import BackfillMode
from lobby.domain.sessions.seats import SPAN
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template
from protocol import topics
from protocol.events import InboxEntry

ABANDONED_SECONDS = 5.0
"""A proposal in MAKING for longer was abandoned by a process that stopped; it is given up."""
random = SystemRandom()
T = TypeVar("T")

# 1. Propose


async def propose(lobby: Lobby, made: FoundMatch) -> None:
    """Reserve its tickets, all or none; then start the ready check, or make the match."""
    proposal = await lobby.proposals.add(_new_proposal(lobby, made))
    try:
        for party in proposal.parties:
            await _hold(lobby, proposal, party)
    except (NotFound, TicketTaken):
        await requeue.abort(lobby, proposal)
        return
    if proposal.stage is Stage.OFFERED:
        await _ask(lobby, proposal)
    else:
        await _make(lobby, proposal)


def _new_proposal(lobby: Lobby, made: FoundMatch) -> Proposal:
    profile = lobby.catalogue.by_profile[made.profile]
    template = lobby.catalogue.by_instance_template[profile.instance_template]
    return Proposal.of(
        made,
        id=str(uuid4()),
        session=random.randint(1, lifecycle.LARGEST_ID) * SPAN,
        now=lobby.now(),
        asks=profile.ready_check_s,
        hosted=template.default_host_type == "player",
    )


async def _hold(lobby: Lobby, proposal: Proposal, party: Party) -> None:
    """Reserve the ticket, then check that its session still shows it. Raises TicketTaken."""
    await lobby.tickets.change(party.ticket, proposal.hold)
    party_sessions.require_shows(await lobby.sessions.get(str(party.session)), party.ticket)


# 2. Ready check


async def _ask(lobby: Lobby, proposal: Proposal) -> None:
    seconds = lobby.catalogue.by_profile[proposal.profile].ready_check_s
    for party in proposal.parties:
        tickets.publish_changed(lobby, party.ticket)
        entry = InboxEntry(
            kind="session_match_found",
            session=str(party.session),
            about=topics.queue(party.ticket),
            message=f"A match is found: say within {seconds:g} seconds whether you are ready.",
            at=lobby.now(),
            custom_data={
                "session_id": str(party.session),
                "ticket_id": party.ticket,
                "match_id": proposal.id,
                "ready_until": str(proposal.until),
            },
        )
        for player in party.players:
            await lobby.inbox.put(topics.inbox(player), entry)
    await lobby.proposals.change(proposal.id, Proposal.note_asked)


# 3. Make the match


async def _make(lobby: Lobby, proposal: Proposal) -> None:
    """Take the tickets, set up the session, then commit by MAKE; on refusal, undo it all."""
    try:
        for party in proposal.parties:
            await _take(lobby, proposal, party)
        if not proposal.fills:
            await _set_up(lobby, proposal)
        proposal = await lobby.proposals.change(proposal.id, lambda p: p.make(now=lobby.now()))
    except (NotFound, TicketTaken) as gone:
        lobby.audit.act("match not made", match=proposal.id, code=gone.code)
        await requeue.abort(lobby, proposal)
        return
    lobby.audit.act(
        "match made", match=proposal.id, session=proposal.session, profile=proposal.profile
    )
    await _advance_made(lobby, proposal)


async def _take(lobby: Lobby, proposal: Proposal, party: Party) -> None:
    """Take the ticket, unless it was held without a ready check and is taken already."""
    if proposal.until is not None:
        await lobby.tickets.change(party.ticket, lambda ticket: ticket.take(proposal.id))
    tickets.publish_changed(lobby, party.ticket)


async def _set_up(lobby: Lobby, proposal: Proposal) -> None:
    """Add the match's session, with an unannounced seat for every player."""
    profile = lobby.catalogue.by_profile[proposal.profile]
    type = str(lobby.catalogue.matchmaking.session_type)
    template = Template(type, profile.num_sides, profile.max_players_per_side)
    session = await lifecycle.new(lobby, template, None)
    found = await match_guests.tickets(lobby, proposal)
    sides, now = await match_guests.guests(lobby, proposal, found), lobby.now()
    match_sessions.set_up(
        session,
        proposal,
        sides,
        ratings=match_sessions.ratings(found.values(), proposal.profile),
        waits=match_sessions.waits(found.values(), now=proposal.created),
        now=now,
        backfill=BackfillMode(profile.backfill),
        leader_may=lobby.catalogue.matchmaking.leading,
    )
    await change.add(lobby, session, by=SYSTEM.actor)
    held = [seat for seat in session.seats.values() if seat.player]
    reserved = [SessionChange("player_reserved", seat.player, seat.number) for seat in held]
    await notify.log(lobby, session, [SessionChange("match_found"), *reserved], by=SYSTEM.actor)


# 4. Invite the players


async def _advance_made(lobby: Lobby, proposal: Proposal) -> None:
    """The next step of a made proposal; idempotent. Ends it when it is joinable or has failed."""
    if proposal.stage is Stage.MADE and await match_invitations.lacks_tickets(lobby, proposal):
        await requeue.give_up(lobby, proposal, TicketReason.PARTY_CHANGED)
        return
    try:
        session = await lobby.sessions.get(str(proposal.session))
        if proposal.fills:
            outcome = await _fill(lobby, proposal, session)
        else:
            outcome = match_sessions.outcome(await hosting.request_host(lobby, proposal, session))
    except NotFound:
        outcome = await _outcome_of_ended(lobby, proposal)
    if outcome is Outcome.JOINABLE:
        await _finish(lobby, proposal)
    elif outcome is Outcome.FAILED:
        why = TicketReason.SERVER_FAILED
        await requeue.give_up(lobby, proposal, why, out=proposal.holder(proposal.host))


async def _outcome_of_ended(lobby: Lobby, proposal: Proposal) -> Outcome:
    """What is read once its session is gone is final: nobody can be invited to it any more."""
    try:
        stage = (await lobby.proposals.get(proposal.id)).stage
    except ProposalNotFound:
        return Outcome.PENDING
    return Outcome.JOINABLE if stage is Stage.INVITED else Outcome.FAILED


async def _fill(lobby: Lobby, proposal: Proposal, session: Session) -> Outcome:
    """Backfill: invite all players to the open session, or none."""
    played = proposal.stage is Stage.INVITED and session.match is None
    if played or match_sessions.filled(session, proposal):
        return Outcome.JOINABLE
    now = lobby.now()
    until = now + hosting.INVITE_SECONDS
    found = await match_guests.tickets(lobby, proposal)
    sides = await match_guests.guests(lobby, proposal, found)
    ratings = match_sessions.ratings(found.values(), proposal.profile)
    waits = match_sessions.waits(found.values(), now=proposal.created)

    def decide(session: Session) -> None:
        match_sessions.fill(
            session, proposal, sides, ratings=ratings, waits=waits, until=until, now=now
        )

    try:
        await match_invitations.prepare(lobby, proposal.id)
        await change.alter(lobby, session.id, decide, refresh_ttl=False)
    except (Conflict, SessionNotFound):
        return Outcome.FAILED
    await _free_shut_out(lobby, session.id, [guest.uuid for side in sides for guest in side])
    return Outcome.JOINABLE


async def _free_shut_out(lobby: Lobby, session: int, invited: list[str]) -> None:
    """Second look, behind the invitations: who was put out meanwhile keeps none."""
    for player in invited:
        try:
            await shut_out.present(lobby, player)
        except AccountNotFound:
            decide = partial(departures.dismiss, player=player, reason=Reason.RESTRICTED)
            with suppress(SessionNotFound):
                await change.alter(lobby, session, decide, refresh_ttl=False)


# 5. Finish


async def _finish(lobby: Lobby, proposal: Proposal) -> None:
    waited = []
    for id in proposal.tickets:
        with suppress(TicketNotFound):
            ticket = await tickets.end_matched(lobby, id)
            waited.append(round(proposal.created - ticket.created, 3))
    await lobby.proposals.remove(proposal.id)
    await wait_times.note(lobby, proposal.profile, waited)


# Resume proposals in any stage


async def advance_all(lobby: Lobby) -> None:
    """Advance every open proposal by one step; a refusal of one does not stop the others."""
    for proposal in await lobby.proposals.all("open", "yes"):
        with suppress(ProposalNotFound, Unavailable):
            await _advance(lobby, proposal)


async def _advance(lobby: Lobby, proposal: Proposal) -> None:
    now = lobby.now()
    match proposal.stage:
        case Stage.OFFERED if proposal.agreed:
            begun = await lobby.proposals.change(proposal.id, lambda p: p.begin(now=now))
            await _make(lobby, begun)
        case Stage.OFFERED:
            after = await lobby.proposals.change(proposal.id, lambda p: p.lapse(now=now))
            if after.stage is Stage.VOID:
                await requeue.release(lobby, after)
        case Stage.MAKING if now - proposal.since >= ABANDONED_SECONDS:
            await requeue.give_up(lobby, proposal, TicketReason.TIMEOUT)
        case Stage.MADE | Stage.INVITED:
            await _advance_made(lobby, proposal)
        case Stage.VOID:
            await requeue.release(lobby, proposal)
