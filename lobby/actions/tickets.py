"""What becomes of a ticket when its session no longer waits with it. Knows no verb of sessions:
these call it.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.context import Lobby
from lobby.domain.proposals import Proposal, Stage
from lobby.domain.queue_errors import ProposalNotFound, TicketNotFound
from lobby.domain.sessions import Session
from protocol import topics
from protocol.events import Ended, LookAgain


async def follow(lobby: Lobby, before: Session, after: Session | None) -> None:
    """Its session waits no more, and no match has taken it: then it ends."""
    if before.ticket is None:
        return
    if after is None or (after.ticket != before.ticket and after.matched is None):
        await withdraw(lobby, before.ticket)


async def withdraw(lobby: Lobby, id: str, *, code: str = "queue_left") -> None:
    """The ticket is no more, and the match that it was offered is not made."""

    def decide(proposal: Proposal) -> None:
        if proposal.stage is Stage.OFFERED:
            proposal.give_up([id], now=lobby.clock())

    with suppress(TicketNotFound, ProposalNotFound):
        ticket = await lobby.tickets.remove(id)
        lobby.tell(topics.queue(id), Ended(code=code))
        if ticket.match is not None:
            await lobby.proposals.change(ticket.match, decide)


def look_again(lobby: Lobby, id: str) -> None:
    """Whoever watches it sees how it stands now."""
    lobby.tell(topics.queue(id), LookAgain())
