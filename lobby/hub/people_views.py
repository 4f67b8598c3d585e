"""People views: what one account sees of some people, one of them or all its friends.

Each account has a view of its own, numbered by what it was sent alone. So whoever is offline,
invisible, unknown or has banned it looks the same: a view tells nothing of what it does not show.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial

from lobby.hub.audiences import View
from lobby.hub.backpressure import Skipped
from lobby.hub.fanout import Watcher
from lobby.hub.people_source import Ties
from lobby.hub.source import Known, State
from lobby.hub.watched_people import NOTHING, WatchedPeople
from protocol import frames, topics
from protocol.codec import encode_member
from protocol.merge_patch import merge_patch, same_json

KEPT_PATCHES = 8
"""The last patches of what one account sees of people, kept for when it reconnects (resync)."""


class TiedViewer:
    """An account that watches people here. `ties`: None until they are read; `heard` counts what
    was heard of them."""

    __slots__ = ("account", "heard", "ties", "views")

    def __init__(self, account: str) -> None:
        self.account = account
        self.ties: Ties | None = None
        self.heard = 0
        self.views: set[PeopleView] = set()


class PeopleView(View):
    """What a viewer sees of these people. A topic of the hub, as watched documents are.

    `due`: when the flush clock sends it; None: nothing is to be sent. `touched`: who may have
    changed. `on_close` is called once nobody needs it.
    """

    __slots__ = (
        "_begun",
        "_closed",
        "_on_close",
        "_people",
        "_sent",
        "_skipped",
        "due",
        "flushed",
        "key",
        "touched",
        "viewer",
        "wanted",
        "watchers",
    )
    of_entries = False

    def __init__(
        self,
        key: str,
        viewer: TiedViewer,
        people: WatchedPeople,
        *,
        epoch: str,
        skipped: Skipped,
        on_close: Callable[[PeopleView], object],
    ) -> None:
        super().__init__(topics.public_name(key), epoch, 0)
        self._patches = deque(maxlen=KEPT_PATCHES)
        self.key, self.viewer = key, viewer
        self._people, self._skipped, self._on_close = people, skipped, on_close
        self.wanted: frozenset[str] = frozenset()
        self.watchers: dict[Watcher, None] = {}
        self.touched: set[str] = set()
        self.due: float | None = None
        self.flushed = 0.0
        self._sent: State = {}
        self._begun = self._closed = False

    @property
    def is_list(self) -> bool:
        """Whether it shows a list of friends, not one person."""
        return self.topic == topics.FRIENDS

    @property
    def closed(self) -> bool:
        return self._closed

    @property
    def begun(self) -> bool:
        """Whether it is open; once closed it is no more."""
        return self._begun and not self._closed

    @property
    def known(self) -> Known:
        return Known(self.epoch, self.version)

    @property
    def current(self) -> State:
        """The state as it is by now; not to be changed."""
        return self._whole({who: self._entry(who) for who in self.wanted})

    def begin(self) -> None:
        """Nothing was sent yet: whoever comes is sent what is known by now. Views of a person who
        is shown are numbered alike, so that they share their frames; those of one who is not, from
        0, whatever the reason."""
        self._sent = {who: self._entry(who) for who in self.wanted}
        for who, entry in () if self.is_list else self._sent.items():
            person = self._people.get(who)
            self.version = person.changes if person and entry else 0
        self.touched.clear()
        self._begun = True

    def _entry(self, who: str) -> State:
        person, ties = self._people.get(who), self.viewer.ties
        hidden = ties is None or (ties.hides(who) and who != self.viewer.account)
        if person is None:
            return NOTHING
        return person.listed(hidden=hidden) if self.is_list else person.alone(hidden=hidden)

    def _whole(self, entries: State) -> State:
        if self.is_list:
            return {"people": entries}
        return next(iter(entries.values()), NOTHING)

    # Watchers

    async def join(self, watcher: Watcher, known: Known | None) -> None:
        """Send what the watcher lacks (all, if `known` is None), then everything that follows."""
        self.watchers[watcher] = None
        self._skipped.drop(watcher, self.key)
        self._resend(watcher, known)

    def leave(self, watcher: Watcher) -> None:
        self.watchers.pop(watcher, None)
        self._skipped.drop(watcher, self.key)

    def _resend(self, watcher: Watcher, known: Known | None) -> None:
        """Until the watcher falls behind; the rest is noted as skipped (backpressure)."""
        for needed, frame in self.since(known):
            if watcher.behind:
                self._skip(watcher, needed)
                return
            watcher.out.write(frame)
            watcher.charge(self.key, len(frame))

    def _skip(self, watcher: Watcher, known: Known | None) -> None:
        resend = partial(self._resend, known=known)
        self._skipped.note(watcher, topic=self.key, resend=resend)

    def end(self, code: str, reason: str | None = None) -> None:
        frame = frames.ended(self.key, code, reason)
        for watcher in self.watchers:
            watcher.out.write(frame)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._on_close(self)

    # Flushing

    def flush(self, now: float) -> None:
        """Send what has changed since the last flush. What shows nothing new is no flush."""
        self.due, known = None, self.known
        frame = (
            (self._list_frame() if self.is_list else self._person_frame()) if self._begun else None
        )
        self.touched.clear()
        if frame is None:
            return
        self.flushed = now
        for watcher in self.watchers:
            if watcher.behind:
                self._skip(watcher, known)
            else:
                watcher.out.write(frame)

    def _list_frame(self) -> bytes | None:
        changes = self._changes()
        return self._advance(self.version + 1, {"people": changes}) if changes else None

    def _person_frame(self) -> bytes | None:
        """The same bytes as others are sent who stand where this view does: of somebody whom
        thousands watch, each change is encoded once."""
        ((who, old),) = self._sent.items()
        person, new = self._people.get(who), self._entry(who)
        frame = person.step(old, new).frame(self.topic, self.version) if person else None
        if frame is None:
            return None
        self._sent[who] = new
        return self._keep(self.version + 1, frame)

    def _changes(self) -> State:
        changes: State = {}
        for who in self.touched:
            old = self._sent.get(who)
            new = self._entry(who) if who in self.wanted else None
            if old is new or (old is not None and same_json(old, new)):
                continue
            changes[who] = new if old is None or new is None else merge_patch(old, new)
            if new is None:
                del self._sent[who]
            else:
                self._sent[who] = new
        return changes

    def state(self) -> bytes:
        """The frame of the state as last sent; not kept: few sockets ask for it."""
        parts = [encode_member(key, value) for key, value in self._whole(self._sent).items()]
        return frames.state(self.topic, epoch=self.epoch, version=self.version, parts=parts)
