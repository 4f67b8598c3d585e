"""Handovers: what a window has sent, so that another can go on from there under the same numbers.

Whoever is moved to another window, since a ban hides something from them now, is sent a patch of
what differs, as of any change; where nothing differs, nothing. A `state` would tell of the ban.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lobby.live_queries.rows import QueryRow
from protocol.merge_patch import merge_patch


class Sent(NamedTuple):
    """What those who follow a window have: its version, the total, and the entries by id."""

    version: int
    total: int
    rows: dict[str, QueryRow]

    def patch_to(self, now: Sent, entries: str) -> dict[str, Any]:
        """The merge patch to what another window has sent; empty: both show the same."""
        changes: dict[str, Any] = {}
        for id in self.rows.keys() - now.rows.keys():
            changes[id] = None
        for id, row in now.rows.items():
            before = self.rows.get(id)
            if before is None:
                changes[id] = row.state
            elif before is not row and (patch := merge_patch(before.state, row.state)):
                changes[id] = patch
        total = {"total": now.total} if now.total != self.total else {}
        return total | ({entries: changes} if changes else {})
