"""Bans, as far as they meet a list: whose entries are hidden from those who watch it here.

A ban matters once its host has an entry in the list. Until then whoever is banned shares windows
with everybody; then they get windows of their own, and keep them while the ban lasts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable


class MetBans:
    """`watch` says by whom a viewer is banned; `take_moved`, who needs other windows since.
    `is_listed`: whether a host has an entry, where the list itself can tell; else their entries are
    counted, by `listed` and `unlisted`. There hosts are people who come and go: with the first of
    them who is listed all others count, so that no window is learned for each."""

    def __init__(self, is_listed: Callable[[str], bool] | None = None) -> None:
        self._listed: Counter[str] = Counter()
        self._all_at_once = is_listed is not None
        self._is_listed = is_listed or (lambda host: self._listed[host] > 0)
        self._banned_by: dict[str, frozenset[str]] = {}
        self._viewers: dict[str, set[str]] = {}
        self._hidden: dict[str, frozenset[str]] = {}
        self._moved: set[str] = set()

    def watch(self, viewer: str, banned_by: frozenset[str]) -> None:
        """Set or replace by which hosts the viewer is banned."""
        before = self.hidden(viewer)
        self._unlink(viewer)
        for host in banned_by:
            self._viewers.setdefault(host, set()).add(viewer)
        if banned_by:
            self._banned_by[viewer] = banned_by
        after = frozenset(h for h in banned_by if h in before or self._is_listed(h))
        after = banned_by if after and self._all_at_once else after
        self._set(viewer, before, after)

    def forget(self, viewer: str) -> None:
        """The viewer has no window here any more."""
        self._unlink(viewer)
        self._hidden.pop(viewer, None)
        self._moved.discard(viewer)

    def hidden(self, viewer: str) -> frozenset[str]:
        """The hosts that have banned the viewer and have, or had, an entry."""
        return self._hidden.get(viewer, frozenset())

    def take_moved(self) -> set[str]:
        """Those whose `hidden` is another than at the last call."""
        moved, self._moved = self._moved, set()
        return moved

    def listed(self, host: str) -> None:
        """The host has one more entry."""
        self._listed[host] += 1
        self.came(host)

    def came(self, host: str) -> None:
        """The host has an entry by now."""
        for viewer in self._viewers.get(host, ()):
            before = self.hidden(viewer)
            after = self._banned_by[viewer] if self._all_at_once else before | {host}
            self._set(viewer, before, after)

    def unlisted(self, host: str) -> None:
        self._listed[host] -= 1
        if not self._listed[host]:
            del self._listed[host]

    def _set(self, viewer: str, before: frozenset[str], after: frozenset[str]) -> None:
        if after:
            self._hidden[viewer] = after
        else:
            self._hidden.pop(viewer, None)
        if before != after:
            self._moved.add(viewer)

    def _unlink(self, viewer: str) -> None:
        for host in self._banned_by.pop(viewer, frozenset()):
            self._viewers[host].discard(viewer)
            if not self._viewers[host]:
                del self._viewers[host]
