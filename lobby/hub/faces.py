"""One view of a watched document: what its watchers have been sent, and what they will be."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

from lobby.hub.sources import Known, State
from protocol.codec import encode
from protocol.framing import text_frame

KEPT_PATCHES = 64


class Face:
    """Top-level keys are the unit of change: only those touched since the flush are compared."""

    __slots__ = (
        "_current",
        "_patches",
        "_sent",
        "_snapshot",
        "_touched",
        "epoch",
        "topic",
        "version",
    )

    def __init__(self, topic: str, epoch: str, version: int, state: State) -> None:
        self.topic, self.epoch, self.version = topic, epoch, version
        self._sent, self._current = dict(state), dict(state)
        self._touched: set[str] = set()
        self._patches: deque[tuple[int, bytes]] = deque(maxlen=KEPT_PATCHES)
        self._snapshot: bytes | None = None

    def become(self, state: State) -> None:
        """The whole is now this."""
        self._touched |= {
            k
            for k in self._current.keys() | state.keys()
            if not same(self._current.get(k, _ABSENT), state.get(k, _ABSENT))
        }
        self._current = dict(state)

    def put(self, changes: Mapping[str, Any]) -> None:
        """These entries are now so; None: gone."""
        for key, value in changes.items():
            if value is None:
                self._current.pop(key, None)
            else:
                self._current[key] = value
        self._touched |= changes.keys()

    def get(self, key: str) -> Any:
        return self._current.get(key)

    @property
    def current(self) -> State:
        return self._current

    def keys(self) -> set[str]:
        return set(self._current)

    def differs(self) -> bool:
        return bool(self._patch())

    def flush(self, version: int) -> bytes | None:
        """The frame that brings everybody here to `version`; None where nothing shows."""
        patch = self._patch()
        self._touched.clear()
        if not patch:
            return None
        for key in patch:
            if key in self._current:
                self._sent[key] = self._current[key]
            else:
                del self._sent[key]
        frame = _frame(
            type="patch", topic=self.topic, since=self.version, version=version, patch=patch
        )
        self._patches.append((self.version, frame))
        self.version, self._snapshot = version, None
        return frame

    def begin_again(self, epoch: str, version: int) -> bytes:
        """Another epoch: nothing sent before can be built upon. Returns the fresh state."""
        self.epoch, self.version, self._snapshot = epoch, version, None
        self._sent = dict(self._current)
        self._touched.clear()
        self._patches.clear()
        return self.state()

    def state(self) -> bytes:
        if self._snapshot is None:
            self._snapshot = _frame(
                type="state",
                topic=self.topic,
                epoch=self.epoch,
                version=self.version,
                state=self._sent,
            )
        return self._snapshot

    def since(self, known: Known | None) -> list[bytes]:
        """What somebody who knows this much must be sent: nothing new, some patches, or all."""
        if known is None or known.epoch != self.epoch:
            return [self.state()]
        if known.version == self.version:
            return [
                _frame(type="unchanged", topic=self.topic, epoch=self.epoch, version=self.version)
            ]
        starts = [since for since, _ in self._patches]
        if known.version not in starts:
            return [self.state()]
        return [frame for since, frame in self._patches if since >= known.version]

    def _patch(self) -> State:
        patch: State = {}
        for key in self._touched:
            old, new = self._sent.get(key, _ABSENT), self._current.get(key, _ABSENT)
            if not same(old, new):
                patch[key] = difference(old, new)
        return patch


class _Absent:
    """Neither a value nor null."""


_ABSENT = _Absent()


def difference(old: Any, new: Any) -> Any:
    """The merge patch (RFC 7396) that makes `old` into `new`. Neither may hold nulls that matter
    in nested maps: there null means gone."""
    if new is _ABSENT:
        return None
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {
        key: difference(old.get(key, _ABSENT), new.get(key, _ABSENT))
        for key in old.keys() | new.keys()
        if not same(old.get(key, _ABSENT), new.get(key, _ABSENT))
    }


def same(old: Any, new: Any) -> bool:
    """Whether both are the same JSON. To Python `1 == True`, to a watcher they are not alike."""
    if old is new:
        return True
    if type(old) is not type(new) or old != new:
        return False
    if isinstance(old, dict):
        return all(same(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return all(map(same, old, new))
    return True


def _frame(**words: Any) -> bytes:
    return text_frame(encode(words))
