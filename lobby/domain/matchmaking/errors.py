"""Refusals of matchmaking: queues, tickets, ready checks, templates."""

from __future__ import annotations

from lobby.domain.errors import Conflict, Forbidden, NotFound


class MatchmakingNotAllowed(Forbidden):
    """Sessions of this type do not wait for matches."""

    code = "matchmaking_not_allowed"


class QueueNotFound(NotFound):
    """There is no such queue; ask for the list of queues."""

    code = "queue_not_found"


class QueueInactive(Conflict):
    """Nobody can join this queue now."""

    code = "queue_inactive"


class PlayerQueued(Conflict):
    """One of the players waits for a match in another session."""

    code = "already_in_queue"


class GroupTooLarge(Conflict):
    """So many cannot join this queue together."""

    code = "group_too_large"


class NoMatchingTemplate(Conflict):
    """None of the queue's ways of matching is for this party."""

    code = "no_matching_template"


class InstanceActive(Conflict):
    """The session is played on an instance; end that first."""

    code = "instance_active"


class NotInQueue(NotFound):
    """The session does not wait for a match."""

    code = "not_in_queue"


class TicketNotFound(NotFound):
    """Nobody waits with this ticket, or not you."""

    code = "ticket_not_found"


class NothingOffered(Conflict):
    """No match is offered to you now, or it is decided already."""

    code = "no_match_offered"


class ProposalNotFound(NotFound):
    """Nothing came of this match, or it has begun."""

    code = "match_proposal_not_found"


class TemplateGroupNotFound(NotFound):
    """There is no such group of templates."""

    code = "template_group_not_found"


class InstanceTemplateNotFound(NotFound):
    """There is no such template of instances."""

    code = "instance_template_not_found"
