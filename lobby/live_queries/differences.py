"""Differences between two moments of an entry, encoded once for all windows that show it."""

from __future__ import annotations

from lobby.live_queries.rows import QueryRow
from protocol.codec import encode_member
from protocol.merge_patch import merge_patch

KEPT_SECONDS = 0.5
"""How long an encoded difference is kept: twice as long as windows wait between two frames."""


class Differences:
    """By the rows before and after, which are compared by identity."""

    def __init__(self) -> None:
        self._encoded: dict[tuple[QueryRow, QueryRow], bytes] = {}
        self._begun = 0.0

    def begin(self, now: float) -> None:
        """Another turn: what is old is forgotten."""
        if now >= self._begun + KEPT_SECONDS:
            self._encoded.clear()
            self._begun = now

    def member(self, before: QueryRow, after: QueryRow) -> bytes:
        """The member of a merge patch that turns one into the other; empty: they are the same."""
        found = self._encoded.get((before, after))
        if found is None:
            patch = merge_patch(before.state, after.state)
            found = self._encoded[before, after] = encode_member(after.id, patch) if patch else b""
        return found
