"""A watched document: a topic with a state and a version, whose changes are coalesced into patches.

Each audience gets one frame, encoded once. News that is older than the state is dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from lobby.hub.audiences import AudienceView, View, inner_epoch
from lobby.hub.backpressure import Skipped
from lobby.hub.entries import Entries
from lobby.hub.fanout import Fanout, Skip, Watcher
from lobby.hub.pace import EntryPace, coalescing_seconds
from lobby.hub.personal_views import PersonalViews, Sending
from lobby.hub.source import Hides, Known, News, Snapshot, State, together
from protocol import frames

MOST_UNWATCHED = 100
"""Entries whose changes are kept as a patch while nobody watches, for who comes back (resync)."""


class WatchedDocument:
    """Sends the first change at once, and those of the next 20 to 100 ms in one patch.

    The last write to a field wins, so the cost is watchers times flushes, not watchers times
    changes. A watcher among the insiders sees the inner view, everybody else the outer one; from
    whom something is hidden, a personal view of it. `epoch`: makes one that was never used.
    """

    def __init__(
        self, topic: str, snapshot: Snapshot, *, epoch: Callable[[], str], skipped: Skipped
    ) -> None:
        self.topic, self._skipped = topic, skipped
        self._numbered_here, self.of_entries = snapshot.epoch is None, snapshot.entries
        self._epoch = snapshot.epoch or epoch()
        self._new_epoch: str | None = None
        self._version = snapshot.version
        self._shards = list(snapshot.shards or [self.known])
        self._outer = AudienceView(topic, self._epoch, snapshot.version, snapshot.outer)
        inner = snapshot.inner
        self._inner = None if inner is None else self._outer.inside(inner)
        self._insiders = snapshot.insiders
        self._watchers: dict[Watcher, View] = {}
        self._personal = PersonalViews(self._outer, self._watchers, epoch=epoch)
        self._fanout = Fanout(self._watchers)
        self.entries = Entries(snapshot.facts)
        self._to_refresh: set[Watcher] = set()
        self._pace = EntryPace() if snapshot.entries else None
        self._flush: asyncio.Handle | None = None
        self._due = self._flushed = 0.0
        self._loop = asyncio.get_running_loop()

    @property
    def known(self) -> Known:
        """Where it stands: what a watcher knows who has all that was sent."""
        return Known(self._new_epoch or self._epoch, self._version)

    @property
    def stored(self) -> Known:
        """The same as the store counts it."""
        return together(self._shards) if self._numbered_here else self.known

    @property
    def current(self) -> State:
        """The outer state, as everybody may see it; not to be changed."""
        return self._outer.current

    @property
    def size(self) -> int:
        """Bytes of the outer state as last sent."""
        return sum(len(self._outer.part(key)) for key in self._outer.sent)

    @property
    def watchers(self) -> dict[Watcher, View]:
        return self._watchers

    @property
    def hidden_from(self) -> list[str]:
        """Accounts that watch, and from whom something is hidden, or may be."""
        return self._personal.accounts

    async def encode(self) -> None:
        """Before anybody watches, so that the first look holds nobody else up."""
        for view in self._views():
            await view.encode()

    def join(self, watcher: Watcher, known: Known | None, hides: Hides | None = None) -> None:
        """Send what the watcher lacks (all, if `known` is None), then everything that follows, but
        for what is hidden from them."""
        if not self._watchers:
            self._flush_now()
        personal = self._personal.enter(watcher, hides)
        self._watchers[watcher] = personal or self._view_for(watcher.identity)
        self._skipped.drop(watcher, self.topic)
        self._resend(watcher, known)

    def _resend(self, watcher: Watcher, known: Known | None) -> None:
        """Send what follows `known`, until the watcher falls behind; the rest is noted as skipped.

        So at most one large state is buffered for it, however much it watches (backpressure).
        """
        for needed, frame in self._watchers[watcher].since(known):
            if watcher.behind:
                self._skip(needed)(watcher)
                return
            watcher.out.write(frame)
            watcher.charge(self.topic, len(frame))

    def leave(self, watcher: Watcher) -> None:
        self._watchers.pop(watcher, None)
        self._personal.leave(watcher)
        self._skipped.drop(watcher, self.topic)
        self._to_refresh.discard(watcher)

    def hide(self, account: str, sockets: Iterable[Watcher], hides: Hides | None) -> None:
        """From now on this is hidden from the account, and nothing else. `sockets`: all of it."""
        here = [socket for socket in sockets if socket in self._watchers]
        self._send_each(self._personal.look(account, here, hides) if here else ())

    def apply_document(
        self,
        version: int,
        outer: State,
        inner: State | None,
        insiders: frozenset[str],
        *,
        differ: set[str] | None = None,
    ) -> None:
        """Set the whole document at this version; an older version is ignored. `differ`: the keys
        that the outer state changes, where they are known."""
        if version <= self._version and not self._numbered_here:
            return
        self._version = max(version, self._version)
        self._outer.replace(outer, differ)
        self.entries.note({key: outer.get(key) for key in self._outer.touched}, {})
        if self._inner is not None and inner is not None:
            self._inner.replace(inner)
            self._set_insiders(insiders)
        self._schedule_flush()

    def apply_entries(
        self, patch: State, versions: Mapping[str, int], facts: Mapping[str, Any]
    ) -> None:
        """Set entries that have versions of their own; each only if newer than the one held."""
        at = self._entry_version
        news = {key: value for key, value in patch.items() if versions[key] > at(key)}
        for key in [key for key, value in news.items() if value is None]:
            self.entries.bury(key, versions[key])
        self._outer.put(news)
        self.entries.note(news, facts)
        self._schedule_flush()

    def apply_roster(
        self, epoch: str, version: int, patch: Mapping[str, Any], shard: int = 0
    ) -> bool:
        """Apply one numbered patch; False when one before it was missed and a resync is needed."""
        stands = self._shards[shard]
        if epoch != stands.epoch or version > stands.version + 1:
            return False
        if version == stands.version + 1:
            self._shards[shard] = Known(epoch, version)
            self._version = self._version if self._numbered_here else version
            self._outer.put(patch)
            self.entries.note(patch, {})
            self._schedule_flush()
        return True

    async def apply_snapshot(self, snapshot: Snapshot) -> None:
        """Take what is stored."""
        differ = await self._outer.compare(snapshot.outer)
        if snapshot.epoch is not None and snapshot.epoch != self._epoch:
            self._new_epoch, self._version = snapshot.epoch, -1
        if snapshot.shards or snapshot.version > self._version:
            self._shards = list(snapshot.shards or [Known(self.known.epoch, snapshot.version)])
        inside = snapshot.inner, snapshot.insiders
        self.apply_document(snapshot.version, snapshot.outer, *inside, differ=differ)

    def apply_news(self, news: News, *, newer: set[str]) -> None:
        """Take the entries that differ in the store. `newer`: those that changed while it was
        read."""
        gone = dict.fromkeys(news.gone.keys() - newer)
        for key in gone:
            self.entries.bury(key, news.gone[key])
        self._outer.put(gone)
        self.entries.note(gone, {})
        fresh = {key: entry for key, entry in news.entries.items() if key not in newer}
        versions = {key: entry["version"] for key, entry in fresh.items()}
        self.apply_entries(fresh, versions, news.facts)

    def signal(self, frame: bytes, to: str | None) -> None:
        """Relay to the insiders who watch, or to one of them; those who are behind miss it."""
        self._flush_now()
        inside = [w for w in self._watchers if w.identity in self._insiders]
        addressed = [w for w in inside if to is None or w.identity == to]
        self._fanout.send(frame, addressed, skip=lambda watcher: None)

    def end(self, code: str, reason: str | None = None) -> None:
        self._flush_now()
        frame = frames.ended(self.topic, code, reason)
        self._fanout.send(frame, self._watchers, skip=None)

    def close(self) -> None:
        if self._flush is not None:
            self._flush.cancel()

    def _entry_version(self, key: str) -> int:
        entry = self._outer.get(key)
        return entry["version"] if entry else self.entries.went(key)

    # Flushing

    def _view_for(self, identity: str) -> AudienceView:
        return self._inner if self._inner and identity in self._insiders else self._outer

    def _set_insiders(self, insiders: frozenset[str]) -> None:
        """Move those who came in or left to the other view, and send them its state."""
        moved = insiders ^ self._insiders
        self._insiders = insiders
        if not moved:
            return
        for watcher in self._watchers:
            if watcher.identity in moved:
                self._watchers[watcher] = self._view_for(watcher.identity)
                self._to_refresh.add(watcher)

    def _schedule_flush(self, at: float = 0.0) -> None:
        """Flush once the changes are coalesced, and not before `at`; sooner, if it is to be sooner
        already."""
        due = max(self._flushed + coalescing_seconds(len(self._watchers)), at)
        if self._flush is not None:
            if self._due <= due:
                return
            self._flush.cancel()
        self._due, self._flush = due, self._loop.call_at(due, self._flush_now)

    def _flush_now(self) -> None:
        if self._flush is None:
            return
        self._flush.cancel()
        self._flush, self._flushed = None, self._loop.time()
        if not self._watchers and len(self._outer.touched) > MOST_UNWATCHED:
            self._settle()
            return
        if self._pace and (again := self._pace.hold(self._outer, now=self._flushed)) is not None:
            self._schedule_flush(again)
        if self._numbered_here and any(view.differs() for view in self._views()):
            self._version += 1
        for view in self._views():
            self._send(view)
        for watcher in self._to_refresh:
            state = self._watchers[watcher].state()
            self._fanout.send(state, [watcher], skip=self._skip(None))
        self._to_refresh.clear()
        self._new_epoch = None

    def _settle(self) -> None:
        """So much has changed unseen that nobody who comes back is sent it as patches."""
        self._version += self._numbered_here
        self._epoch, self._new_epoch = self._new_epoch or self._epoch, None
        for view in self._views():
            view.begin_epoch(self._epoch_of(view, self._epoch), self._version)
        self._personal.forget_kept()

    def _epoch_of(self, view: AudienceView, epoch: str) -> str:
        return epoch if view is self._outer else inner_epoch(epoch)

    def _views(self) -> list[AudienceView]:
        return [self._outer, self._inner] if self._inner else [self._outer]

    def _send(self, view: AudienceView) -> None:
        since = view.version
        known: Known | None = Known(view.epoch, since)
        if self._new_epoch is not None:
            epoch, known = self._new_epoch, None
            view.begin_epoch(self._epoch_of(view, epoch), self._version)
            frame: bytes | None = view.state() if self._watchers else None
            self._epoch = epoch
        else:
            frame = view.flush(self._version)
            if frame is not None and view is self._outer:
                self._send_each(self._personal.follow(since))
        if frame is not None:
            watching = (w for w, f in self._watchers.items() if f is view)
            others = [w for w in watching if w not in self._to_refresh]
            self._fanout.send(frame, others, skip=self._skip(known))

    def _send_each(self, sendings: Iterable[Sending]) -> None:
        for known, frame, watchers in sendings:
            self._fanout.send(frame, watchers, skip=self._skip(known))

    def _skip(self, known: Known | None) -> Skip:
        """For a watcher that is behind: note that it has `known`, and resend from there."""
        resend = partial(self._resend, known=known)
        return partial(self._skipped.note, topic=self.topic, resend=resend)
