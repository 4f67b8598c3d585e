"""Watched people: whoever somebody here watches, and the views that show them (postings).

What is kept grows with what is watched in this process, not with everybody who is online.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from lobby.hub.people_source import Face
from lobby.hub.source import State
from protocol import frames
from protocol.codec import encode
from protocol.merge_patch import merge_patch, same_json

if TYPE_CHECKING:
    from lobby.hub.people_views import PeopleView

SLICE = 500
"""People who are read at once."""
NOTHING: State = {}
"""What is shown of somebody who is not: one object, so that nothing is compared twice."""

KEPT_STEPS = 4
"""The last changes of a person, for those of their watchers who are sent them later than others."""


class Step:
    """The change of one person from what was sent to what is shown now, encoded once for all who
    are sent it; and framed once for all of them whose versions are the same."""

    __slots__ = ("_frames", "_patch", "_states")

    def __init__(self, old: State, new: State) -> None:
        self._states = old, new
        self._patch = None if same_json(old, new) else encode(merge_patch(old, new))
        self._frames: dict[int, bytes] = {}

    def leads(self, old: State, new: State) -> bool:
        """Whether it is between these, which are compared by identity."""
        return self._states[0] is old and self._states[1] is new

    def frame(self, topic: str, since: int) -> bytes | None:
        """None: they are the same."""
        if self._patch is None:
            return None
        frame = self._frames.get(since)
        if frame is None:
            frame = frames.patch(topic, since=since, version=since + 1, patch=self._patch)
            self._frames[since] = frame
        return frame


class WatchedPerson:
    """One of them. `presence`: what the roster shows, None where they are not shown. `heard` counts
    what was heard of it: a read that began before is old. `face` is read for lists of friends.
    `changes`: of what is shown, since they came online."""

    __slots__ = ("_listed", "_steps", "changes", "face", "heard", "presence", "views")

    def __init__(self) -> None:
        self.presence: State | None = None
        self.face: Face | None = None
        self.heard = self.changes = 0
        self._steps: deque[Step] = deque(maxlen=KEPT_STEPS)
        self.views: set[PeopleView] = set()
        self._listed: State | None = None

    def show(self, presence: State | None) -> bool:
        """Whether it is another."""
        changed = presence != self.presence
        if changed:
            self.presence, self._listed = presence, None
            self.changes = 0 if presence is None else self.changes + 1
        return changed

    def step(self, old: State, new: State) -> Step:
        """From what was sent to what is shown."""
        for step in self._steps:
            if step.leads(old, new):
                return step
        step = Step(old, new)
        self._steps.append(step)
        return step

    def call(self, face: Face) -> bool:
        """Take the face, if it is newer; whether it is another."""
        if self.face is not None and face.version <= self.face.version:
            return False
        changed = self.face is None or face.fields != self.face.fields
        if changed:
            self._listed = None
        kept = face.fields if changed or self.face is None else self.face.fields
        self.face = Face(face.version, kept)
        return changed

    def alone(self, *, hidden: bool) -> State:
        """As a topic of its own shows them."""
        return NOTHING if hidden or self.presence is None else self.presence

    def listed(self, *, hidden: bool) -> State:
        """As a list of friends shows them."""
        face = NOTHING if self.face is None else self.face.fields
        if hidden or self.presence is None:
            return face
        if self._listed is None:
            times = {key: self.presence[key] for key in ("status", "since")}
            self._listed = {**face, **times}
        return self._listed


class WatchedPeople:
    """All of them, by uuid."""

    def __init__(self) -> None:
        self._people: dict[str, WatchedPerson] = {}

    def __len__(self) -> int:
        return len(self._people)

    def get(self, who: str) -> WatchedPerson | None:
        return self._people.get(who)

    def watched(self, patch: dict[str, Any]) -> set[str]:
        """Those of the patch that somebody watches; costs what the smaller of both costs."""
        return patch.keys() & self._people.keys()

    def post(self, view: PeopleView, who: Iterable[str]) -> None:
        for one in who:
            person = self._people.get(one)
            if person is None:
                person = self._people[one] = WatchedPerson()
            person.views.add(view)

    def remove(self, view: PeopleView, who: Iterable[str]) -> None:
        for one in who:
            person = self._people.get(one)
            if person is not None:
                person.views.discard(view)
                if not person.views:
                    del self._people[one]

    def called(self, who: Iterable[str]) -> list[str]:
        """Those of these who are in somebody's list of friends."""
        return [one for one in who if (known := self._people.get(one)) and known.face is not None]

    def slices(self, who: Iterable[str] | None = None) -> Iterator[list[str]]:
        """All who are watched, or these, so many at a time."""
        names = iter(list(self._people if who is None else who))
        while some := list(islice(names, SLICE)):
            yield [one for one in some if one in self._people]
