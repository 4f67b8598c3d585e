"""What is kept beside the state of a topic of entries: when removed entries went, facts of each
entry that are never shown, and who follows the changes.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

KEPT_TOMBSTONES = 1_024
"""Tombstones of a topic: versions of removed entries, so that late news does not restore them."""

Follow = Callable[[Mapping[str, Any]], None]
"""Told of entries that are new, changed or, as None, gone."""


class Entries:
    """`facts`: by key. `follow`: told after each change; None: nobody follows."""

    def __init__(self, facts: Mapping[str, Any]) -> None:
        self.facts = dict(facts)
        self.follow: Follow | None = None
        self._tombstones: OrderedDict[str, int] = OrderedDict()

    def went(self, key: str) -> int:
        """At which version the entry was removed; 0: it was not, as far as is known."""
        return self._tombstones.get(key, 0)

    def bury(self, key: str, version: int) -> None:
        """Keep the version at which the entry was removed; the oldest tombstone goes."""
        self._tombstones[key] = version
        if len(self._tombstones) > KEPT_TOMBSTONES:
            self._tombstones.popitem(last=False)

    def note(self, news: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """These entries were put, with these facts, or removed (None)."""
        for key, entry in news.items() if self.facts or facts else ():
            if entry is None or key not in facts:
                self.facts.pop(key, None)
            else:
                self.facts[key] = facts[key]
        if self.follow is not None and news:
            self.follow(news)
