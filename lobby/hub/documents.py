"""A watched document: versions in order, changes coalesced, one frame for everybody alike."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any

from lobby.hub.faces import Face
from lobby.hub.fanout import Fanout, Watcher
from lobby.hub.sources import Known, Look, State
from protocol.codec import encode
from protocol.framing import text_frame
from protocol.topics import shown

TICKS = ((100, 0.02), (1_000, 0.05))
SLOWEST_TICK = 0.1
KEPT_TOMBS = 1_024
FOREVER = 2**63
"""A version that no news outruns: what a look found gone is gone, and its key is not used again."""


class WatchedDocument:
    """The first change goes at once; those of the next tick travel together.

    The last write to a field wins, so the cost is watchers x ticks, not watchers x changes.
    """

    def __init__(self, topic: str, look: Look, *, epoch: str) -> None:
        self.topic = topic
        self._numbered_here = look.epoch is None
        self._epoch = look.epoch or epoch
        self._version = look.version
        self._outer = Face(topic, self._epoch, look.version, look.outer)
        self._inner = (
            None
            if look.inner is None
            else Face(topic, _inside(self._epoch), look.version, look.inner)
        )
        self._insiders = look.insiders
        self._members: dict[Watcher, Face] = {}
        self._fanout = Fanout(self._members)
        self._tombs: OrderedDict[str, int] = OrderedDict()
        self._to_refresh: set[Watcher] = set()
        self._new_epoch: str | None = None
        self._flush: asyncio.Handle | None = None
        self._flushed = 0.0
        self._loop = asyncio.get_running_loop()

    @property
    def version(self) -> int:
        return self._version

    @property
    def current(self) -> State:
        """What everybody may see; not to be changed."""
        return self._outer.current

    @property
    def members(self) -> dict[Watcher, Face]:
        return self._members

    # Watchers

    def join(self, watcher: Watcher, known: Known | None) -> None:
        """Send what is missing, then everything that follows."""
        face = self._face_for(watcher.identity)
        for frame in face.since(known):
            watcher.out.write(frame)
        self._members[watcher] = face

    def refresh(self, watcher: Watcher) -> None:
        """It was behind: whatever it missed is in the state."""
        watcher.out.write(self._members[watcher].state())

    def leave(self, watcher: Watcher) -> None:
        self._members.pop(watcher, None)
        self._to_refresh.discard(watcher)

    # Changes

    def fold_document(
        self, version: int, outer: State, inner: State | None, insiders: frozenset[str]
    ) -> None:
        """The whole document at this version; older news is no news."""
        if version <= self._version and not self._numbered_here:
            return
        self._version = max(version, self._version)
        self._outer.become(outer)
        if self._inner is not None and inner is not None:
            self._inner.become(inner)
            self._move(insiders)
        self._soon()

    def fold_entries(self, patch: dict[str, Any], versions: dict[str, int]) -> None:
        """Entries at versions of their own; each is taken only if newer than what stands here."""
        news = {key: value for key, value in patch.items() if versions[key] > self._at(key)}
        for key in [key for key, value in news.items() if value is None]:
            self._bury(key, versions[key])
        self._outer.put(news)
        self._soon()

    def fold_roster(self, epoch: str, version: int, patch: dict[str, Any]) -> bool:
        """One numbered patch of the whole; False when one before it was missed."""
        if epoch != (self._new_epoch or self._epoch) or version > self._version + 1:
            return False
        if version == self._version + 1:
            self._version = version
            self._outer.put(patch)
            self._soon()
        return True

    def fold_look(self, look: Look, *, untouched: frozenset[str] = frozenset()) -> None:
        """What stands in the store. `untouched`: entries told meanwhile, newer than the look."""
        if look.epoch is not None and look.epoch != self._epoch:
            self._new_epoch, self._version = look.epoch, -1
        if look.entries:
            gone = self._outer.keys() - look.outer.keys() - untouched
            self._outer.put({key: None for key in gone})
            for key in gone:
                self._bury(key, FOREVER)
            versions = {key: value["version"] for key, value in look.outer.items()}
            fresh = {k: v for k, v in look.outer.items() if k not in untouched}
            self.fold_entries(fresh, versions)
        else:
            self.fold_document(look.version, look.outer, look.inner, look.insiders)

    def signal(self, frame: bytes, to: str | None) -> None:
        """Relay to the insiders who watch, or to one of them."""
        self._flush_now()
        inside = [w for w in self._members if w.identity in self._insiders]
        self._fanout.send(frame, [w for w in inside if to is None or w.identity == to])

    def end(self, code: str) -> None:
        self._flush_now()
        frame = text_frame(encode({"type": "ended", "topic": shown(self.topic), "code": code}))
        self._fanout.send(frame, self._members, even_behind=True)

    def close(self) -> None:
        if self._flush is not None:
            self._flush.cancel()

    def _at(self, key: str) -> int:
        entry = self._outer.get(key)
        return entry["version"] if entry else self._tombs.get(key, 0)

    def _bury(self, key: str, version: int) -> None:
        """Remember when it went, so that late news does not bring it back."""
        self._tombs[key] = version
        if len(self._tombs) > KEPT_TOMBS:
            self._tombs.popitem(last=False)

    # Flushing

    def _face_for(self, identity: str) -> Face:
        return self._inner if self._inner and identity in self._insiders else self._outer

    def _move(self, insiders: frozenset[str]) -> None:
        """Those who came in or went out see another face of it from now on."""
        moved = insiders ^ self._insiders
        self._insiders = insiders
        if not moved:
            return
        for watcher in self._members:
            if watcher.identity in moved:
                self._members[watcher] = self._face_for(watcher.identity)
                self._to_refresh.add(watcher)

    def _tick(self) -> float:
        return next((t for most, t in TICKS if len(self._members) <= most), SLOWEST_TICK)

    def _soon(self) -> None:
        if self._flush is not None:
            return
        wait = self._flushed + self._tick() - self._loop.time()
        if wait <= 0:
            self._flush = self._loop.call_soon(self._flush_now)
        else:
            self._flush = self._loop.call_later(wait, self._flush_now)

    def _flush_now(self) -> None:
        if self._flush is None:
            return
        self._flush.cancel()
        self._flush, self._flushed = None, self._loop.time()
        if self._numbered_here and any(face.differs() for face in self._faces()):
            self._version += 1
        for face in self._faces():
            self._send(face)
        for watcher in self._to_refresh:
            self._fanout.send(self._members[watcher].state(), [watcher])
        self._to_refresh.clear()
        self._new_epoch = None

    def _faces(self) -> list[Face]:
        return [self._outer, self._inner] if self._inner else [self._outer]

    def _send(self, face: Face) -> None:
        if self._new_epoch is not None:
            epoch = self._new_epoch
            frame: bytes | None = face.begin_again(
                epoch if face is self._outer else _inside(epoch), self._version
            )
            self._epoch = epoch
        else:
            frame = face.flush(self._version)
        if frame is not None:
            watching = (w for w, f in self._members.items() if f is face)
            self._fanout.send(frame, [w for w in watching if w not in self._to_refresh])


def _inside(epoch: str) -> str:
    """The inner view has an epoch of its own: who knew the other view must not get its patches."""
    return f"{epoch}-inside"
