"""Backpressure: what slow watchers were not sent, and how to resend it once they read again.

No frame is kept, only from where each topic is to be resent.
"""

from __future__ import annotations

from collections.abc import Callable

from lobby.hub.fanout import Watcher

Resend = Callable[[Watcher], object]
"""Sends a watcher what follows the last that it was sent of one topic."""


class Skipped:
    """What was skipped, by watcher and topic; the topic that has waited longest comes first."""

    def __init__(self) -> None:
        self._waiting: dict[Watcher, dict[str, Resend]] = {}

    def note(self, watcher: Watcher, *, topic: str, resend: Resend) -> None:
        """Keep the first that is skipped: resending from there includes what is skipped later."""
        self._waiting.setdefault(watcher, {}).setdefault(topic, resend)

    def waits(self, watcher: Watcher, topic: str) -> bool:
        """Whether the watcher lacks something of the topic."""
        return topic in self._waiting.get(watcher, {})

    def drop(self, watcher: Watcher, topic: str) -> None:
        waiting = self._waiting.get(watcher, {})
        waiting.pop(topic, None)
        if not waiting:
            self._waiting.pop(watcher, None)

    def resend(self, watcher: Watcher) -> None:
        """Resend topic by topic, until the watcher falls behind again."""
        while not watcher.behind and (waiting := self._waiting.get(watcher)):
            topic, resend = next(iter(waiting.items()))
            self.drop(watcher, topic)
            resend(watcher)
