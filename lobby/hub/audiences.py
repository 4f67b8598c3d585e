"""One audience's view of a watched document: the state it was sent, the state it is due, and the
merge patches (RFC 7396) between the two.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Mapping
from itertools import chain, filterfalse
from typing import Any

from lobby.hub.source import Known, State
from lobby.hub.turns import Turn
from protocol import frames
from protocol.codec import encode, encode_member
from protocol.events import SessionView
from protocol.merge_patch import MISSING, merge_patch, same_json

SLICE_BYTES = 64 * 1024
"""Of a state that is encoded for the first time, in one turn of the loop: about a millisecond."""
COMPARED = 64
"""Entries that are compared before the clock is looked at."""
KEPT_PATCHES = 64
"""The last patches of a topic, kept for clients that reconnect with a version (resync)."""


class View:
    """A state that is sent with a version and an epoch, and the last patches that led to it."""

    __slots__ = ("_patches", "epoch", "topic", "version")

    def __init__(self, topic: str, epoch: str, version: int) -> None:
        self.topic, self.epoch, self.version = topic, epoch, version
        self._patches: deque[tuple[int, bytes]] = deque(maxlen=KEPT_PATCHES)

    def state(self) -> bytes:
        """The frame of the whole state as last sent."""
        raise NotImplementedError

    def _advance(self, version: int, patch: State | bytes) -> bytes:
        """The patch frame from the version before to this one, which is kept. Bytes are a patch
        that is encoded already."""
        frame = frames.patch(self.topic, since=self.version, version=version, patch=patch)
        return self._keep(version, frame)

    def _keep(self, version: int, frame: bytes) -> bytes:
        self._patches.append((self.version, frame))
        self.version = version
        return frame

    def since(self, known: Known | None) -> list[tuple[Known | None, bytes]]:
        """The frames for a watcher that has this version: `unchanged`, some patches, or the state.

        Each frame comes with the version it applies to; None: to any.
        """
        if known is None or known.epoch != self.epoch:
            return [(None, self.state())]
        if known.version == self.version:
            unchanged = frames.unchanged(self.topic, epoch=self.epoch, version=self.version)
            return [(known, unchanged)]
        if known.version not in [since for since, _ in self._patches]:
            return [(None, self.state())]
        return [
            (Known(self.epoch, since), frame)
            for since, frame in self._patches
            if since >= known.version
        ]


class AudienceView(View):
    """What all who see the same of a document are sent. They share one version and one epoch.

    Top-level keys are the unit of change: only those touched since the last flush are compared.
    `flushed`: what the last flush sent, `flushed_json`: the same, encoded; `fresh`: those of its
    keys that were new.
    """

    __slots__ = (
        "_current",
        "_encoded",
        "_held",
        "_put_meanwhile",
        "_sent",
        "_side",
        "_snapshot",
        "_touched",
        "flushed",
        "flushed_json",
        "fresh",
    )

    def __init__(
        self,
        topic: str,
        epoch: str,
        version: int,
        state: State,
        *,
        side: SessionView | None = None,
    ) -> None:
        """`side`: which of two views of a document it is, where there are two."""
        super().__init__(topic, epoch, version)
        self._side = side
        self._sent, self._current = dict(state), dict(state)
        self._touched: set[str] = set()
        self._held: set[str] = set()
        self._put_meanwhile: set[str] | None = None
        self.flushed: State = {}
        self.flushed_json = b""
        self.fresh: set[str] = set()
        self._snapshot: bytes | None = None
        self._encoded: dict[str, bytes] = {}

    def inside(self, state: State) -> AudienceView:
        """The insiders' view of the same document. Its epoch is its own: its patches must not be
        applied to this view."""
        self._side, epoch = "outside", inner_epoch(self.epoch)
        return AudienceView(self.topic, epoch, self.version, state, side="inside")

    async def encode(self) -> None:
        """Encode the state in slices, between which the event loop runs: thousands of entries would
        hold it up. Afterwards only what changes is encoded."""
        if self._snapshot is not None:
            return
        size, turns = 0, 1
        for key in [key for key in self._sent if key not in self._encoded]:
            size += len(self.part(key)) if key in self._sent else 0
            if size > SLICE_BYTES:
                await asyncio.sleep(0)
                size, turns = 0, turns + 1
        self.state()
        if turns > 1:
            await asyncio.sleep(0)

    def replace(self, state: State, differ: set[str] | None = None) -> None:
        """Set the whole state; it is sent with the next flush. `differ`: in which keys it differs,
        where that was compared already."""
        if differ is None:
            current = self._current
            differ = {key for key in current.keys() | state.keys() if _differ(key, current, state)}
        self._touched |= differ
        self._current, self._put_meanwhile = dict(state), None

    async def compare(self, state: State) -> set[str] | None:
        """The keys in which this state differs, or may by now; in slices, between which the event
        loop runs: there may be 100,000. None: it was replaced meanwhile, so that nobody knows."""
        self._put_meanwhile = differ = set[str]()
        current, turn = dict(self._current), Turn()
        for number, key in enumerate(chain(state, filterfalse(state.__contains__, current))):
            if _differ(key, current, state):
                differ.add(key)
            if number % COMPARED == COMPARED - 1:
                await turn.give_back()
        return differ if self._put_meanwhile is differ else None

    def put(self, changes: Mapping[str, Any]) -> None:
        """Set these top-level keys; None removes one. They are sent with the next flush."""
        for key, value in changes.items():
            if value is None:
                self._current.pop(key, None)
            else:
                self._current[key] = value
        self._touched |= changes.keys()
        if self._put_meanwhile is not None:
            self._put_meanwhile.update(changes)

    def get(self, key: str) -> Any:
        return self._current.get(key)

    @property
    def current(self) -> State:
        return self._current

    def keys(self) -> set[str]:
        return set(self._current)

    @property
    def touched(self) -> set[str]:
        """Keys that may differ from what was sent, also those that are gone."""
        return self._touched

    @property
    def changed(self) -> set[str]:
        """Keys that may differ from what was sent, and are still there."""
        return self._touched & self._current.keys()

    def hold(self, keys: set[str]) -> None:
        """Leave these keys out of the next flush."""
        self._held = keys

    def differs(self) -> bool:
        """Whether a flush would send anything."""
        return bool(self._patch())

    def flush(self, version: int) -> bytes | None:
        """The patch frame from the last version to `version`; None where nothing changed."""
        self.flushed = patch = self._patch()
        self.fresh = patch.keys() - self._sent.keys()
        self._touched &= self._held
        if not patch:
            return None
        for key in patch:
            if key in self._current:
                self._sent[key] = self._current[key]
            else:
                del self._sent[key]
            self._encoded.pop(key, None)
        self._snapshot = None
        self.flushed_json = encode(patch)
        return self._advance(version, self.flushed_json)

    def renumber(self, epoch: str) -> None:
        """Number anew for whoever comes from now on; who watches goes on as before."""
        self.epoch, self._snapshot = epoch, None

    def begin_epoch(self, epoch: str, version: int) -> None:
        """Number anew: patches kept before no longer apply, and whoever watches needs the state."""
        self.epoch, self.version, self._snapshot = epoch, version, None
        self._sent = dict(self._current)
        if self._encoded:
            for key in self._touched:
                self._encoded.pop(key, None)
        self._touched = set()
        self._patches.clear()

    def state(self) -> bytes:
        """The frame of the whole state as last flushed: a snapshot, encoded once and kept."""
        if self._snapshot is None:
            parts = [self.part(key) for key in self._sent]
            self._snapshot = frames.state(
                self.topic, epoch=self.epoch, version=self.version, parts=parts, view=self._side
            )
        return self._snapshot

    def part(self, key: str) -> bytes:
        """One member of the state, encoded once."""
        part = self._encoded.get(key)
        if part is None:
            part = self._encoded[key] = encode_member(key, self._sent[key])
        return part

    @property
    def sent(self) -> State:
        """The state as last flushed; not to be changed."""
        return self._sent

    def _patch(self) -> State:
        patch: State = {}
        for key in self._touched - self._held:
            old, new = self._sent.get(key, MISSING), self._current.get(key, MISSING)
            if not same_json(old, new):
                patch[key] = merge_patch(old, new)
        return patch


def inner_epoch(epoch: str) -> str:
    """Of the insiders' view, where this is that of the outer one."""
    return f"{epoch}-inside"


def _differ(key: str, one: State, other: State) -> bool:
    return not same_json(one.get(key, MISSING), other.get(key, MISSING))
