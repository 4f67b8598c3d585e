"""The condition `welcome`: whether joining would succeed, or would with the password.

The decision itself is the domain's (`lobby.domain.sessions.admission`); this is what of it can be
followed as sessions change, for one viewer, or as masks for all windows that ask it.
"""

from __future__ import annotations

from lobby.live_queries.rows import QueryRow, Viewer
from lobby.live_queries.schema import leader, seated


def is_welcome(row: QueryRow, viewer: Viewer) -> bool:
    facts, host, guest = row.facts, leader(row), viewer.uuid
    if guest in facts.excluded or guest in seated(row):
        return False
    if facts.bans_count and host in viewer.banned_by:
        return False
    return guest in facts.kept or (_has_room(row) and _level_lets(row, viewer, host))


def _has_room(row: QueryRow) -> bool:
    free: int = row.state["free"]
    return free > 0


def _level_lets(row: QueryRow, viewer: Viewer, host: str | None) -> bool:
    if not (viewer.named or row.state["nonames"]):
        return False
    if row.state["entry"] == "friends":
        named = viewer.named or not row.facts.host_decides
        return host is None or (named and host in viewer.named_by)
    return bool(row.state["entry"] == "open")


class WelcomeMasks:
    """The same for many windows at once: bit i is the window i."""

    def __init__(self) -> None:
        self.care = self.named = 0
        self.named_by: dict[str, int] = {}
        self.banned_by: dict[str, int] = {}
        self.viewers: dict[str, int] = {}

    def add(self, viewer: Viewer, bit: int) -> None:
        self.care |= bit
        self.named |= bit if viewer.named else 0
        self.viewers[viewer.uuid] = self.viewers.get(viewer.uuid, 0) | bit
        for host in viewer.named_by:
            self.named_by[host] = self.named_by.get(host, 0) | bit
        for host in viewer.banned_by:
            self.banned_by[host] = self.banned_by.get(host, 0) | bit

    def absorb(self, other: WelcomeMasks) -> None:
        self.care |= other.care
        self.named |= other.named
        for mine, theirs in zip(self._maps(), other._maps(), strict=True):
            for who, mask in theirs.items():
                mine[who] = mine.get(who, 0) | mask

    def sweep(self, alive: int) -> None:
        self.care &= alive
        self.named &= alive
        for masks in self._maps():
            for who in [who for who, mask in masks.items() if not mask & alive]:
                del masks[who]
            for who in masks:
                masks[who] &= alive

    def _maps(self) -> tuple[dict[str, int], ...]:
        return self.named_by, self.banned_by, self.viewers

    def failing(self, row: QueryRow) -> int:
        """The windows whose viewer is not welcome."""
        host = leader(row) or ""
        welcome = self._let_in_by_level(row, host) if _has_room(row) else 0
        for guest in row.facts.kept:
            welcome |= self.viewers.get(guest, 0)
        for guest in (*row.facts.excluded, *seated(row)):
            welcome &= ~self.viewers.get(guest, 0)
        if row.facts.bans_count:
            welcome &= ~self.banned_by.get(host, 0)
        return self.care & ~welcome

    def _let_in_by_level(self, row: QueryRow, host: str) -> int:
        match row.state["entry"]:
            case "open":
                let_in = self.care
            case "friends":
                named = self.named if row.facts.host_decides else self.care
                let_in = named & self.named_by.get(host, 0) if host else self.care
            case _:
                let_in = 0
        return let_in if row.state["nonames"] else let_in & self.named
