"""Keys with a time to live: those of all timers, notes and locks. No other module builds one.

Each builder says what its key is for and how long it lasts: a time of the catalogue
(`server.session_ttl_s`), or a constant of the module that sets it. Presence has no such keys: see
`lobby.presence`.

All are lost when Redis loses its data. Timers are armed again then: `actions.timers.dispatch` has
one row for each kind, with its handler and its re-arming. Notes and locks are not, as nothing that
is stored depends on them: each says what is lost with it.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from lobby.identity.tokens import digest

# Timers: their handlers, and how they are armed again, are in `timers.dispatch`


class TimerKind(StrEnum):
    """What a timer is for: its key is this, a colon and the id of whatever it is about."""

    SESSION_TTL = "session_ttl"
    SESSION_OVER = "session_over"
    EVENT_LOG = "event_log"
    INSTANCE_STREAM = "instance_stream"
    TICKET_TIMEOUT = "ticket_timeout"
    ALLOCATION_TIMEOUT = "allocation_timeout"
    GAME_HOST = "game_host"
    HEALTH_CHECK = "health_check"
    RANK_UPDATE = "rank_update"
    ENTITLEMENT_REQUEST = "entitlement_request"
    SIGN_OUT = "sign_out"


def session_ttl(session: int | str) -> str:
    """A session that nobody uses ends: `server.session_ttl_s`, started anew by each use."""
    return f"{TimerKind.SESSION_TTL}:{session}"


def session_over(session: int | str) -> str:
    """A session whose match is over ends: `expiry_timers.OVER_SECONDS`."""
    return f"{TimerKind.SESSION_OVER}:{session}"


def event_log(session: int | str) -> str:
    """The log of a session that has ended is deleted: `change.LOG_SECONDS`."""
    return f"{TimerKind.EVENT_LOG}:{session}"


def instance_stream(instance: str) -> str:
    """The stream of an instance that has ended is deleted: `expiry_timers.STREAM_SECONDS`."""
    return f"{TimerKind.INSTANCE_STREAM}:{instance}"


def ticket_timeout(session: int | str) -> str:
    """The session has waited for a match for too long: `matchmaking.ticket_timeout_s`."""
    return f"{TimerKind.TICKET_TIMEOUT}:{session}"


def allocation_timeout(session: int | str) -> str:
    """No game server has come to the session in time: `instances.allocate_timeout_s`."""
    return f"{TimerKind.ALLOCATION_TIMEOUT}:{session}"


def game_host(host: str) -> str:
    """Registration of a game server that no longer polls: `allocations.REGISTRATION_SECONDS`."""
    return f"{TimerKind.GAME_HOST}:{host}"


def health_check(session: int | str) -> str:
    """The session's game server should have reported: `instances.health.cadence_s`."""
    return f"{TimerKind.HEALTH_CHECK}:{session}"


def rank_update(number: int) -> str:
    """An update of ratings that nobody has finished is finished: `ranks.WRITE_SECONDS`."""
    return f"{TimerKind.RANK_UPDATE}:{number}"


def entitlement_request(submission: str) -> str:
    """A request that is settled is forgotten: `entitlements.KEPT_SECONDS`."""
    return f"{TimerKind.ENTITLEMENT_REQUEST}:{submission}"


def sign_out(account: str, login: str, version: int, at: float) -> str:
    """A login ended at that time, and its sockets are closed by now: `sign_out.CLOSED_SECONDS`.
    `version`: of the account's tokens before; a higher one ends all logins."""
    return f"{TimerKind.SIGN_OUT}:{account}:{login}:{version}:{at}"


# Notes


def relayed_command(identity: str, command: str) -> str:
    """A signal was relayed: `once.RELAYED_SECONDS`. Lost: a repeated one is relayed again."""
    return f"relayed_command:{identity}:{command}"


def wished_status(account: str) -> str:
    """The status that an account chose: `presence.WISHED_STATUS_SECONDS`. Lost: what
    counts is whether the account is kept as invisible."""
    return f"wished_status:{account}"


def session_reader(account: str) -> str:
    """A member reads their session over HTTP: `server.session_ttl_s`. Lost: until they
    read again, they lose their seat as soon as anybody who is away."""
    return f"session_reader:{account}"


def wait_credit(players: Collection[str]) -> str:
    """How long these players had waited for a match that failed: `wait_credits.CREDIT_SECONDS`.
    Lost: they wait anew."""
    return f"wait_credit:{digest(' '.join(sorted(players)))}"


def long_polling(account: str) -> str:
    """Until when an account that waits for notifications is there: as long as its poll, and
    `long_poll.BETWEEN_SECONDS`. Lost: until it polls again, it loses its seat as soon as anybody
    who is away."""
    return f"long_polling:{account}"


def left_session(session: int, player: str) -> str:
    """A player has just left the session: `recent_leaves.LEFT_SECONDS`. Lost: asking for
    a session of its type may lead back to it."""
    return f"left_session:{session}:{player}"


def queue_waits(profile: str) -> str:
    """How long the last ones waited for a match: `wait_times.WAITS_SECONDS`. Lost: estimates
    begin anew."""
    return f"queue_waits:{profile}"


def health_checks(session: int) -> str:
    """What a game server reported lately: twice as long as it may be silent. Lost: it has its whole
    time before it again, by its timer."""
    return f"health_checks:{session}"


def backfill_asked(session: int) -> str:
    """The game server of a match has asked for players: twice `backfill.TIMEOUT_SECONDS`. Lost:
    nobody is invited until it asks again."""
    return f"backfill_asked:{session}"


def long_poll_cursor(topic: str, client: str) -> str:
    """Where a long poll has read to: `long_poll.REMEMBERED_SECONDS`. Lost: one without a cursor
    begins with what comes."""
    return f"long_poll_cursor:{topic}:{client}"


def oauth_state(state: str) -> str:
    """A login under way at a platform's page: `oauth.STATE_SECONDS`. Lost: it begins anew."""
    return f"oauth_state:{digest(state)}"


def authorization_code(code: str) -> str:
    """The account of an authorization code: `authorization_codes.CODE_SECONDS`. Lost: the login
    begins anew."""
    return f"authorization_code:{digest(code)}"


def known_address(who: str, address: str) -> str:
    """An address from which a login succeeded: `attempts.KNOWN_ADDRESS_SECONDS`. Lost: its attempts
    share the rate limit of unknown addresses until it has logged in again."""
    return f"known_address:{digest(f'{who} {address}')}"


def openid_document(url: str) -> str:
    """A cached document of a provider: `openid.CACHE_SECONDS`. Lost: it is fetched again."""
    return f"openid_document:{digest(url)}"


def rearmed_epoch() -> str:
    """The epoch in which timers were last armed: `sweeper.REARMED_SECONDS`. Lost with them."""
    return "rearmed_epoch"


# Locks: what they guard is idempotent or harmless when it is done twice


def leader(worker: str) -> str:
    """Leader election of sweeper, matchmaker and cleaner: `TERM_SECONDS` of each."""
    return f"leader:{worker}"


def fulfilment(submission: str) -> str:
    """Which process fulfils a purchase: `fulfilment.TERM_SECONDS`."""
    return f"fulfilment:{submission}"


def told_version(stream: str, session: str, version: int) -> str:
    """Which process notifies a stream of a version of a session: `inbox.TOLD_SECONDS`. Lost: it may
    be notified twice."""
    return f"told_version:{stream}:{session}:{version}"


def command_lock(identity: str, command: str) -> str:
    """Who relays a signal while the same is sent elsewhere: `once.RELAY_SECONDS`."""
    return f"command_lock:{identity}:{command}"


def session_creation(session_type: str, region: str | None) -> str:
    """Which caller makes a session while others wait to join it: `create_or_join.TURN_SECONDS`."""
    return f"session_creation:{session_type}:{region or ''}"


def spent_oauth_state(state: str) -> str:
    """A browser has come back with this state: twice `oauth.STATE_SECONDS`. Lost with the state."""
    return f"spent_oauth_state:{digest(state)}"


def spent_authorization_code(code: str) -> str:
    """A code was used: twice `authorization_codes.CODE_SECONDS`. Lost with the code."""
    return f"spent_authorization_code:{digest(code)}"


def fubar_report(instance: str) -> str:
    """An instance was reported as broken: `instances.FUBAR_SECONDS`. Lost: it counts twice."""
    return f"fubar_report:{instance}"


def openid_refetch(url: str) -> str:
    """A provider was asked for new keys: `openid.REFETCH_SECONDS`. Lost: it is asked once more."""
    return f"openid_refetch:{digest(url)}"
