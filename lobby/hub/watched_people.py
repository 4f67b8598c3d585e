"""Watched people: whoever somebody here watches, and the views that show them (postings).

What is kept grows with what is watched in this process, not with everybody who is online.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from lobby.hub.people_source import Face
from lobby.hub.source import State

if TYPE_CHECKING:
    from lobby.hub.people_views import PeopleView

SLICE = 500
"""People who are read at once."""
NOTHING: State = {}
"""What is shown of somebody who is not: one object, so that nothing is compared twice."""


class WatchedPerson:
    """One of them. `presence`: what the roster shows, None where they are not shown. `heard` counts
    what was heard of it: a read that began before is old. `face` is read for lists of friends."""

    __slots__ = ("_listed", "face", "heard", "presence", "views")

    def __init__(self) -> None:
        self.presence: State | None = None
        self.face: Face | None = None
        self.heard = 0
        self.views: set[PeopleView] = set()
        self._listed: State | None = None

    def show(self, presence: State | None) -> bool:
        """Whether it is another."""
        changed = presence != self.presence
        if changed:
            self.presence, self._listed = presence, None
        return changed

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
