"""Personal views: what those watchers of a document are sent from whom some of it is hidden.

All others share one view, encoded once. Whoever nothing is hidden from at the moment shares it,
too, until a flush shows something that is hidden from them. A personal view tells of what is
hidden as of what does not exist: it goes as if it had ended, and changes of it are no news.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from lobby.hub.audiences import AudienceView, View
from lobby.hub.fanout import Watcher
from lobby.hub.source import Hides, Known, State
from protocol import frames

KEPT_VIEWS = 64
"""Personal views of a topic that are kept while nobody watches, for who comes back (resync)."""
MOST_PARTED = 1_000
"""Accounts that have left the shared view of a topic, before its numbering begins anew."""


def nothing(key: str, entry: object) -> bool:
    return False


class PersonalView(View):
    """The shared view without what is hidden from one account, with a numbering of its own: the
    changes of what is hidden leave no gap. Nothing is encoded twice but what is news."""

    __slots__ = ("_hidden", "_hides", "_shared")

    def __init__(self, shared: AudienceView, hides: Hides, *, epoch: str, version: int) -> None:
        super().__init__(shared.topic, epoch, version)
        self._shared, self._hides = shared, hides
        self._hidden: set[str] = set()

    @classmethod
    def of(cls, shared: AudienceView, hides: Hides, *, epoch: str) -> PersonalView:
        """A new one, which shows nothing of what is hidden."""
        view = cls(shared, hides, epoch=epoch, version=shared.version)
        view._hidden = hidden_of(shared, hides)
        return view

    def state(self) -> bytes:
        shown = [key for key in self._shared.sent if key not in self._hidden]
        parts = [self._shared.part(key) for key in shown]
        return frames.state(self.topic, epoch=self.epoch, version=self.version, parts=parts)

    def follow(self) -> bytes | None:
        """The patch frame of what the shared view has just flushed; None where it shows nothing."""
        patch: State = {}
        sent, fresh = self._shared.sent, self._shared.fresh
        for key, change in self._shared.flushed.items():
            was = key in self._hidden
            if key in sent and self._hides(key, sent[key]):
                self._hidden.add(key)
                if not (was or key in fresh):
                    patch[key] = None
            elif was:
                self._hidden.discard(key)
                if key in sent:
                    patch[key] = sent[key]
            else:
                patch[key] = change
        if not patch:
            return None
        same = patch == self._shared.flushed
        return self._advance(self.version + 1, self._shared.flushed_json if same else patch)

    def hide(self, hides: Hides) -> bytes | None:
        """From now on this is hidden. What it hides more is gone, what it hides less has come."""
        self._hides, sent = hides, self._shared.sent
        before, self._hidden = self._hidden, hidden_of(self._shared, hides)
        patch: State = dict.fromkeys(self._hidden - before)
        patch |= {key: sent[key] for key in before - self._hidden if key in sent}
        return self._advance(self.version + 1, patch) if patch else None


def hidden_of(shared: AudienceView, hides: Hides) -> set[str]:
    return {key for key, entry in shared.sent.items() if hides(key, entry)}


class Sending(NamedTuple):
    """A frame for these watchers, who have what is `known`; None: it is a whole state."""

    known: Known | None
    frame: bytes
    watchers: Collection[Watcher]


class PersonalViews:
    """The personal views of one topic, by account. `watchers`: of the topic, with the view of each.

    Whoever has once left the shared view does not come back to it in the same epoch: what they know
    of that epoch is no longer numbered as the shared view is. `epoch` makes a new one.
    """

    def __init__(
        self,
        shared: AudienceView,
        watchers: dict[Watcher, View],
        *,
        epoch: Callable[[], str],
    ) -> None:
        self._shared, self._watchers, self._epoch = shared, watchers, epoch
        self._views: OrderedDict[str, PersonalView] = OrderedDict()
        self._hides: dict[str, Hides] = {}
        self._sockets: dict[str, set[Watcher]] = {}
        self._parted: set[str] = set()

    @property
    def accounts(self) -> list[str]:
        """Those who watch, and from whom something is hidden, or may be."""
        return [*self._sockets]

    def enter(self, watcher: Watcher, hides: Hides | None) -> PersonalView | None:
        """The view of this watcher; None: the shared one."""
        account = watcher.identity
        view = self._views.get(account)
        if view is None:
            hidden = hides is not None and bool(hidden_of(self._shared, hides))
            if hidden or account in self._parted:
                view = PersonalView.of(self._shared, hides or nothing, epoch=self._epoch())
                self._views[account] = view
        elif account not in self._sockets:
            view.hide(hides or nothing)
        self._note(account, hides)
        if view is not None or hides is not None:
            self._sockets.setdefault(account, set()).add(watcher)
        return view

    def leave(self, watcher: Watcher) -> None:
        account = watcher.identity
        sockets = self._sockets.get(account, set())
        sockets.discard(watcher)
        if sockets or account not in self._sockets:
            return
        del self._sockets[account]
        self._hides.pop(account, None)
        if account in self._views:
            self._views.move_to_end(account)
            unwatched = [one for one in self._views if one not in self._sockets]
            for one in unwatched[: max(0, len(unwatched) - KEPT_VIEWS)]:
                del self._views[one]

    def look(self, account: str, sockets: Iterable[Watcher], hides: Hides | None) -> list[Sending]:
        """This is hidden from the account by now. `sockets`: all of it that watch."""
        self._note(account, hides)
        view = self._views.get(account)
        if view is None and hides is not None and hidden_of(self._shared, hides):
            view = self._part(account, version=self._shared.version)
        if view is not None or hides is not None:
            self._sockets[account] = set(sockets)
        else:
            self._sockets.pop(account, None)
        if view is None:
            return []
        known = Known(view.epoch, view.version)
        frame = view.hide(hides or nothing)
        self._show(account, view)
        return [Sending(known, frame, self._sockets[account])] if frame else []

    def forget_kept(self) -> None:
        """Nobody watches, and more has changed than is kept for whoever comes back."""
        self._views.clear()

    def follow(self, version: int) -> Iterator[Sending]:
        """What the shared view has just flushed, to whoever does not share it. `version`: at which
        its watchers stand; those from whom it hides something for the first time leave it."""
        if not (self._hides or self._views):
            return
        sent = self._shared.sent
        flushed = [key for key in self._shared.flushed if key in sent]
        for account in self._hides.keys() - self._views.keys():
            if any(self._hides[account](key, sent[key]) for key in flushed):
                self._show(account, self._part(account, version=version))
        for account, view in self._views.items():
            known = Known(view.epoch, view.version)
            if frame := view.follow():
                yield Sending(known, frame, self._sockets.get(account, ()))

    def _note(self, account: str, hides: Hides | None) -> None:
        self._hides.pop(account, None)
        if hides is not None:
            self._hides[account] = hides

    def _show(self, account: str, view: PersonalView) -> None:
        self._watchers.update(dict.fromkeys(self._sockets[account], view))

    def _part(self, account: str, *, version: int) -> PersonalView:
        """Leave the shared view, at this version, up to which nothing was hidden."""
        hides, epoch = self._hides[account], self._shared.epoch
        view = self._views[account] = PersonalView(
            self._shared, hides, epoch=epoch, version=version
        )
        self._parted.add(account)
        if len(self._parted) >= MOST_PARTED:
            self._parted.clear()
            self._shared.renumber(self._epoch())
        return view
