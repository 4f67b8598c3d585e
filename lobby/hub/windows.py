"""Windows of a live list: each is what one question shows, sent to all who ask it.

One clock for all of them: the first change goes at once, those of the next 50 ms together. New
questions of a turn are learned together, in slices.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Callable, Coroutine, Generator, Iterator
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from lobby.domain.list_errors import FilterKeysFull, SortKeysFull, WindowsFull
from lobby.hub.fanout import Fanout, Skip, Watcher
from lobby.hub.turns import Turn
from lobby.live_queries import Query, QueryEngine, QueryWindow, Sent, Viewer
from protocol import frames
from protocol.frames import WATCH_AGAIN

T = TypeVar("T")

MOST_WINDOWS = 5_000
"""Different questions to a list at a time."""
TICK_SECONDS = 0.05
"""Between two rounds of the clock."""
FRAMES_A_TURN = 64
"""Frames that are made and written in one turn of the loop, at most."""
MOST_PARTED = 1_000
"""Accounts that went on from a window in another, before it is numbered anew."""
KEPT_SECONDS = 30.0
"""How long a window is kept that nobody watches, for who comes back (resync)."""


class _Asked(NamedTuple):
    query: Query
    viewer: Viewer
    found: asyncio.Future[QueryWindow]


async def in_slices(steps: Generator[None, None, T]) -> T:
    """Run these steps to their end; the event loop runs between some of them."""
    turn = Turn()
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: T = done.value
            return found
        await turn.give_back()


class Windows:
    """`most`: different questions at a time. `skip`: called for a watcher that is behind, in place
    of writing. `before_frames`: called before any frame is made. `exclude`: ends a topic for a
    watcher, with a code."""

    def __init__(
        self,
        engine: QueryEngine,
        *,
        most: int,
        skip: Callable[[QueryWindow], Skip],
        before_frames: Callable[[], None],
        exclude: Callable[[Watcher, str, str], None],
    ) -> None:
        self.engine = engine
        self._most, self._skip, self._before_frames = most, skip, before_frames
        self._exclude = exclude
        self._watchers: dict[QueryWindow, dict[Watcher, None]] = {}
        self._fanouts: dict[QueryWindow, Fanout] = {}
        self._unwatched: OrderedDict[QueryWindow, float] = OrderedDict()
        self._apart: set[QueryWindow] = set()
        self._topics: dict[str, str] = {}
        self._asked: list[_Asked] = []
        self._learning: list[_Asked] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.Handle | None = None  # uvloop's has no time where that is over
        self._flushing = self._learns = False
        self._ticked = self._ticks_at = 0.0

    def __len__(self) -> int:
        """Questions that are known or about to be."""
        return len(self.engine.windows) + len(self._asked) + len(self._learning)

    def lives(self, topic: str, epoch: str) -> bool:
        """Whether there is a window of this topic with this epoch."""
        return self._topics.get(epoch) == topic

    async def open(self, query: Query, viewer: Viewer) -> QueryWindow:
        """The window of this question, learned if there is none. It is kept for a while; raises
        WindowsFull, SortKeysFull, FilterKeysFull."""
        window = self.engine.window(query, viewer)
        if window is not None:
            self._keep(window)
            return window
        self._require_keys(query)
        self._make_room(query.viewer(viewer))
        asked = _Asked(query, query.viewer(viewer), asyncio.get_running_loop().create_future())
        self._asked.append(asked)
        if not self._learns:
            self._learns = True
            self._start(self._learn())
        return await asked.found

    def _keep(self, window: QueryWindow) -> None:
        if window not in self._watchers:
            self._unwatched[window] = asyncio.get_running_loop().time()
            self._unwatched.move_to_end(window)

    def _require_keys(self, query: Query) -> None:
        waiting = [one.query for one in (*self._asked, *self._learning)]
        if query.attribute_sort and not self.engine.has_room_for_sort(query, waiting):
            raise SortKeysFull
        if not self.engine.has_room_for_keys(query, waiting):
            raise FilterKeysFull

    def _make_room(self, viewer: Viewer) -> None:
        """Those apart are of who is, or was, banned by somebody listed. They have as many places of
        their own, so that no host that bans many takes them from everybody else; shared fairly, and
        one for each account whatever happens: whoever is refused learns that they are banned."""
        apart, waiting = viewer.apart, [*self._asked, *self._learning]
        known = len(self._apart) if apart else len(self.engine.windows) - len(self._apart)
        if known + sum(one.viewer.apart is apart for one in waiting) < self._most:
            return
        unwatched = (window for window in self._unwatched if (window in self._apart) is apart)
        oldest = next(unwatched, None)
        if oldest is not None:
            self._forget(oldest)
        elif not apart or not self._take_room(viewer, [one.viewer.uuid for one in waiting]):
            raise WindowsFull

    def _take_room(self, viewer: Viewer, waiting: list[str]) -> bool:
        """Take a place from who has most of those apart; whether there is one for this viewer."""
        held = Counter(window.viewer.uuid for window in self._apart)
        mine = held[viewer.uuid] + waiting.count(viewer.uuid)
        greediest, most = max(held.items(), key=itemgetter(1), default=("", 0))
        if most <= mine + 1:
            return mine == 0
        window = next(one for one in self._apart if one.viewer.uuid == greediest)
        for watcher in list(self._watchers.get(window, ())):
            self._exclude(watcher, window.topic, WATCH_AGAIN)
        if window in self._unwatched:
            self._forget(window)
        return True

    async def _learn(self) -> None:
        """Those of a turn together."""
        await asyncio.sleep(0)
        while self._asked:
            self._learning, self._asked = self._asked, []
            try:
                await self._learn_together(self._learning)
            except Exception as error:
                for one in self._learning:
                    _fail(one.found, error)
            self._learning = []
        self._learns = False

    async def _learn_together(self, asked: list[_Asked]) -> None:
        steps = self.engine.learn([(one.query, one.viewer) for one in asked])
        for one, window in zip(asked, await in_slices(steps), strict=True):
            self._topics[window.epoch] = window.topic
            self._keep(window)
            if window.viewer.apart:
                self._apart.add(window)
            if not one.found.done():
                one.found.set_result(window)

    # Watchers

    def join(self, window: QueryWindow, watcher: Watcher) -> None:
        """From now on the watcher is sent the frames of this window."""
        if window not in self._watchers:
            self._unwatched.pop(window, None)
            watchers = self._watchers[window] = {}
            self._fanouts[window] = Fanout(watchers)
        self._watchers[window][watcher] = None

    def leave(self, window: QueryWindow, watcher: Watcher) -> None:
        watchers = self._watchers.get(window, {})
        watchers.pop(watcher, None)
        if not watchers and self._watchers.pop(window, None) is not None:
            del self._fanouts[window]
            self._keep(window)

    def followers(self) -> list[tuple[str, Watcher]]:
        """Whoever is sent frames, with the topic of each."""
        return [(window.topic, one) for window, all in self._watchers.items() for one in all]

    def part(self, window: QueryWindow, watcher: Watcher) -> Sent:
        """The watcher is to go on in another window; what it was sent by this one."""
        self.leave(window, watcher)
        window.parted.add(watcher.identity)
        if len(window.parted) > MOST_PARTED:
            self._renumber(window, window.version)
        return window.sent()

    def go_on(self, window: QueryWindow, before: Sent) -> bytes | None:
        """The frame for who joined this window just now, and was sent `before` by another: a patch,
        empty where both show the same. None: it takes the state, as others follow this one, and
        their numbers do not meet."""
        patch = before.patch_to(window.sent(), window.query.schema.name)
        version = before.version + 1 if patch else before.version
        if len(self._watchers[window]) == 1 and window.version != version:
            self._renumber(window, version)
        if not patch:
            return b"" if window.version == version else None
        if window.version < version:
            return None
        topic, since = window.topic, before.version
        return frames.patch(topic, since=since, version=window.version, patch=patch)

    def _renumber(self, window: QueryWindow, version: int) -> None:
        self._topics.pop(window.epoch, None)
        self.engine.renumber(window, version)
        self._topics[window.epoch] = window.topic

    def sweep(self) -> None:
        """Forget the windows that nobody has watched for a while."""
        over = asyncio.get_running_loop().time() - KEPT_SECONDS
        while self._unwatched and next(iter(self._unwatched.values())) <= over:
            self._forget(next(iter(self._unwatched)))

    def _forget(self, window: QueryWindow) -> None:
        del self._unwatched[window]
        self._apart.discard(window)
        self._topics.pop(window.epoch, None)
        self.engine.forget(window)

    # The clock

    def changed(self) -> None:
        """Something was put or removed: flush when the first window is due."""
        due = self.engine.next_flush()
        if due is None or self._flushing:
            return
        at = max(due, self._ticked + TICK_SECONDS)
        if self._timer is not None:
            if self._ticks_at <= at:
                return
            self._timer.cancel()
        self._ticks_at = at
        self._timer = asyncio.get_running_loop().call_at(at, self._tick)

    def _tick(self) -> None:
        self._timer, self._flushing, self._ticked = None, True, asyncio.get_running_loop().time()
        self._start(self._flush())

    async def _flush(self) -> None:
        frames = self.engine.flush(self._ticked)
        try:
            while True:
                self._before_frames()
                if not self._send_some(frames):
                    break
                await asyncio.sleep(0)
        finally:
            self._flushing = False
            self.changed()

    def _send_some(self, frames: Iterator[tuple[QueryWindow, bytes] | None]) -> bool:
        """Those of one turn; whether there may be more."""
        turn = Turn()
        for count, sent in enumerate(frames, start=1):
            if sent:
                self._send(*sent)
            if count == FRAMES_A_TURN or turn.over:
                return True
        return False

    def _send(self, window: QueryWindow, frame: bytes) -> None:
        if fanout := self._fanouts.get(window):
            fanout.send(frame, self._watchers[window], skip=self._skip(window))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for task in self._tasks:
            task.cancel()


def _fail(found: asyncio.Future[QueryWindow], error: Exception) -> None:
    if not found.done():
        found.set_exception(error)
