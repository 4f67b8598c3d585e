"""What each command of the live channel may be answered: the model of its result, and the refusals
that are its own. Documents and the types of clients are made of it; tests hold every answer to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from lobby.domain import errors, idempotency_errors, list_errors, presence_errors
from lobby.domain.errors import LobbyError
from lobby.domain.matchmaking import errors as queues
from lobby.domain.sessions import errors as sessions
from protocol import channel as words
from protocol import code_commands as code_words
from protocol import queue_commands as queue_words
from protocol import results
from protocol import team_commands as team_words
from protocol import watch_commands as watch_words
from protocol.welcome import Welcome

Refusals = tuple[type[LobbyError], ...]

ALWAYS: Refusals = (
    errors.Malformed,
    errors.TooLarge,
    errors.TooMany,
    errors.Unavailable,
    errors.Broken,
)
"""Whatever is said may be refused so."""
GREETED: Refusals = (errors.Unauthenticated, errors.TokenRevoked, errors.Forbidden)
"""Every command but hello: it comes after hello, with a token that still counts."""
ONCE: Refusals = (idempotency_errors.IdReused, idempotency_errors.InProgress)
"""Commands that are done once for each id."""
TOKEN: Refusals = (errors.Unauthenticated, errors.TokenExpired, errors.TokenRevoked)
ENTRY: Refusals = (
    sessions.KeptOut,
    errors.AlreadySeated,
    errors.SessionNotJoinable,
    errors.GuestNotWelcome,
    sessions.PasswordNeeded,
    sessions.WrongPassword,
    sessions.VersionIncompatible,
    sessions.CrossplayIncompatible,
    errors.SessionFull,
)
"""Of whoever comes in, in the order in which they are looked at."""


@dataclass(frozen=True)
class CommandOutcome:
    """`refusals`: its own, beside those of any command."""

    result: type[BaseModel]
    refusals: Refusals = ()


OUTCOMES: dict[type[words.Command], CommandOutcome] = {
    words.Hello: CommandOutcome(Welcome, (*TOKEN, errors.Conflict)),
    words.Refresh: CommandOutcome(results.Refreshed, (*TOKEN, errors.NotYours)),
    watch_words.Watch: CommandOutcome(
        results.TopicWatched,
        (
            errors.TopicNotFound,
            errors.SessionNotFound,
            errors.AccountNotFound,
            queues.TicketNotFound,
            errors.ListFull,
            list_errors.ListTooLarge,
            presence_errors.RosterTooLarge,
        ),
    ),
    watch_words.Unwatch: CommandOutcome(results.Unwatched),
    words.Ping: CommandOutcome(results.ServerTime),
    words.HostSet: CommandOutcome(results.Hosting),
    words.HostBefriend: CommandOutcome(
        results.FriendList, (errors.OtherNotFound, errors.NotOneself, errors.ListFull)
    ),
    words.HostUnfriend: CommandOutcome(results.FriendList, (errors.OtherNotFound,)),
    words.HostBan: CommandOutcome(
        results.BanList,
        (errors.OtherNotFound, errors.NotOneself, errors.ListFull, errors.Unacceptable),
    ),
    words.HostUnban: CommandOutcome(results.BanList, (errors.OtherNotFound,)),
    words.SessionLaunch: CommandOutcome(
        results.SessionLaunched,
        (errors.AlreadyHosting, sessions.TemplateForbids, errors.Unacceptable),
    ),
    words.SessionJoin: CommandOutcome(
        results.SessionShown, (*ENTRY, errors.AccountNotFound, errors.ListFull)
    ),
    words.SessionAsk: CommandOutcome(results.Admissions),
    words.SessionLeave: CommandOutcome(
        results.SessionChanged, (errors.NotSeated, errors.Unacceptable)
    ),
    words.SessionKick: CommandOutcome(
        results.PlayerKicked,
        (errors.NotSeated, errors.ListFull, errors.AccountNotFound, errors.Unacceptable),
    ),
    words.SessionPardon: CommandOutcome(results.SessionChanged, (errors.AccountNotFound,)),
    words.SessionExcluded: CommandOutcome(results.ExcludedPlayers),
    words.SessionInvite: CommandOutcome(
        results.SessionShown,
        (
            errors.SessionFull,
            errors.SessionNotJoinable,
            errors.AlreadySeated,
            errors.GuestNotWelcome,
            errors.AccountNotFound,
        ),
    ),
    words.SessionUpdate: CommandOutcome(
        results.SessionShown, (sessions.TemplateForbids, errors.Unacceptable)
    ),
    code_words.SessionCode: CommandOutcome(
        results.CodeShown, (errors.SessionNotJoinable, sessions.TemplateForbids)
    ),
    team_words.SessionMove: CommandOutcome(
        results.SessionShown,
        (errors.NotSeated, sessions.TeamFull, sessions.TeamsLocked, sessions.OwnTeamFixed),
    ),
    team_words.SessionSwap: CommandOutcome(
        results.SessionShown, (errors.NotSeated, sessions.SameTeam, sessions.LeaderStays)
    ),
    team_words.SessionPermit: CommandOutcome(results.Permitted, (errors.NotSeated,)),
    words.SessionPush: CommandOutcome(results.Pushed, (errors.WrongKey,)),
    words.SessionSay: CommandOutcome(results.LineSaid, (errors.Unacceptable,)),
    words.SessionSignal: CommandOutcome(results.Done, (errors.NotSeated,)),
    words.SessionClose: CommandOutcome(results.Done),
    queue_words.QueueJoin: CommandOutcome(
        results.Queued,
        (
            queues.QueueNotFound,
            queues.QueueInactive,
            sessions.InQueue,
            queues.GroupTooLarge,
            queues.NoMatchingTemplate,
            queues.InstanceActive,
            queues.MatchmakingNotAllowed,
            queues.NotInQueue,
        ),
    ),
    queue_words.QueueLeave: CommandOutcome(results.Done, (queues.NotInQueue,)),
    queue_words.QueueAccept: CommandOutcome(
        results.Done, (queues.TicketNotFound, queues.NothingOffered)
    ),
    queue_words.QueueDecline: CommandOutcome(
        results.Done, (queues.TicketNotFound, queues.NothingOffered)
    ),
    words.PresenceSet: CommandOutcome(results.StatusShown),
}


def refusals_of(command: type[words.Command]) -> Refusals:
    """All that this command may be refused as."""
    own = OUTCOMES[command].refusals
    if command is words.Hello:
        return (*own, *ALWAYS)
    session = (errors.SessionNotFound,) if "session" in command.model_fields else ()
    once = () if command.repeatable else ONCE
    return tuple(dict.fromkeys((*own, *session, *GREETED, *once, *ALWAYS)))


def codes(refusals: Refusals) -> dict[str, str]:
    """What each code says, of these refusals."""
    said: dict[str, str] = {}
    for refusal in refusals:
        said.setdefault(refusal.code, " ".join((refusal.__doc__ or "").split()))
    return said


MANY = results.WatchedTopics
"""The result of `watch` with several topics."""
ENDINGS: Refusals = (
    errors.TopicNotFound,
    errors.SessionNotFound,
    errors.AccountNotFound,
    errors.Forbidden,
    queues.TicketNotFound,
    list_errors.ListTooLarge,
    presence_errors.RosterTooLarge,
)
"""Why a topic ends that its watcher may no longer watch: what `watch` would be refused as."""
