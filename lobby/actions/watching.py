"""How each topic looks, and who may watch it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping

from lobby.actions import views
from lobby.context import Lobby
from lobby.domain.errors import (
    AccountNotFound,
    Forbidden,
    SessionNotFound,
    TopicNotFound,
    Unauthenticated,
)
from lobby.domain.permissions import Permit
from lobby.domain.queue_errors import TicketNotFound
from lobby.domain.sessions import Session
from lobby.hub import Look
from lobby.hub.sources import State
from lobby.repositories import Repositories
from lobby.repository import Repository
from persistence.ports import Leases, Page, Store
from protocol import topics
from protocol.events import shown_person


class Sources:
    """What the hub looks at."""

    def __init__(
        self,
        store: Store,
        leases: Leases,
        kept: Repositories,
        queued: Callable[[str], Awaitable[State]],
    ) -> None:
        self._store, self._leases = store, leases
        self._accounts, self._sessions = kept.accounts, kept.sessions
        self._queued = queued

    async def look(self, topic: str) -> Look:
        kind, subject = topics.split(topic)
        match kind:
            case "presence":
                return await self._presence()
            case "sessions":
                return await self._listed()
            case "session":
                return await self._session(subject)
            case "host":
                return await self._host(subject)
            case "queue":
                return Look(await self._queued(subject))
        raise TopicNotFound

    async def changed(self, versions: Mapping[str, int]) -> list[str]:
        ids = {topics.split(topic)[1]: topic for topic in versions}
        now = await self._sessions.versions(ids)
        return [topic for id, topic in ids.items() if now.get(id) != versions[topic]]

    async def read(self, topic: str, *, after: int, limit: int) -> Page:
        return await self._store.read(topic, after=after, limit=limit)

    async def head(self, topic: str) -> int:
        return await self._store.head(topic)

    async def heads(self, topics: Iterable[str]) -> dict[str, int]:
        return await self._store.heads(topics)

    async def _presence(self) -> Look:
        roster = await self._leases.roster()
        state = {who: shown_person(shown) for who, shown in roster.entries.items()}
        return Look(state, epoch=roster.epoch, version=roster.version)

    async def _listed(self) -> Look:
        listed = await self._sessions.all("listed", "yes")
        return Look({str(session.id): views.listed(session) for session in listed}, entries=True)

    async def _session(self, id: str) -> Look:
        session = await self._sessions.get(id)
        return Look(
            views.listed(session),
            inner=views.whole(session),
            insiders=frozenset(session.insiders()),
            epoch=await self._store.epoch(),
            version=session.version,
        )

    async def _host(self, uuid: str) -> Look:
        account = await self._accounts.get(uuid)
        return Look(views.host(account, await live_session(self._sessions, uuid)))


async def live_session(sessions: Repository[Session], host: str) -> Session | None:
    try:
        return await sessions.claimed("leader", host)
    except SessionNotFound:
        return None


def internal(permit: Permit, topic: str) -> str:
    """The topic as the hub knows it: uuids in lower case, `inbox` with whose it is."""
    return topics.inbox(permit.actor.uuid) if topic == topics.INBOX else topic.lower()


async def permit_watch(lobby: Lobby, permit: Permit, topic: str) -> str:
    """The topic as the hub knows it, if this actor may watch it; the banned find nothing there."""
    kind, subject = topics.split(topic.lower())
    if topic in (topics.PRESENCE, topics.SESSIONS):
        return topic
    if not permit.actor.uuid:
        raise Unauthenticated
    if topic == topics.INBOX:
        return internal(permit, topic)
    if kind not in WATCHABLE or not subject:
        raise TopicNotFound
    return await WATCHABLE[kind](lobby, permit, subject)


async def require_still(lobby: Lobby, permit: Permit, topic: str) -> None:
    """Raise where this actor may no longer watch the topic, named as the hub knows it."""
    kind, subject = topics.split(topic)
    if kind in WATCHABLE and subject:
        await WATCHABLE[kind](lobby, permit, subject)


async def _host(lobby: Lobby, permit: Permit, uuid: str) -> str:
    account = await lobby.accounts.get(uuid)
    if permit.actor.uuid in account.host.banlist:
        raise AccountNotFound
    return topics.host(account.uuid)


async def _session(lobby: Lobby, permit: Permit, id: str) -> str:
    session = await lobby.sessions.get(id)
    await require_visible(lobby, permit, session)
    return topics.session(session.id)


async def require_visible(lobby: Lobby, permit: Permit, session: Session) -> None:
    """For whom its leader has banned there is no such session."""
    if session.leader is None:
        return
    try:
        leader = await lobby.accounts.get(session.leader)
    except AccountNotFound:
        raise SessionNotFound from None
    if permit.actor.uuid in leader.host.banlist:
        raise SessionNotFound


async def _chat(lobby: Lobby, permit: Permit, id: str) -> str:
    session = await lobby.sessions.get(id)
    if not session.roles_of(permit.actor.uuid):
        raise Forbidden("only those who sit in the session hear its chat")
    return topics.chat(session.id)


async def _queue(lobby: Lobby, permit: Permit, id: str) -> str:
    ticket = await lobby.tickets.get(id)
    if all(player.uuid != permit.actor.uuid for player in ticket.players):
        raise TicketNotFound
    return topics.queue(ticket.id)


WATCHABLE: dict[str, Callable[[Lobby, Permit, str], Awaitable[str]]] = {
    "host": _host,
    "session": _session,
    "chat": _chat,
    "queue": _queue,
}
