"""What becomes of matches that were found: their players are asked, their tickets taken, their
sessions made; and where nothing comes of one, its tickets are given back as old as they were.

Every step looks at what stands and may be done again: whoever goes on where another process was
killed does the same once more.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from uuid import uuid4

from lobby.actions import arranging, notes, returning, telling, tickets
from lobby.context import Lobby
from lobby.domain import consequences
from lobby.domain.errors import NotFound, Unavailable
from lobby.domain.match_terms import Made
from lobby.domain.proposals import Party, Proposal, Stage
from lobby.domain.queue_errors import ProposalNotFound, TicketNotFound
from lobby.domain.session_errors import TicketTaken
from lobby.domain.sessions import Session
from lobby.domain.tickets import Ticket
from lobby.logs import audit
from protocol import topics
from protocol.events import InboxEntry

ABANDONED_SECONDS = 5.0
"""So long nobody takes to make a match; who does has stopped, and finds it given up."""


async def propose(lobby: Lobby, made: Made) -> bool:
    """Take its tickets, all or none, then ask their players or make it. False: one was gone."""
    proposal = await lobby.proposals.add(_drawn_up(lobby, made))
    try:
        for party in proposal.parties:
            await _take(lobby, proposal, party)
    except (NotFound, TicketTaken):
        await _retreat(lobby, proposal)
        return False
    if proposal.stage is Stage.OFFERED:
        await _ask(lobby, proposal)
    else:
        await _make(lobby, proposal)
    return True


def _drawn_up(lobby: Lobby, made: Made) -> Proposal:
    now = round(lobby.clock(), 3)
    profile = lobby.catalogue.by_profile[made.profile]
    template = lobby.catalogue.by_instance_template[profile.instance_template]
    hosted = made.session is None and template.default_host_type == "player"
    asked = profile.ready_check_s
    return Proposal(
        id=str(uuid4()),
        profile=made.profile,
        session=arranging.new_id() if made.session is None else made.session,
        sides=[[_party(ticket) for ticket in side] for side in made.sides],
        created=now,
        since=now,
        stage=Stage.MAKING if asked is None else Stage.OFFERED,
        region=made.region,
        fills=made.session is not None,
        host=made.tickets[0].leader if hosted else None,
        until=None if asked is None else round(now + asked, 3),
    )


def _party(ticket: Ticket) -> Party:
    return Party(ticket.id, ticket.session, [one.uuid for one in ticket.players])


async def _take(lobby: Lobby, proposal: Proposal, party: Party) -> None:
    """For this match alone: by one who comes first. Its session waits with it, or it is dead."""

    def decide(ticket: Ticket) -> None:
        if proposal.stage is Stage.OFFERED:
            ticket.offer(proposal.id)
        else:
            ticket.take(proposal.id)

    await lobby.tickets.change(party.ticket, decide)
    if (await lobby.sessions.get(str(party.session))).ticket != party.ticket:
        raise TicketTaken


# Whether its players are ready


async def _ask(lobby: Lobby, proposal: Proposal) -> None:
    seconds = lobby.catalogue.by_profile[proposal.profile].ready_check_s
    for party in proposal.parties:
        tickets.look_again(lobby, party.ticket)
        entry = InboxEntry(
            kind="session_match_found",
            session=str(party.session),
            message=f"A match is found: say within {seconds:g} seconds whether you are ready.",
            at=round(lobby.clock(), 3),
            rh_url=notes.address(party.session),
            custom_data={
                "session_id": str(party.session),
                "ticket_id": party.ticket,
                "match_id": proposal.id,
                "ready_until": str(proposal.until),
            },
        )
        for player in party.players:
            await lobby.notices.put(topics.inbox(player), entry)
    await lobby.proposals.change(proposal.id, Proposal.note_asked)


# Making it


async def _make(lobby: Lobby, proposal: Proposal) -> None:
    """Its sessions wait no more, then its own is there, in silence; from then on it is made."""
    try:
        for party in proposal.parties:
            await _part(lobby, proposal, party)
        if not proposal.fills:
            await arranging.prepare(lobby, proposal)
        proposal = await lobby.proposals.change(
            proposal.id, lambda p: p.make(now=round(lobby.clock(), 3))
        )
    except (NotFound, TicketTaken) as gone:
        audit.info("match not made", match=proposal.id, why=gone.code)
        await _retreat(lobby, proposal)
        return
    audit.info("match made", match=proposal.id, session=proposal.session, profile=proposal.profile)
    await follow(lobby, proposal)


async def _part(lobby: Lobby, proposal: Proposal, party: Party) -> None:
    """Whether the party is still as it was is decided here, by its session alone."""

    def decide(session: Session) -> None:
        if session.matched == proposal.id:
            return
        if session.ticket != party.ticket or consequences.players(session) != {*party.players}:
            raise TicketTaken
        session.ticket, session.matched = None, proposal.id

    if proposal.until is not None:
        await lobby.tickets.change(party.ticket, lambda ticket: ticket.take(proposal.id))
    await telling.alter(lobby, party.session, decide, wanted=False)
    tickets.look_again(lobby, party.ticket)


# What stands


async def attend(lobby: Lobby) -> None:
    """See to every one that is open: what one of them meets is not in the others' way."""
    for proposal in await lobby.proposals.all("open", "yes"):
        with suppress(ProposalNotFound, Unavailable):
            await _see_to(lobby, proposal)


async def _see_to(lobby: Lobby, proposal: Proposal) -> None:
    now = round(lobby.clock(), 3)
    match proposal.stage:
        case Stage.OFFERED if proposal.agreed:
            begun = await lobby.proposals.change(proposal.id, lambda p: p.begin(now=now))
            await _make(lobby, begun)
        case Stage.OFFERED:
            after = await lobby.proposals.change(proposal.id, lambda p: p.lapse(now=now))
            if after.stage is Stage.VOID:
                await returning.release(lobby, after)
        case Stage.MAKING if now - proposal.since >= ABANDONED_SECONDS:
            await give_up(lobby, proposal)
        case Stage.MADE:
            await follow(lobby, proposal)
        case Stage.VOID:
            await returning.release(lobby, proposal)


async def follow(lobby: Lobby, proposal: Proposal) -> None:
    """A made one is arranged, then waited for: it can be joined, or it has failed."""
    try:
        outcome = await arranging.see_to(lobby, proposal)
    except NotFound:
        outcome = arranging.Outcome.FAILED
    if outcome is arranging.Outcome.JOINABLE:
        await _settle(lobby, proposal)
    elif outcome is arranging.Outcome.FAILED:
        await give_up(lobby, proposal, proposal.holder(proposal.host))


async def _settle(lobby: Lobby, proposal: Proposal) -> None:
    """Its players are invited: nobody waits any more."""
    waited = []
    for party in proposal.parties:
        with suppress(TicketNotFound):
            ticket = await lobby.tickets.get(party.ticket)
            waited.append(round(proposal.created - ticket.created, 3))
            await tickets.withdraw(lobby, party.ticket, code="match_found")
    await lobby.proposals.remove(proposal.id)
    await arranging.note_waits(lobby, proposal.profile, waited)


async def give_up(lobby: Lobby, proposal: Proposal, out: Sequence[str] = ()) -> None:
    """Nothing comes of it, unless it could be joined in the meantime."""
    with suppress(ProposalNotFound):
        await returning.release(lobby, await _voided(lobby, proposal, out))


async def _voided(lobby: Lobby, proposal: Proposal, out: Sequence[str] = ()) -> Proposal:
    now = round(lobby.clock(), 3)
    return await lobby.proposals.change(proposal.id, lambda p: p.give_up(out, now=now))


async def _retreat(lobby: Lobby, proposal: Proposal) -> None:
    """By whoever was to make it, and alone could have: also where it was given up meanwhile, and
    more has been done since than was undone."""
    with suppress(ProposalNotFound):
        proposal = await _voided(lobby, proposal)
    await returning.release(lobby, proposal)
