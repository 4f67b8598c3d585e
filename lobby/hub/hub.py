"""The hub: subscriptions of this process's watchers, kept consistent with the bus and the store.

Subscribe first, read second: events that arrive meanwhile are ordered by version. After a gap on
the bus a topic is read again; so is, every few seconds, what differs from the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from itertools import count

import structlog

from lobby.domain.errors import NotFound
from lobby.hub import account_events
from lobby.hub.asked_lists import AskedList
from lobby.hub.backpressure import Skipped
from lobby.hub.documents import WatchedDocument
from lobby.hub.fanout import Watcher
from lobby.hub.hiding import RETRY_SECONDS, Hiding
from lobby.hub.journals import WatchedJournal
from lobby.hub.list_limit import LIST_LIMIT, ListLimit
from lobby.hub.live_lists import live_lists
from lobby.hub.open_topics import OpenTopics
from lobby.hub.people_source import PeopleSource
from lobby.hub.people_views import PeopleView
from lobby.hub.query_topics import QueryTopics
from lobby.hub.resync import Resyncs, Watched, lists, possibly_stale, read_again
from lobby.hub.resync import load as load_topic
from lobby.hub.roster_feed import ROSTER_LIMIT, RosterFeed
from lobby.hub.roster_limits import PEOPLE_LIMIT, RosterLimits
from lobby.hub.source import Known, Source, State
from lobby.hub.subscriptions import Subscriptions
from lobby.hub.turns import Turn
from lobby.hub.waiters import Waiters
from lobby.hub.windows import MOST_WINDOWS
from persistence.ports import Bus, Unreachable
from protocol import events, frames
from protocol.topics import ACCOUNTS, PEOPLE, PRESENCE, SESSIONS, inbox, split

log = structlog.get_logger(__name__)

LIST_ROUNDS = 4
"""How often lists are compared with the store while everything else is once."""


class Hub:
    """All topics watched in this process, and who watches them. `name`, which is this process's,
    begins the epochs of documents that the hub numbers itself."""

    def __init__(
        self,
        bus: Bus,
        source: Source,
        people: PeopleSource,
        *,
        name: str,
        list_limit: int = LIST_LIMIT,
        most_windows: int = MOST_WINDOWS,
        roster_limit: int = ROSTER_LIMIT,
        people_limit: int = PEOPLE_LIMIT,
        forget_account: Callable[[str], None],
        on_changed: Callable[[events.ProfileChanged | events.StatusChanged | None], None],
    ) -> None:
        self._bus, self._source = bus, source
        self._changed_meanwhile: dict[str, set[str]] = {}
        self._watchers, self._watching = dict[str, set[Watcher]](), dict[Watcher, set[str]]()
        self._skipped = skipped = Skipped()
        self._resyncs = Resyncs(self._resync_now)
        self.forget_account, self.on_changed = forget_account, on_changed
        self.recheck, self.waiters = asyncio.Event(), Waiters()
        epoch = partial(next, (f"{name}-{opening}" for opening in count(1)))
        self.roster = RosterFeed(bus, people, limit=roster_limit, skipped=skipped, epoch=epoch)
        load = partial(load_topic, source, self.roster, epoch=epoch, waiters=self.waiters)
        self._opened = OpenTopics(
            Subscriptions(bus, self.roster),
            load=partial(load, skipped=skipped),
            resync=self._resync,
            in_use=self._in_use,
        )
        self._topics = self._opened.topics
        self.hiding = Hiding(source, self._topics, self.of)
        self.list_limit = ListLimit(list_limit, self._topics, self.exclude)
        self.queries = QueryTopics(
            source, self._watching, skipped=skipped, sockets=self.of, exclude=self.exclude
        )
        self.queries.lists = self._lists(epoch, most_windows)
        limits, asked = (roster_limit, people_limit), self.queries.lists[PEOPLE].windows
        self.roster_limits = RosterLimits(*limits, self._topics, asked, exclude=self.exclude)

    def _lists(self, epoch: Callable[[], str], most: int) -> dict[str, AskedList]:
        sessions, roster = partial(self._opened.open, SESSIONS), self.roster
        clock = self._source.clock
        return live_lists(self.queries, sessions, roster, epoch=epoch, most=most, clock=clock)

    # Watchers

    def enter(self, watcher: Watcher) -> None:
        self._watching[watcher] = set()
        self._watchers.setdefault(watcher.identity, set()).add(watcher)

    def leave(self, watcher: Watcher) -> None:
        self.queries.leave(watcher)
        for topic in self._watching.pop(watcher, set()):
            if watched := self._topics.get(topic):
                watched.leave(watcher)
        mine = self._watchers.get(watcher.identity, set())
        mine.discard(watcher)
        if not mine:
            self._watchers.pop(watcher.identity, None)
            self.hiding.left(watcher.identity)

    def watching(self, watcher: Watcher) -> set[str]:
        return self._watching.get(watcher, set())

    def watchers(self) -> list[Watcher]:
        return list(self._watching)

    def of(self, identity: str) -> list[Watcher]:
        """The sockets of this account that this process serves."""
        return list(self._watchers.get(identity, ()))

    async def open(self, topic: str) -> None:
        """Subscribe to the topic and read it, if it is not open; raises NotFound or Unreachable."""
        await self._opened.open(topic)

    async def join(self, topic: str, watcher: Watcher, *, known: Known | None = None) -> None:
        """Send the watcher what it lacks, then all that follows. Opens what was closed since."""
        watched = await self._opened.open(topic)
        if watcher not in self._watching:
            return
        self._watching[watcher].add(topic)
        if isinstance(watched, WatchedJournal | PeopleView):
            await watched.join(watcher, known)
            return
        await watched.encode()
        hides = await self.hiding.hides(topic, watcher.identity)
        document = self._topics.get(topic)
        if topic in self.watching(watcher):
            if isinstance(document, WatchedDocument):
                document.join(watcher, known, hides)
            else:
                self.exclude(watcher, topic, frames.WATCH_AGAIN)

    def current(self, topic: str) -> State:
        """The outer state of a document that is open here; empty for a journal."""
        return getattr(self._topics[topic], "current", {})

    def cursor(self, topic: str) -> Known | None:
        """Epoch and newest cursor of a journal that is open here; None for a document."""
        watched = self._topics[topic]
        return watched.known if isinstance(watched, WatchedJournal) else None

    def unwatch(self, topic: str, watcher: Watcher) -> None:
        self.watching(watcher).discard(topic)
        self.queries.unwatch(topic, watcher)
        if watched := self._topics.get(topic):
            watched.leave(watcher)

    def caught_up(self, watcher: Watcher) -> None:
        """The watcher reads again: resend what it was not sent."""
        self._skipped.resend(watcher)

    # Events from the bus

    async def run(self) -> None:
        """Endless: receive from the bus, once it can be reached; of many deliveries some a turn."""
        while True:
            try:
                await self._bus.subscribe(ACCOUNTS)
                break
            except Unreachable:
                await asyncio.sleep(RETRY_SECONDS)
        turn = Turn()
        async for delivery in self._bus.deliveries():
            try:
                self._receive(delivery.topic, delivery.payload)
            except Exception:
                log.exception("delivery_not_understood", topic=delivery.topic)
                self._resync(delivery.topic)
            await turn.give_back()

    def _receive(self, topic: str, payload: str | None) -> None:
        if topic == ACCOUNTS:
            account_events.receive(self, payload)
            return
        changed = self.roster.receive(payload) if topic == PRESENCE else None
        watched = self._topics.get(topic)
        if watched is None:
            self._opened.miss(topic)
        elif payload is None:
            self._resync(topic)
        elif changed is not None and isinstance(watched, WatchedDocument):
            at = changed.epoch, changed.version
            if not watched.apply_roster(*at, changed.patch, changed.shard):
                self._resync(topic)
        else:
            self._apply(topic, watched, events.BUS_EVENT.validate_json(payload))
        if changed is not None:
            self.roster_limits.enforce()

    def _apply(self, topic: str, watched: Watched, told: events.BusEvent) -> None:
        match told, watched:
            case events.DocumentChanged(), WatchedDocument():
                insiders = frozenset(told.insiders or ())
                watched.apply_document(told.version, told.outer, told.inner, insiders)
            case events.CollectionChanged(), WatchedDocument():
                self._changed_meanwhile.get(topic, set()).update(told.patch)
                watched.apply_entries(told.patch, told.versions, told.facts or {})
            case events.SignalSent(), WatchedDocument():
                frame = frames.signal(topic, author=told.author, body=told.body)
                watched.signal(frame, told.to)
            case events.EntryAppended(), WatchedJournal():
                if not watched.apply(told.cursor, told.entry):
                    self._resync(topic)
            case events.TopicEnded(), _:
                self._end(topic, told.code, told.reason)
            case _:
                self._resync(topic)

    def revoke(
        self, account: str, token_version: int | None, *, ended: Collection[str] = ()
    ) -> None:
        """Close sockets here of older tokens (None: any) or ended logins, and wake long polls."""
        self.forget_account(account)
        self.waiters.wake(inbox(account), news=True)
        for watcher in list(self._watchers.get(account, ())):
            watcher.revoked(token_version, ended)

    async def accounts_to_recheck(self) -> list[str]:
        """Wait until the bus may have lost account events; then every account served here."""
        await self.recheck.wait()
        self.recheck.clear()
        return [account for account in self._watchers if account]

    def exclude(self, watcher: Watcher, topic: str, code: str) -> None:
        """Stop the watcher from watching the topic, and send it the reason."""
        self.unwatch(topic, watcher)
        watcher.out.write(frames.ended(topic, code))

    def _end(self, topic: str, code: str, reason: str | None = None) -> None:
        watched = self._topics.pop(topic)
        watched.end(code, reason)
        watched.close()
        for watcher in watched.watchers:
            self.watching(watcher).discard(topic)
            self._skipped.drop(watcher, topic)

    def _in_use(self, topic: str) -> bool:
        """Whether the topic is needed though nobody watches it."""
        asked = topic == SESSIONS and self.queries.in_use(SESSIONS)
        return asked or topic in self.waiters

    # Resync with the store

    async def heal(self, seconds: float) -> None:
        """Endless: compare what is watched with the store, and close what nobody watches. Lists
        more often, as what is gone from one is not published on its own topic."""
        for round in count(1):
            await asyncio.sleep(seconds / LIST_ROUNDS)
            await self.list_limit.enforce()
            self.queries.sweep()
            if round % LIST_ROUNDS == 0:
                await self._opened.forget_idle()
                await self.roster.everybody.forget_idle()
                self.hiding.recheck()
                self.queries.recheck()
                self.roster.look()
                stale = await possibly_stale(self._source, self._topics)
            else:
                stale = lists(self._topics)
            for topic in stale:
                self._resync(topic)

    def _resync(self, topic: str) -> None:
        if topic in self._topics:
            self._resyncs.request(topic)

    async def _resync_now(self, topic: str) -> None:
        meanwhile = self._changed_meanwhile[topic] = set()
        try:
            await read_again(self._source, topic, self._topics, newer=meanwhile)
            if topic == PRESENCE:
                self.roster_limits.enforce()
        except NotFound as gone:
            if topic in self._topics:
                self._end(topic, gone.code)
        except Unreachable as away:
            log.warning("look_failed", topic=split(topic)[0], why=str(away))
        finally:
            self._changed_meanwhile.pop(topic, None)

    async def close(self) -> None:
        self._resyncs.close()
        self.hiding.close()
        self.queries.close()
        self.roster.close()
        self._opened.close()
