"""Time to live of sessions: timers that end unused sessions, and what keeps a session alive."""

from __future__ import annotations

from lobby import expiring_keys
from lobby.context import Lobby
from lobby.domain.permissions import Actor, Role
from lobby.domain.sessions.session import Session

OVER_SECONDS = 10.0
"""How long a session can still be read after the end of its match."""
ANY_LOGIN = "any"
"""In notes of who is there, where no login is known."""
OVER, OVER_NOTE_SECONDS = "0", 1.0
"""Such a note once the login has ended that it was of, and how long it is kept."""
STREAM_SECONDS = 600.0
"""How long the notification stream of an instance is kept after its session."""


async def refresh(lobby: Lobby, session: Session, actor: Actor, *, outright: bool = False) -> None:
    """Renew the time to live, for a member or an outright caller. A hosted session has none: it
    lives as long as its host is present."""
    active = Role.ACTIVE in session.roles_of(actor.uuid)
    if active and lobby.presence.present(actor.uuid) is None:
        await lobby.roster.expire_after(actor.uuid, lobby.settings.unattended_seconds)
    if active or outright:
        await start_ttl(lobby, session)


async def schedule_end(lobby: Lobby, session: Session) -> None:
    """Set the timer that ends a session whose match is over."""
    await lobby.timers.set(expiring_keys.session_over(session.id), OVER_SECONDS)


async def record_reader(lobby: Lobby, session: Session, actor: Actor) -> None:
    """A member has read the session: it counts as active, even without a socket."""
    if not session.hosted and Role.ACTIVE in session.roles_of(actor.uuid):
        seconds = lobby.catalogue.server.session_ttl_s
        await lobby.notes.put(expiring_keys.session_reader(actor.uuid), _login(actor), seconds)


async def is_reader(lobby: Lobby, account: str) -> bool:
    """Whether the account has read one of its sessions recently."""
    return await lobby.notes.get(expiring_keys.session_reader(account)) not in (None, OVER)


async def begin_long_poll(lobby: Lobby, actor: Actor, seconds: float) -> str:
    """The account waits for notifications, and is there for so long, even without a socket. Of
    several polls the longest counts."""
    until = f"{lobby.clock() + seconds} {_login(actor)}"
    if _time(until) > await _there_until(lobby, actor.uuid):
        await lobby.notes.put(expiring_keys.long_polling(actor.uuid), until, seconds)
    return until


async def end_long_poll(lobby: Lobby, actor: Actor, begun: str | None, seconds: float) -> None:
    """It no longer waits: there for so long yet, unless a longer poll has begun meanwhile."""
    key = expiring_keys.long_polling(actor.uuid)
    if begun is not None and await lobby.notes.get(key) == begun:
        await lobby.notes.put(key, f"{lobby.clock() + seconds} {_login(actor)}", seconds)


async def long_poll_left(lobby: Lobby, account: str) -> float:
    """For how many seconds the account is there because of a long poll; 0: it is not."""
    return max(0.0, await _there_until(lobby, account) - lobby.clock())


async def _there_until(lobby: Lobby, account: str) -> float:
    return _time(await lobby.notes.get(expiring_keys.long_polling(account)) or "0")


async def forget_login(lobby: Lobby, account: str, login: str) -> bool:
    """The login ended: nobody reads or waits by it any more. Whether the account does so by
    another one, of several the last to read and the one that waits longest."""
    reads, waits = expiring_keys.session_reader(account), expiring_keys.long_polling(account)
    elsewhere = False
    for key in (reads, waits):
        said = await lobby.notes.get(key)
        if said is not None and said.split(" ")[-1] == login:
            await lobby.notes.put(key, OVER, OVER_NOTE_SECONDS)
        elif said not in (None, OVER):
            elsewhere = True
    return elsewhere


def _time(said: str) -> float:
    """Of a note of a long poll: until when, then by which login."""
    return float(said.split(" ")[0])


def _login(actor: Actor) -> str:
    return actor.login.id if actor.login else ANY_LOGIN


async def expire_stream(lobby: Lobby, session: Session) -> None:
    """Set the timer that deletes the notification stream of the session's instance."""
    if session.instance is not None:
        await lobby.timers.set(expiring_keys.instance_stream(session.instance.id), STREAM_SECONDS)


async def start_ttl(lobby: Lobby, session: Session) -> None:
    """Set the timer of the session's time to live to its full length."""
    if not session.hosted:
        seconds = lobby.catalogue.server.session_ttl_s
        await lobby.timers.set(expiring_keys.session_ttl(session.id), seconds)
