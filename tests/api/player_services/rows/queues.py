"""Queues: what there is to read of them, entering and leaving, and whether one is ready."""

from __future__ import annotations

from uuid import uuid4

from lobby.domain.matchmaking.proposals import Party, Proposal
from lobby.domain.matchmaking.states import Stage, TicketState
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from tests.api.player_services.rows import READERS, Good, Line, plain
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers

GROUP = "5d0c6a52-7d1e-4b7c-9c1d-0000000000a1"
LAUNCHED = "5d0c6a52-7d1e-4b7c-9c1d-000000000001"
PATH = "/session/v1/session/{session_id}/queue"
TICKET = "/session/v1/queue/ticket/{ticket_id}"
LEADING = "renew {0} {0} 403 {0} 403 renew renew renew renew renew"
"""In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
forged, revoked, deleted."""
PLAYING = "renew 204 204 404 404 403 renew renew renew renew renew"
"""Only those who wait with a ticket know that there is one."""
FAR = 4_000_000_000.0


def group(callers: Callers, caller: Caller) -> Good:
    return Good({"template_group_id": GROUP})


def launched(callers: Callers, caller: Caller) -> Good:
    return Good({"instance_launch_template_id": LAUNCHED})


def requested(callers: Callers, caller: Caller) -> Good:
    return Good({"instance_request_template_id": LAUNCHED})


def joining(callers: Callers, caller: Caller) -> Good:
    said = {
        "queue_id": "crowd",
        "additional_join_params": {
            "double_args": {"height": 1.5},
            "string_args": {"mode": "calm"},
            "tags": ["new"],
            "extensions": {"more": "AAEC"},
        },
        "map_preferences": ["canyon"],
        "backfill": False,
    }
    return Good({"session_id": led(callers, caller, "party").id}, json=said)


def waiting(callers: Callers, caller: Caller) -> Good:
    ticket = str(uuid4())
    session = led(callers, caller, "party", ticket=ticket)
    callers.served.do(callers.served.lobby.tickets.add(_ticket(caller, ticket, session.id)))
    return Good({"session_id": session.id})


def asked(callers: Callers, caller: Caller) -> Good:
    """A match was found, and another player has not answered yet."""
    lobby, id, match = callers.served.lobby, str(uuid4()), str(uuid4())
    session = led(callers, caller, "party", ticket=id)
    ticket = _ticket(caller, id, session.id)
    ticket.state, ticket.match = TicketState.OFFERED, match
    mine = Party(id, session.id, [caller.subject.uuid])
    sides = [[mine], [Party(str(uuid4()), 1024, [callers.player().uuid])]]
    proposal = Proposal(match, "crowd", 2048, sides, FAR, FAR, Stage.OFFERED, until=FAR)
    callers.served.do(lobby.proposals.add(proposal))
    callers.served.do(lobby.tickets.add(ticket))
    return Good({"ticket_id": id})


def _ticket(caller: Caller, id: str, session: int) -> Ticket:
    players = [RatedPlayer(caller.subject.uuid, caller.subject.number, 25.0, 8.0)]
    leader = caller.subject.uuid
    return Ticket(id, session, leader, "crowd", GROUP, ["crowd"], players, 25.0, created=FAR)


LINES = {
    "GET /session/v1/queues": Line(plain, READERS),
    "GET /session/v2/queues": Line(plain, READERS),
    "GET /session/v1/instance-launch-templates/{instance_launch_template_id}": Line(
        launched, READERS
    ),
    "GET /session/v1/instance-request-template/{instance_request_template_id}": Line(
        requested, READERS
    ),
    "GET /session/v1/match-making-templates/{template_group_id}": Line(group, READERS),
    "GET /session/v2/match-making-templates/{template_group_id}": Line(group, READERS),
    f"POST {PATH}": Line(joining, LEADING.format(200)),
    f"DELETE {PATH}": Line(waiting, LEADING.format(204)),
    f"POST {TICKET}/accept": Line(asked, PLAYING),
    f"POST {TICKET}/decline": Line(asked, PLAYING),
}
