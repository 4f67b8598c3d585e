"""The hub: what is watched here, kept in step with what is told and with what stands.

Listen first, look second: a topic is subscribed before it is read, and what is told meanwhile is
put in order by version. What the bus may have lost is looked at again; every few seconds everything
watched is compared with the store, so that even a lost last event heals.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from weakref import WeakValueDictionary

import structlog

from lobby.domain.errors import NotFound
from lobby.hub import frames
from lobby.hub.documents import WatchedDocument
from lobby.hub.fanout import Watcher
from lobby.hub.journals import WatchedJournal
from lobby.hub.looks import Looks, Watched, suspects
from lobby.hub.sources import Known, Source, State
from lobby.hub.waits import Waits
from persistence.ports import Bus, Unreachable
from protocol import events
from protocol.topics import ACCOUNTS, PRESENCE, split

log = structlog.get_logger(__name__)

JOURNALS = frozenset({"inbox", "chat", "instance"})
RETRY_SECONDS = 0.5


class Hub:
    """`name` numbers what this process numbers itself: it begins the epochs of those topics."""

    def __init__(
        self,
        bus: Bus,
        source: Source,
        *,
        name: str,
        forget_standing: Callable[[str], None],
        on_changed: Callable[[events.Changed], None],
    ) -> None:
        self._bus, self._source, self._name = bus, source, name
        self._topics: dict[str, Watched] = {}
        self._openings = count(1)
        self._opening: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._subscribed: set[str] = set()
        self._missed: set[str] = set()
        self._told_meanwhile: dict[str, set[str]] = {}
        self._watchers: dict[str, set[Watcher]] = {}
        self._watching: dict[Watcher, set[str]] = {}
        self._idle: set[str] = set()
        self._looks = Looks(self._look_now)
        self._forget_standing, self._on_changed = forget_standing, on_changed
        self._recheck = asyncio.Event()
        self.waits = Waits()

    # Watchers come and go

    def enter(self, watcher: Watcher) -> None:
        self._watching[watcher] = set()
        self._watchers.setdefault(watcher.identity, set()).add(watcher)

    def leave(self, watcher: Watcher) -> None:
        for topic in self._watching.pop(watcher, set()):
            if watched := self._topics.get(topic):
                watched.leave(watcher)
        mine = self._watchers.get(watcher.identity, set())
        mine.discard(watcher)
        if not mine:
            self._watchers.pop(watcher.identity, None)

    def watching(self, watcher: Watcher) -> set[str]:
        return self._watching.get(watcher, set())

    def watchers(self) -> list[Watcher]:
        return list(self._watching)

    def here(self, identity: str) -> int:
        """How many sockets of this account this process serves."""
        return len(self._watchers.get(identity, ()))

    async def open(self, topic: str) -> None:
        """Make sure that the topic is kept here; raises NotFound or Unreachable."""
        async with self._turn(topic):
            self._idle.discard(topic)
            if topic not in self._topics:
                self._subscribed.add(topic)
                try:
                    await self._bus.subscribe(topic)
                    self._missed.discard(topic)
                    self._topics[topic] = await self._first_look(topic)
                except BaseException:
                    await self._unsubscribe(topic)
                    raise
                if topic in self._missed:
                    self._look(topic)

    def _turn(self, topic: str) -> asyncio.Lock:
        """Held by whoever opens or closes the topic; gone when nobody holds or awaits it."""
        return self._opening.setdefault(topic, asyncio.Lock())

    async def _unsubscribe(self, topic: str) -> None:
        self._subscribed.discard(topic)
        await self._bus.unsubscribe(topic)

    async def join(
        self, topic: str, watcher: Watcher, *, known: Known | None = None, after: int | None = None
    ) -> None:
        """Send the watcher what it lacks, and from then on everything."""
        watched = self._topics[topic]
        if watcher not in self._watching:
            return
        self._watching[watcher].add(topic)
        if isinstance(watched, WatchedDocument):
            watched.join(watcher, known)
        else:
            await watched.join(watcher, after)
            if topic not in self.watching(watcher):
                watched.leave(watcher)

    def current(self, topic: str) -> State:
        """The state of a document that is open here, as the public sees it."""
        watched = self._topics[topic]
        return watched.current if isinstance(watched, WatchedDocument) else {}

    def cursor(self, topic: str) -> int | None:
        """The newest entry's, of a journal that is open here."""
        watched = self._topics[topic]
        return watched.head if isinstance(watched, WatchedJournal) else None

    def unwatch(self, topic: str, watcher: Watcher) -> None:
        self.watching(watcher).discard(topic)
        if watched := self._topics.get(topic):
            watched.leave(watcher)

    def caught_up(self, watcher: Watcher) -> None:
        """It reads again: what it missed is in the states."""
        for topic in list(self.watching(watcher)):
            watched = self._topics.get(topic)
            if watched and watcher in watched.members:
                watched.refresh(watcher)
                if watcher not in watched.members:
                    self.watching(watcher).discard(topic)

    # What is told

    async def run(self) -> None:
        """Endless: hear the bus, from when it can be reached."""
        while True:
            try:
                await self._bus.subscribe(ACCOUNTS)
                break
            except Unreachable:
                await asyncio.sleep(RETRY_SECONDS)
        async for delivery in self._bus.deliveries():
            try:
                self._hear(delivery.topic, delivery.payload)
            except Exception:
                log.exception("delivery_not_understood", topic=delivery.topic)

    def _hear(self, topic: str, payload: str | None) -> None:
        if topic == ACCOUNTS:
            self._hear_of_account(payload)
            return
        watched = self._topics.get(topic)
        if watched is None:
            if topic in self._opening:
                self._missed.add(topic)
        elif payload is None:
            self._look(topic)
        elif topic == PRESENCE:
            roster = events.ROSTER.validate_json(payload)
            assert isinstance(watched, WatchedDocument)
            if not watched.fold_roster(roster.epoch, roster.version, dict(roster.patch)):
                self._look(topic)
        else:
            self._fold(topic, watched, events.TOLD.validate_json(payload))

    def _fold(self, topic: str, watched: Watched, told: events.Told) -> None:
        match told, watched:
            case events.DocumentTold(), WatchedDocument():
                insiders = frozenset(told.insiders or ())
                watched.fold_document(told.version, told.outer, told.inner, insiders)
            case events.CollectionTold(), WatchedDocument():
                self._told_meanwhile.get(topic, set()).update(told.patch)
                watched.fold_entries(told.patch, told.versions)
            case events.Signalled(), WatchedDocument():
                watched.signal(frames.signal(topic, told), told.to)
            case events.EntryTold(), WatchedJournal():
                if not watched.fold(told.cursor, told.entry):
                    self._look(topic)
            case events.Ended(), _:
                self._end(topic, told.code)
            case _:
                self._look(topic)

    def _hear_of_account(self, payload: str | None) -> None:
        if payload is None:
            self._recheck.set()
            return
        match events.TOLD.validate_json(payload):
            case events.Revoked() as revoked:
                self.revoke(revoked.account, revoked.token_version)
            case events.Changed() as changed:
                self._forget_standing(changed.account)
                self._on_changed(changed)
            case events.Excluded() as excluded:
                for watcher in list(self._watchers.get(excluded.account, ())):
                    for topic in self.watching(watcher) & set(excluded.topics):
                        self.exclude(watcher, topic, excluded.code)

    def revoke(self, account: str, token_version: int | None) -> None:
        """Close what older tokens of the account opened here."""
        self._forget_standing(account)
        for watcher in list(self._watchers.get(account, ())):
            watcher.revoked(token_version)

    async def may_have_missed(self) -> list[str]:
        """Wait until words about accounts may be lost; then name every account served here."""
        await self._recheck.wait()
        self._recheck.clear()
        return [account for account in self._watchers if account]

    def exclude(self, watcher: Watcher, topic: str, code: str) -> None:
        """It may watch this no longer, and is told so."""
        self.unwatch(topic, watcher)
        watcher.out.write(frames.ended(topic, code))

    def _end(self, topic: str, code: str) -> None:
        watched = self._topics.pop(topic)
        watched.end(code)
        watched.close()
        for watcher in watched.members:
            self.watching(watcher).discard(topic)

    # What stands

    async def heal(self, seconds: float) -> None:
        """Endless: compare what is watched with what stands, and forget what nobody watches."""
        while True:
            await asyncio.sleep(seconds)
            await self._forget_idle()
            for topic in await suspects(self._source, self._topics):
                self._look(topic)

    async def _forget_idle(self) -> None:
        """A topic unused for a whole round is closed; until then, coming back is cheap."""
        for topic in self._subscribed - self._topics.keys() | self._idle:
            async with self._turn(topic):
                watched = self._topics.get(topic)
                if watched and (watched.members or topic not in self._idle):
                    continue
                self._topics.pop(topic, None)
                if watched:
                    watched.close()
                await self._unsubscribe(topic)
        self._idle = {t for t, w in self._topics.items() if not w.members and t not in self.waits}

    async def _first_look(self, topic: str) -> Watched:
        if split(topic)[0] in JOURNALS:
            head = await self._source.head(topic)
            return WatchedJournal(topic, self._source, self.waits, head=head)
        epoch = f"{self._name}-{next(self._openings)}"
        return WatchedDocument(topic, await self._source.look(topic), epoch=epoch)

    def _look(self, topic: str) -> None:
        if topic in self._topics:
            self._looks.soon(topic)

    async def _look_now(self, topic: str) -> None:
        watched = self._topics.get(topic)
        meanwhile = self._told_meanwhile[topic] = set()
        try:
            if isinstance(watched, WatchedJournal):
                await watched.catch_up()
            elif watched is not None:
                look = await self._source.look(topic)
                if watched is self._topics.get(topic):
                    watched.fold_look(look, untouched=frozenset(meanwhile))
        except NotFound as gone:
            if topic in self._topics:
                self._end(topic, gone.code)
        except Unreachable as away:
            log.warning("look_failed", topic=split(topic)[0], why=str(away))
        finally:
            self._told_meanwhile.pop(topic, None)

    async def close(self) -> None:
        self._looks.close()
        for watched in self._topics.values():
            watched.close()
