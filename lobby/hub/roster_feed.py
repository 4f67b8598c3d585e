"""Roster feed: hears the changes of everybody's presence once for the whole process, and keeps and
passes on only what is watched here.

Subscribe first, read second. Each shard of the roster numbers its changes: after a gap, or in
another epoch, those of the shard who are watched are read again, and nobody else. Every few seconds
the versions of all shards are compared.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice

import structlog

from lobby.hub.backpressure import Skipped
from lobby.hub.flush_clock import FlushClock
from lobby.hub.people_source import Everybody, PeopleSource, Ties, face_of
from lobby.hub.people_views import PeopleView, TiedViewer
from lobby.hub.resync import Resyncs
from lobby.hub.roster_count import RosterCount
from lobby.hub.shard_versions import ShardVersions
from lobby.hub.watched_people import WatchedPeople
from persistence.ports import Bus, Unreachable
from protocol.events import ProfileChanged
from protocol.roster import ROSTER_CHANGED, RosterChanged
from protocol.topics import FRIENDS, PRESENCE, PRESENCE_COUNT, split

log = structlog.get_logger(__name__)

ROSTER_LIMIT = 2_000
"""People who are online, above which the whole roster is not watched."""
RETRY_SECONDS = 0.5
"""Pause before ties are read again that could not be."""
RECHECKED = 1_000
"""Viewers of whom it is asked at each look, in turn, whether their ties are others."""
ON_ITS_WAY_SECONDS = 0.5
"""How long a change that others have seen may be on its way here, before it counts as lost."""
EVERYBODY = "everybody"


class RosterFeed:
    """`limit`: of people whose whole roster is sent. `epoch`: makes one that was never used.
    `everybody`: follows all who are online; to be set before the first is heard of."""

    everybody: Everybody

    def __init__(
        self,
        bus: Bus,
        source: PeopleSource,
        *,
        limit: int,
        skipped: Skipped,
        epoch: Callable[[], str],
    ) -> None:
        self._bus, self.source, self._skipped, self._epoch = bus, source, skipped, epoch
        self.limit = limit
        self.people = WatchedPeople()
        self.count = RosterCount(source)
        self._viewers: dict[str, TiedViewer] = {}
        self._topics: set[str] = set()
        self._listening = asyncio.Lock()
        self._stands = ShardVersions()
        self._rereads = Resyncs(self._reread)
        self._refreshes = Resyncs(self._refresh)
        self._rechecks = Resyncs(self._recheck)
        self._looks = Resyncs(self._look)
        self._checks = Resyncs(self._check)
        self.clock = FlushClock()

    # Listening

    async def listen(self, topic: str) -> None:
        """Hear the roster while this topic is open. Raises Unreachable."""
        async with self._listening:
            if not self._topics:
                await self._bus.subscribe(PRESENCE)
                try:
                    self._stands.begin(await self.source.versions())
                except BaseException:
                    await self._bus.unsubscribe(PRESENCE)
                    raise
            self._topics.add(topic)

    async def unlisten(self, topic: str) -> None:
        async with self._listening:
            if topic in self._topics:
                self._topics.discard(topic)
                if topic == PRESENCE_COUNT:
                    self.count.end()
                if not self._topics:
                    await self._bus.unsubscribe(PRESENCE)
                    self._stands.clear()

    def receive(self, payload: str | None) -> RosterChanged | None:
        """One payload of the bus; None where some may have been missed."""
        if payload is None:
            self._looks.request(EVERYBODY)
            return None
        changed = ROSTER_CHANGED.validate_json(payload)
        if self._stands.is_news(changed):
            if self._stands.take(changed):
                self._rereads.request(str(changed.shard))
            for who in self.people.watched(changed.patch):
                self._show(who, changed.patch[who])
            self.count.changed(changed)
            self.everybody.receive(changed)
        return changed

    def _show(self, who: str, presence: dict[str, object] | None) -> None:
        person = self.people.get(who)
        if person is not None:
            person.heard += 1
            if person.show(presence):
                self.clock.touch(who, person.views)

    # Views

    async def open(self, topic: str) -> PeopleView:
        """What an account sees of one person or of its friends. Raises Unreachable."""
        kind, subject = split(topic)
        who, _, account = subject.rpartition(":")
        viewer = self._viewers.setdefault(account, TiedViewer(account))
        view = PeopleView(
            topic,
            viewer,
            self.people,
            epoch=self._epoch(),
            skipped=self._skipped,
            on_close=self._closed,
        )
        viewer.views.add(view)
        try:
            ties = await self._follow_ties(viewer)
            await self._want(view, ties.friends if kind == FRIENDS else [who])
            view.begin()
            if viewer.ties is not ties:
                self._refreshes.request(account)
        except BaseException:
            view.close()
            raise
        return view

    def _closed(self, view: PeopleView) -> None:
        viewer = view.viewer
        self.people.remove(view, view.wanted)
        viewer.views.discard(view)
        if not viewer.views and self._viewers.get(viewer.account) is viewer:
            del self._viewers[viewer.account]

    async def _read_ties(self, viewer: TiedViewer) -> Ties:
        """As they are by now: read again as long as news of them comes in between."""
        while True:
            heard = viewer.heard
            ties = await self.source.ties(viewer.account)
            if heard == viewer.heard:
                viewer.ties = ties
                return ties

    async def _want(self, view: PeopleView, who: Iterable[str]) -> None:
        """Show these from now on, and nobody else; as before, where they cannot be read."""
        wanted, before = frozenset(who), view.wanted
        added = wanted - before
        view.wanted = wanted
        self.people.post(view, added)
        try:
            await self._learn(added, faces=view.is_list)
        except BaseException:
            self.people.remove(view, added)
            view.wanted = before
            raise
        self.people.remove(view, before - wanted)
        for one in before ^ wanted:
            self.clock.touch(one, [view])

    async def _learn(self, who: Iterable[str], *, faces: bool) -> None:
        """Always the same reads, whoever they are: how long they take tells nothing. What was heard
        meanwhile is newer."""
        for some in self.people.slices(who):
            await self._learn_presence(some)
            if faces:
                await self._learn_faces(some)

    async def _learn_presence(self, who: Iterable[str]) -> None:
        heard = {one: person.heard for one in who if (person := self.people.get(one))}
        if not heard:
            return
        shown = await self.source.shown(heard)
        for one, before in heard.items():
            person = self.people.get(one)
            if person is not None and person.heard == before and person.show(shown.get(one)):
                self.clock.touch(one, person.views)

    async def _learn_faces(self, who: Iterable[str]) -> None:
        for one, face in (await self.source.faces(who)).items():
            person = self.people.get(one)
            if person is not None and person.call(face):
                self.clock.touch(one, person.views)

    # News of accounts

    def renamed(self, changed: ProfileChanged) -> None:
        person = self.people.get(changed.account)
        if person is not None and person.call(face_of(changed)):
            self.clock.touch(changed.account, person.views)

    def ties_changed(self, accounts: Iterable[str]) -> None:
        """Somebody befriended or banned these, or does so no more; or they did themselves."""
        for account in accounts:
            viewer = self._viewers.get(account)
            if viewer is not None:
                viewer.heard += 1
                self._refreshes.request(account)

    def accounts_missed(self) -> None:
        """News of accounts may have been lost: of everybody who watches or is watched."""
        self._rechecks.request(EVERYBODY)

    async def _refresh(self, account: str) -> None:
        """Read the account's ties again, as soon as the store can be reached."""
        while (viewer := self._viewers.get(account)) is not None:
            try:
                await self._follow_ties(viewer)
                return
            except Unreachable:
                await asyncio.sleep(RETRY_SECONDS)

    async def _follow_ties(self, viewer: TiedViewer) -> Ties:
        """Show in the viewer's open views what their ties are by now. Whoever opens another does,
        too: news of a ban from before may still be on its way."""
        before = viewer.ties
        ties = await self._read_ties(viewer)
        for who in ties.changes(before) if before else ():
            self.clock.touch(who, [view for view in viewer.views if who in view.wanted])
        for view in list(viewer.views):
            if view.is_list and view.begun and view.wanted != ties.friends:
                await self._want(view, ties.friends)
        return ties

    async def _recheck(self, everybody: str) -> None:
        try:
            for account in list(self._viewers):
                if viewer := self._viewers.get(account):
                    await self._follow_ties(viewer)
            for some in self.people.slices():
                await self._learn_faces(self.people.called(some))
        except Unreachable:
            await asyncio.sleep(RETRY_SECONDS)
            self._rechecks.request(everybody)

    # Healing

    def look(self) -> None:
        """Compare the versions of all shards; and the ties of some viewers, in turn."""
        if not self._topics:
            return
        self._looks.request(EVERYBODY)
        self._checks.request(EVERYBODY)

    async def _check(self, everybody: str) -> None:
        some = [self._viewers.pop(account) for account in list(islice(self._viewers, RECHECKED))]
        self._viewers |= {viewer.account: viewer for viewer in some}
        known = {viewer.account: viewer.ties for viewer in some if viewer.ties is not None}
        with suppress(Unreachable):
            self._refreshes.request_all(await self.source.stale(known) if known else ())

    async def _look(self, everybody: str) -> None:
        try:
            versions = await self.source.versions()
        except Unreachable:
            return
        if self._stands.behind(versions):
            await asyncio.sleep(ON_ITS_WAY_SECONDS)
        for shard, known in self._stands.behind(versions).items():
            self._stands.stand_at(shard, known)
            self._rereads.request(str(shard))

    async def _reread(self, name: str) -> None:
        """Read those of one shard again who are watched; what cannot be read, at the next look."""
        shard = int(name)
        try:
            await self.source.gathered(shard)
            for some in self.people.slices():
                mine = [one for one in some if self.source.shard_of(one) == shard]
                await self._learn_presence(mine)
                await asyncio.sleep(0)
            await self.everybody.read_again(shard)
            self.count.missed(shard)
        except Unreachable as away:
            log.warning("roster_not_read", shard=shard, why=str(away))
            self._stands.forget(shard)

    def close(self) -> None:
        for tasks in (self._rereads, self._refreshes, self._rechecks, self._looks, self._checks):
            tasks.close()
        self.count.close()
        self.clock.close()
