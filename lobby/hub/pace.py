"""The pace of documents: how long changes are gathered, and how often each entry of a collection is
sent again.

One entry may be changed as often as its owner likes, and is sent to everybody. Its first change is
sent at once, those that follow soon after it later, as one: its watchers always get the newest in
the end, and other entries do not wait for it. What is gone is said at once: that costs little.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice

from lobby.hub.audiences import AudienceView

ENTRY_SECONDS = 0.25
"""Between two patches of one entry of a collection, such as a listed session."""
MOST_ENTRIES = 200
"""Of a collection, in one patch: it is made in one turn of the loop."""
COALESCING_STEPS = ((100, 0.02), (1_000, 0.05))
"""Up to so many watchers of a topic, changes are coalesced for so many seconds."""
LONGEST_COALESCING_SECONDS = 0.1
"""How long changes are coalesced for more watchers than that."""
UNWATCHED_COALESCING_SECONDS = 1.0
"""How long where nobody watches, as of a list that only answers questions."""


def coalescing_seconds(watchers: int) -> float:
    """How long changes of a document are gathered for so many watchers."""
    if not watchers:
        return UNWATCHED_COALESCING_SECONDS
    steps = (seconds for most, seconds in COALESCING_STEPS if watchers <= most)
    return next(steps, LONGEST_COALESCING_SECONDS)


class EntryPace:
    """When each entry was last sent, as far back as that matters."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, float] = OrderedDict()

    def hold(self, view: AudienceView, *, now: float) -> float | None:
        """Have the next flush leave out the entries that were sent too recently, and those that are
        too many for one turn of the loop. When to flush again; None: nothing is left out."""
        held = self.held(view.changed, now=now)
        sent = view.changed - held
        late = set(islice(sent, MOST_ENTRIES, None))
        view.hold(held | late)
        self.sent(sent - late, now=now)
        if late:
            return now
        return self.due(held) if held else None

    def held(self, keys: Iterable[str], *, now: float) -> set[str]:
        """Those that were sent too recently to be sent again."""
        while self._sent and next(iter(self._sent.values())) + ENTRY_SECONDS <= now:
            self._sent.popitem(last=False)
        return {key for key in keys if key in self._sent}

    def sent(self, keys: Iterable[str], *, now: float) -> None:
        for key in keys:
            self._sent[key] = now
            self._sent.move_to_end(key)

    def due(self, held: Iterable[str]) -> float:
        """When the first of them may be sent."""
        return min(self._sent[key] for key in held) + ENTRY_SECONDS
