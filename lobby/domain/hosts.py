"""Host settings of an account: access control for its sessions by friends list and ban list."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lobby.domain.errors import GuestNotWelcome, ListFull, OtherNotFound

LONGEST_LIST = 1_000
"""Names in a host's list of friends, and in its ban list."""


@dataclass
class BanTerms:
    """`until` in Unix seconds; None: for good. `reason` is for the host alone."""

    until: float | None = None
    reason: str | None = None

    def in_force(self, now: float) -> bool:
        return self.until is None or now < self.until


@dataclass
class Host:
    """`banlist` holds whoever was banned, also for a time that has run out by now: `banned` and
    `bans` tell who is. `ban_terms`: of those bans that have a time or a reason."""

    only_friends: bool = True
    allow_nonames: bool = False
    friends: list[str] = field(default_factory=list)
    banlist: list[str] = field(default_factory=list)
    ban_terms: dict[str, BanTerms] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)

    def banned(self, guest: str, now: float) -> bool:
        """Whether a ban of this guest is in force."""
        terms = self.ban_terms.get(guest)
        return guest in self.banlist and (terms is None or terms.in_force(now))

    def bans(self, now: float) -> list[str]:
        """Whom a ban in force keeps out, in the order in which they were banned."""
        return [guest for guest in self.banlist if self.banned(guest, now)]

    def lapses_by(self, now: float) -> bool:
        """Whether a ban has run out by now."""
        ends = self.ban_ends
        return ends is not None and ends <= now

    @property
    def ban_ends(self) -> float | None:
        """When the next ban runs out; None: none does."""
        ends = (terms.until for terms in self.ban_terms.values() if terms.until is not None)
        return min(ends, default=None)

    def require_unbanned(self, guest: str, *, now: float) -> None:
        if self.banned(guest, now):
            raise GuestNotWelcome

    def require_welcome(self, guest: str, *, named: bool, invited: bool = False) -> None:
        """Raise GuestNotWelcome unless whoever is not banned may join; invitations override all."""
        if invited:
            return
        if not named and not self.allow_nonames:
            raise GuestNotWelcome
        if self.only_friends and (not named or guest not in self.friends):
            raise GuestNotWelcome

    def befriend(self, friend: str) -> None:
        _append(self.friends, friend)

    def unfriend(self, friend: str) -> None:
        _remove(self.friends, friend)

    def ban(self, guest: str, *, now: float, terms: BanTerms | None = None) -> None:
        """The newest word counts: without terms the ban is for good. Bans that have run out go
        first. Raises ListFull."""
        self.lapse(now)
        _append(self.banlist, guest)
        self.ban_terms.pop(guest, None)
        if terms is not None:
            self.ban_terms[guest] = terms

    def unban(self, guest: str, *, now: float) -> None:
        """Raises OtherNotFound where no ban is in force."""
        self.lapse(now)
        _remove(self.banlist, guest)
        self.ban_terms.pop(guest, None)

    def lapse(self, now: float) -> list[str]:
        """Remove the bans that have run out; whose they were."""
        over = [guest for guest in self.banlist if not self.banned(guest, now)]
        for guest in over:
            self.banlist.remove(guest)
            del self.ban_terms[guest]
        return over

    def forget(self, account: str) -> None:
        """Remove a deleted account from both lists."""
        self.friends = [friend for friend in self.friends if friend != account]
        self.banlist = [banned for banned in self.banlist if banned != account]
        self.ban_terms.pop(account, None)


def _append(names: list[str], name: str) -> None:
    if name in names:
        return
    if len(names) >= LONGEST_LIST:
        raise ListFull
    names.append(name)


def _remove(names: list[str], name: str) -> None:
    if name not in names:
        raise OtherNotFound
    names.remove(name)
