"""Topics: the state of each, read from the stores, and who may watch it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from functools import partial
from itertools import islice
from typing import Any

from lobby.actions import people
from lobby.actions.changes import views, visibility
from lobby.context import Lobby
from lobby.domain.errors import (
    AccountNotFound,
    Forbidden,
    TopicNotFound,
    Unauthenticated,
)
from lobby.domain.matchmaking.errors import TicketNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions.session import Session
from lobby.hub import Known, News, Snapshot
from lobby.hub.source import FOREVER, Hides, State, together
from lobby.live_queries import Viewer
from lobby.storage.inbox_rows import migrate_page
from lobby.storage.kinds import Repositories
from persistence.ports import Page, Presence, Store, Unreachable
from protocol import topics
from protocol.roster import parse_person

PEOPLE = 500
"""People of the roster who are read in one turn of the loop."""
SLICE = 100
"""Sessions that are read and shown in one turn of the loop, of a list of all."""


class TopicSource:
    """The hub's source: reads topics from the stores."""

    def __init__(
        self,
        store: Store,
        roster: Presence,
        kept: Repositories,
        queued: Callable[[str], Awaitable[State]],
        now: Callable[[], float],
        links: Callable[[], str],
        counts: Callable[[], Awaitable[State]],
    ) -> None:
        self._store, self._roster, self._now, self._counts = store, roster, now, counts
        self._accounts, self._sessions = kept.accounts, kept.sessions
        self._queued, self._links = queued, links

    def clock(self) -> float:
        return self._now()

    async def snapshot(self, topic: str) -> Snapshot:
        kind, subject = topics.split(topic)
        match kind:
            case "presence" if subject:
                return Snapshot(await self._counts())
            case "presence":
                return await self._presence()
            case "sessions":
                return await self._listed()
            case "session":
                return await self._session(subject)
            case "host":
                return await self._host(subject)
            case "queue":
                return Snapshot(await self._queued(subject))
        raise TopicNotFound

    async def news(self, topic: str, versions: Mapping[str, int]) -> News:
        left, changed = set(versions), list[str]()
        async for page in self._sessions.version_pages("listed", "yes"):
            changed += [key for key, version in page.items() if versions.get(key) != version]
            left.difference_update(page)
        read = News({}, {}, {})
        for at in range(0, len(changed), SLICE):
            for key, session in (await self._sessions.many(changed[at : at + SLICE])).items():
                self._note(read, key, session)
            await asyncio.sleep(0)
        for at in range(0, len(left), SLICE):
            await self._note_left(read, [*islice(left, at, at + SLICE)])
        return read

    async def _note_left(self, read: News, keys: list[str]) -> None:
        """Of sessions that are listed no more, or again by now. One that cannot be read is gone as
        it is, until it is another."""
        found = await self._sessions.many(keys)
        for key, session in found.items():
            self._note(read, key, session)
        missing = [key for key in keys if key not in found]
        there = await self._sessions.versions(missing) if missing else {}
        read.gone.update({key: there.get(key, FOREVER) for key in missing})

    def _note(self, read: News, key: str, session: Session) -> None:
        if session.listing is None:
            read.gone[key] = session.version
        else:
            read.entries[key] = views.outside(session)
            read.facts[key] = views.facts(session, self._now())

    async def hides(self, topic: str, identity: str) -> Hides | None:
        kind, subject = topics.split(topic)
        if topic in (topics.SESSIONS, topics.PRESENCE):
            banned_by = await visibility.banned_by(self._accounts, identity)
            if not banned_by:
                return None
            return (
                partial(_leads, banned_by, identity)
                if kind == topics.SESSIONS
                else _among(banned_by)
            )
        try:
            host = (await self._accounts.get(subject)).host
        except AccountNotFound:
            return None
        return _live_session if host.banned(identity, self._now()) else None

    async def viewer(self, account: str, *, friends: bool, named_by: bool) -> Viewer:
        banned_by = await visibility.banned_by(self._accounts, account)
        if not (friends or named_by):
            return Viewer(account, banned_by=banned_by)
        try:
            mine = await self._accounts.get(account)
        except AccountNotFound:
            return Viewer(account, named=False, banned_by=banned_by)
        return Viewer(
            account,
            named=mine.actor().named,
            friends=frozenset(mine.host.friends),
            named_by=await self._listing(account) if named_by else frozenset(),
            banned_by=banned_by,
        )

    async def _listing(self, account: str) -> frozenset[str]:
        """Who has the account on their list of friends."""
        found: set[str] = set()
        async for page in self._accounts.pages("knows", account, size=SLICE):
            found.update(one.uuid for one in page if account in one.host.friends)
        return frozenset(found)

    async def changed(self, versions: Mapping[str, Known]) -> list[str]:
        sessions = {topics.split(t)[1]: t for t in versions if t != topics.PRESENCE}
        now = await self._sessions.versions(sessions) if sessions else {}
        changed = [t for id, t in sessions.items() if now.get(id) != versions[t].version]
        roster = versions.get(topics.PRESENCE)
        if roster is not None and await self._roster_version() != roster:
            changed.append(topics.PRESENCE)
        return changed

    async def _roster_version(self) -> Known | None:
        """None while Redis is unreachable, which must not keep the store from being asked."""
        try:
            return together(Known(*version) for version in await self._roster.versions())
        except Unreachable:
            return None

    async def epoch(self) -> str:
        return await self._store.epoch()

    async def read(self, topic: str, *, after: int, limit: int) -> Page:
        page = await self._store.read(topic, after=after, limit=limit)
        return migrate_page(page) if topics.public_name(topic) == topics.INBOX else page

    async def head(self, topic: str) -> int:
        return await self._store.head(topic)

    async def heads(self, topics: Iterable[str]) -> dict[str, int]:
        return await self._store.heads(topics)

    async def _presence(self) -> Snapshot:
        """It is numbered by each process: what somebody was sent who is banned by others differs
        from the roster, and under its numbers would be taken for it by another process."""
        state, stands = State(), list[Known]()
        for shard in range(self._roster.shards):
            roster = await self._roster.read(shard)
            stands.append(Known(roster.epoch, roster.version))
            for count, (who, shown) in enumerate(roster.entries.items(), start=1):
                state[who] = parse_person(shown)
                if count % PEOPLE == 0:
                    await asyncio.sleep(0)
        return Snapshot(state, shards=tuple(stands))

    async def _listed(self) -> Snapshot:
        entries, facts = State(), State()
        async for page in self._sessions.pages("listed", "yes", size=SLICE):
            entries |= {str(session.id): views.outside(session) for session in page}
            facts |= {str(session.id): views.facts(session, self._now()) for session in page}
        return Snapshot(entries, entries=True, facts=facts)

    async def _session(self, id: str) -> Snapshot:
        session = await self._sessions.get(id)
        return Snapshot(
            views.outside(session),
            inner=views.inside(session, self._links()),
            insiders=frozenset(session.insiders()),
            epoch=await self._store.epoch(),
            version=session.version,
        )

    async def _host(self, uuid: str) -> Snapshot:
        account = await self._accounts.get(uuid)
        return Snapshot(views.host(account, await visibility.live_session(self._sessions, uuid)))


def _leads(leaders: frozenset[str], account: str, id: str, entry: Any) -> bool:
    """Whether one of these leads the listed session, and the account does not sit there. The bans
    of who leads in name do not count."""
    if entry.get("host") not in leaders or entry.get("led_in_name"):
        return False
    return all(seat.get("player") != account for seat in entry["seats"].values())


def _among(people: frozenset[str]) -> Hides:
    """Whether an entry is one of these people."""
    return lambda who, person: who in people


def _live_session(field: str, value: object) -> bool:
    """Of what is shown of a host, whom it has banned sees no session."""
    return field == "session"


def internal(permit: Permit, topic: str) -> str:
    """The topic as the hub knows it: uuids in lower case, and with whose it is what is personal."""
    viewer, (kind, subject) = permit.actor.uuid, topics.split(topic.lower())
    if topic in (topics.INBOX, topics.FRIENDS):
        return topics.inbox(viewer) if topic == topics.INBOX else topics.friends(viewer)
    if kind == topics.PRESENCE and people.UUID.fullmatch(subject):
        return topics.person(subject, viewer)
    return topic.lower()


async def permit_watch(lobby: Lobby, permit: Permit, topic: str) -> str:
    """The topic as the hub knows it, if this actor may watch it; of a session that is hidden from
    them they get NotFound."""
    kind, subject = topics.split(topic.lower())
    if kind in ASKED and subject:
        raise TopicNotFound("ask the question again, with `filter`, `sort` and `limit`")
    if topic == topics.PRESENCE:
        await people.require_roster(lobby)
    if topic in (topics.PRESENCE, topics.PRESENCE_COUNT, topics.SESSIONS):
        return topic
    if not permit.actor.uuid:
        raise Unauthenticated
    if topic in (topics.INBOX, topics.FRIENDS):
        return internal(permit, topic)
    if kind == topics.PRESENCE:
        return people.topic_of(permit, subject)
    if kind not in WATCHABLE or not subject:
        raise TopicNotFound
    return await WATCHABLE[kind](lobby, permit, subject)


async def require_still(lobby: Lobby, permit: Permit, topic: str) -> None:
    """Raise where this actor may no longer watch the topic, named as the hub knows it."""
    kind, subject = topics.split(topic)
    if kind in WATCHABLE and subject:
        await WATCHABLE[kind](lobby, permit, subject)


async def _host(lobby: Lobby, permit: Permit, uuid: str) -> str:
    return topics.host((await lobby.accounts.get(uuid)).uuid)


async def _session(lobby: Lobby, permit: Permit, id: str) -> str:
    session = await lobby.sessions.get(id)
    await visibility.require_visible(lobby, permit, session)
    return topics.session(session.id)


async def _chat(lobby: Lobby, permit: Permit, id: str) -> str:
    session = await lobby.sessions.get(id)
    if not session.roles_of(permit.actor.uuid):
        await visibility.require_not_hidden(lobby, permit, session)
        raise Forbidden("only those who sit in the session hear its chat")
    return topics.chat(session.id)


async def _queue(lobby: Lobby, permit: Permit, id: str) -> str:
    ticket = await lobby.tickets.get(id)
    if all(player.uuid != permit.actor.uuid for player in ticket.players):
        raise TicketNotFound
    return topics.queue(ticket.id)


ASKED = (topics.SESSIONS, topics.PEOPLE)
"""Lists that are watched by a question: the name of its topic says nothing without it."""
WATCHABLE: dict[str, Callable[[Lobby, Permit, str], Awaitable[str]]] = {
    "host": _host,
    "session": _session,
    "chat": _chat,
    "queue": _queue,
}
