"""Query topics: lists that are watched by a question (filter, sort, limit) instead of whole.

The same question is one topic with the same bytes for everybody. Bans, and lists of friends where
the question asks for them, choose the window behind the topic, never its name: when they change,
the watcher gets the `state` of another window under the same topic.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial

import structlog

from lobby.domain.errors import Conflict, LobbyError, TooMany, Unauthenticated
from lobby.hub.asked_lists import AskedList
from lobby.hub.backpressure import Skipped
from lobby.hub.fanout import Skip, Watcher
from lobby.hub.hiding import RETRY_SECONDS
from lobby.hub.resync import Resyncs
from lobby.hub.source import Known, Source
from lobby.hub.subscribers import (
    NAMELESS,
    QUESTIONS_BURST,
    QUESTIONS_PER_SECOND,
    Subscribers,
    Subscription,
)
from lobby.hub.viewers import Viewers
from lobby.hub.windows import Windows, in_slices
from lobby.live_queries import ANYBODY, Query, QueryWindow, SearchPage, Viewer
from lobby.token_bucket import Buckets
from persistence.ports import Unreachable
from protocol.frames import WATCH_AGAIN

log = structlog.get_logger(__name__)

SEARCHES = (
    f"more than {QUESTIONS_PER_SECOND:g} searches a second, {QUESTIONS_BURST} at once;"
    " wait, or watch the list on the live channel"
)


class QueryTopics:
    """`watching`: those who are served, with the names of their topics. `sockets`: of an account.
    `exclude`: ends a topic for a watcher, with a code. `lists`: by their names, to be set once
    there are some."""

    lists: Mapping[str, AskedList]

    def __init__(
        self,
        source: Source,
        watching: Mapping[Watcher, set[str]],
        *,
        skipped: Skipped,
        sockets: Callable[[str], list[Watcher]],
        exclude: Callable[[Watcher, str, str], None],
    ) -> None:
        self._source, self._watching, self._skipped = source, watching, skipped
        self._sockets, self.exclude = sockets, exclude
        self.lists = {}
        self._subscribers = Subscribers()
        self._searches = Buckets(QUESTIONS_PER_SECOND, QUESTIONS_BURST)
        self._viewers = Viewers(source)
        self._moves = Resyncs(self._move)
        self._looks = Resyncs(self._look)

    def in_use(self, name: str) -> bool:
        """Whether somebody asks this list something."""
        return len(self.lists[name].windows) > 0

    async def search(
        self, query: Query, account: str, *, after: str | None, limited: str
    ) -> SearchPage:
        """One page of the answer, as things stand. `limited`: whose rate limit it is. Raises
        Unauthenticated, TooMany, BadCursor, Unreachable."""
        if query.personal and not account:
            raise Unauthenticated(NAMELESS)
        if wait := self._searches.take(limited, asyncio.get_running_loop().time()):
            raise TooMany(SEARCHES, retry_after=wait)
        windows, feed = self.lists[query.schema.name]
        await feed.require()
        viewer = ANYBODY
        if account:
            friends, named_by = query.asks_friends, query.asks_welcome
            viewer = await self._source.viewer(account, friends=friends, named_by=named_by)
        return await in_slices(windows.engine.search(query, viewer, limit=query.limit, after=after))

    # Watchers

    async def open(self, query: Query, watcher: Watcher, *, known: Known | None) -> str:
        """The topic of this question, with its window learned. Raises Unauthenticated, ListFull,
        TooMany, Unavailable, Unreachable."""
        if watcher not in self._watching:
            raise Conflict("the connection is gone")
        windows, feed = self.lists[query.schema.name]
        topic = query.topic_for(watcher.identity)
        lives = known is not None and windows.lives(topic, known.epoch)
        subscription = self._subscribers.add(topic, watcher, query, lives=lives)
        try:
            await feed.require()
            await self._find(subscription, watcher.identity)
        except BaseException:
            if not subscription.joined:
                self.unwatch(topic, watcher)
            raise
        return topic

    async def join(self, topic: str, watcher: Watcher, *, known: Known | None) -> None:
        """Send the watcher what it lacks, then everything that follows."""
        subscription = self._subscribers.get(topic, watcher)
        if subscription is not None and watcher in self._watching:
            self._watching[watcher].add(topic)
            subscription.joined = True
            self._part(subscription, watcher)
            await self._enter(topic, watcher, subscription)
            self._resend(topic, known, watcher)

    async def _enter(self, topic: str, watcher: Watcher, subscription: Subscription) -> None:
        """Find the window and follow it, unless the watcher has left meanwhile."""
        window = await self._find(subscription, watcher.identity)
        asked = self._subscribers.get(topic, watcher) is subscription
        if asked and subscription.window is None:
            subscription.window = window
            self._windows_of(subscription).join(window, watcher)
            self._skipped.drop(watcher, topic)

    async def _find(self, subscription: Subscription, account: str) -> QueryWindow:
        """The window that this account is to be shown, as things stand when it is found."""
        query, windows = subscription.query, self._windows_of(subscription)
        while True:
            if account:
                facts = await self._viewers.need(account, query)
                windows.engine.bans.watch(account, facts.banned_by)
            window = await windows.open(query, self._viewer(account, query))
            if window is windows.engine.window(query, self._viewer(account, query)):
                return window

    def _viewer(self, account: str, query: Query) -> Viewer:
        """Whoever asks, as far as is known, with those of their bans that hide something. Who once
        had windows of their own keeps them: to go back to those of everybody tells that a ban is
        over."""
        facts = self._viewers.known(account)
        if facts is None:
            return ANYBODY
        hidden = self.lists[query.schema.name].windows.engine.bans.hidden(account)
        if hidden:
            self._viewers.apart.add(account)
        return replace(facts, banned_by=hidden, apart=account in self._viewers.apart)

    def _windows_of(self, subscription: Subscription) -> Windows:
        return self.lists[subscription.query.schema.name].windows

    def _resend(self, topic: str, known: Known | None, watcher: Watcher) -> None:
        """Send what follows `known`; None: the state. Where the watcher falls behind, the state
        once it reads again."""
        subscription = self._subscribers.get(topic, watcher)
        if subscription is None or (window := subscription.window) is None:
            return
        good = known if watcher.identity not in window.parted else None
        epoch, version = (good.epoch, good.version) if good else (None, 0)
        for _, frame in window.since(epoch, version):
            if watcher.behind:
                self.skip(window)(watcher)
                return
            watcher.out.write(frame)
            watcher.charge(topic, len(frame))

    def skip(self, window: QueryWindow) -> Skip:
        """For watchers that are behind: they get the state, once, when they read again."""
        topic = window.topic

        def note(watcher: Watcher) -> None:
            resend = partial(self._resend, topic, None)
            self._skipped.note(watcher, topic=topic, resend=resend)

        return note

    def unwatch(self, topic: str, watcher: Watcher) -> None:
        subscription = self._subscribers.remove(topic, watcher)
        if subscription is not None:
            self._part(subscription, watcher)
            self._skipped.drop(watcher, topic)
            self._forget_viewer(watcher.identity)

    def leave(self, watcher: Watcher) -> None:
        """The connection has ended."""
        for topic, _ in self._subscribers.of(watcher):
            self.unwatch(topic, watcher)
        self._subscribers.forget(watcher)

    def _part(self, subscription: Subscription, watcher: Watcher) -> None:
        window, subscription.window, subscription.before = subscription.window, None, None
        if window is not None:
            self._windows_of(subscription).leave(window, watcher)

    def _forget_viewer(self, account: str) -> None:
        if account and next(self._of(account), None) is None:
            self._viewers.forget(account)
            for windows, _ in self.lists.values():
                windows.engine.bans.forget(account)

    def _of(self, account: str) -> Iterator[tuple[str, Watcher, Subscription]]:
        for watcher in self._sockets(account):
            for topic, subscription in self._subscribers.of(watcher):
                yield topic, watcher, subscription

    # Lists of friends and of bans

    def lists_changed(self, accounts: Iterable[str]) -> None:
        """Of these accounts, or with them on it: what they are to be shown is looked at again."""
        for account in accounts:
            if self._viewers.heard(account):
                self._looks.request(account)

    def recheck(self, *, everybody: bool = False) -> None:
        """Look again for those whose answers depend on lists, or everybody, in case an event was
        lost."""
        self.lists_changed(self._viewers.all() if everybody else self._viewers.personal())

    async def _look(self, account: str) -> None:
        while next(self._of(account), None) is not None:
            try:
                facts = await self._viewers.read(account)
            except Unreachable:
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for windows, _ in self.lists.values():
                windows.engine.bans.watch(account, facts.banned_by)
            self._move_out(account)
            return

    def part_moved(self) -> None:
        """Before any frame: who is to be shown less or more by now is sent no more of the old."""
        for windows, _ in self.lists.values():
            for account in windows.engine.bans.take_moved():
                self._move_out(account)

    def _move_out(self, account: str) -> None:
        for _, watcher, subscription in self._of(account):
            engine, query = self._windows_of(subscription).engine, subscription.query
            window = subscription.window
            if window and window is not engine.window(query, self._viewer(account, query)):
                self._hand_over(subscription, watcher)
                self._moves.request(account)

    def _hand_over(self, subscription: Subscription, watcher: Watcher) -> None:
        """Part, to go on in the next window from what was sent by now, if that is known."""
        window, subscription.window = subscription.window, None
        if window is not None:
            lacks = watcher.behind or self._skipped.waits(watcher, window.topic)
            before = self._windows_of(subscription).part(window, watcher)
            subscription.before = None if lacks else before

    def _go_on(self, topic: str, watcher: Watcher, subscription: Subscription) -> None:
        """Send how this window differs from that before; of one that everybody shares, all."""
        window, before, subscription.before = subscription.window, subscription.before, None
        frame = None
        if window and before and window.viewer != ANYBODY and not watcher.behind:
            frame = self._windows_of(subscription).go_on(window, before)
        if frame is None:
            self._resend(topic, None, watcher)
        elif frame:
            watcher.out.write(frame)

    async def _move(self, account: str) -> None:
        for topic, watcher, subscription in list(self._of(account)):
            if subscription.joined and subscription.window is None:
                try:
                    await self._enter(topic, watcher, subscription)
                    self._go_on(topic, watcher, subscription)
                except (LobbyError, Unreachable) as no:
                    log.warning("window_not_found", why=str(no))
                    self.exclude(watcher, topic, WATCH_AGAIN)

    def sweep(self) -> None:
        """Forget what nobody has watched for a while."""
        for windows, _ in self.lists.values():
            windows.sweep()

    def close(self) -> None:
        self._moves.close()
        self._looks.close()
        for windows, feed in self.lists.values():
            windows.close()
            feed.close()
