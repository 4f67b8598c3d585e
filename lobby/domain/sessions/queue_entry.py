"""Queue entry: what a session waits for, as it is shown while it does."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class QueueEntry:
    """Ids of the queues and of the profiles of their matches. `waited`: seconds that the party had
    waited before, as far as they counted."""

    queues: list[str] = field(default_factory=list)
    profiles: list[str] = field(default_factory=list)
    waited: float = 0.0
