"""Visibility of sessions: to whom their leader has banned, there is no session.

Whoever is inside sees it, whoever leads by now; so does a caller whose permit is outright.
"""

from __future__ import annotations

from contextlib import suppress

from lobby.actions.changes import publish
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, LobbyError, SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions.errors import SessionHidden
from lobby.domain.sessions.session import Session
from lobby.storage.repository import Repository
from protocol import topics


async def live_session(sessions: Repository[Session], host: str) -> Session | None:
    try:
        return await sessions.claimed("leader", host)
    except SessionNotFound:
        return None


async def find(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """The session, as whoever names it may know of it. Raises SessionNotFound, also where it is
    hidden from the caller; members cost no second read."""
    session = await lobby.sessions.get(str(id))
    await require_not_hidden(lobby, permit, session)
    return session


async def require_not_hidden(
    lobby: Lobby, permit: Permit, session: Session, *, no: type[LobbyError] = SessionHidden
) -> None:
    """Raise SessionHidden, or `no`, if its leader has banned the caller. A leader without an
    account bans nobody, nor one in name."""
    caller = permit.actor.uuid
    if session.leader is None or session.led_in_name or permit.outright or session.roles_of(caller):
        return
    with suppress(AccountNotFound):
        if (await lobby.accounts.get(session.leader)).host.banned(caller, lobby.now()):
            raise no


async def require_visible(lobby: Lobby, permit: Permit, session: Session) -> Account | None:
    """The same for who wants to look; raises SessionNotFound also if its leader is gone. Returns
    the leader's account, unless the caller leads."""
    caller = permit.actor.uuid
    if session.leader is None or session.leader == caller:
        return None
    try:
        leader = await lobby.accounts.get(session.leader)
    except AccountNotFound:
        raise SessionHidden from None
    inside = permit.outright or session.led_in_name or session.roles_of(caller)
    if not inside and leader.host.banned(caller, lobby.now()):
        raise SessionHidden
    return leader


async def follow_leader(lobby: Lobby, before: Session, after: Session) -> None:
    """Where another member leads by now: for whom they have banned, the session is over."""
    if after.leader in (None, before.leader) or after.led_in_name:
        return
    try:
        leader = await lobby.accounts.get(after.leader)
    except AccountNotFound:
        return
    inside = after.insiders()
    hidden = [one for one in leader.host.bans(lobby.now()) if one not in inside]
    publish.hide(lobby, hidden, [topics.session(after.id)])


def hidden(session: Session, caller: str, leaders: frozenset[str]) -> bool:
    """Whether the session is hidden from the caller, whom these leaders have banned."""
    hides = session.leader in leaders and not session.led_in_name
    return hides and not session.roles_of(caller)


async def banned_by(accounts: Repository[Account], account: str) -> frozenset[str]:
    """Who has banned this account; one whose ban has just run out is among them until the sweep."""
    found: set[str] = set()
    async for page in accounts.version_pages("bans", account):
        found.update(page)
    return frozenset(found)
