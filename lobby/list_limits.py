"""Limits of long lists: how many of them one account and one address are sent at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from lobby.config import Settings
from lobby.domain.errors import TooMany

RETRY_SECONDS = 5.0
"""When to ask again for a list that was one too many."""


class ListLimits:
    """Counts the lists that this process sends."""

    def __init__(self, settings: Settings) -> None:
        self._most = {
            "account": settings.lists_per_account,
            "address": settings.lists_per_address,
        }
        self._sent: Counter[tuple[str, str]] = Counter()

    def take(self, *, account: str, address: str) -> Callable[[], None]:
        """Count one more, or raise TooMany; returns what to call at its end. `account` is empty for
        a caller without one."""
        keys = [("address", address)] + [("account", account)] * bool(account)
        for scope, who in keys:
            if self._sent[scope, who] >= self._most[scope]:
                raise TooMany(
                    f"this {scope} is being sent {self._most[scope]} long lists already, which is"
                    " the most at once; read one to its end first",
                    retry_after=RETRY_SECONDS,
                )
        self._sent.update(keys)

        def release() -> None:
            self._sent.subtract(keys)
            for key in keys:
                if not self._sent[key]:
                    del self._sent[key]

        return release
