"""A host: whom an account welcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lobby.domain.errors import GuestNotWelcome, ListFull, OtherNotFound

LONGEST_LIST = 1_000


@dataclass
class Host:
    only_friends: bool = True
    allow_nonames: bool = False
    friends: list[str] = field(default_factory=list)
    banlist: list[str] = field(default_factory=list)
    attributes: dict[str, Any] = field(default_factory=dict)

    def welcome(self, guest: str, *, named: bool, invited: bool = False) -> None:
        """Return, or raise GuestNotWelcome. An invitation opens every door but the banned one's."""
        if guest in self.banlist:
            raise GuestNotWelcome
        if invited:
            return
        if not named and not self.allow_nonames:
            raise GuestNotWelcome
        if self.only_friends and (not named or guest not in self.friends):
            raise GuestNotWelcome

    def befriend(self, friend: str) -> None:
        _list(self.friends, friend)

    def unfriend(self, friend: str) -> None:
        _strike(self.friends, friend)

    def ban(self, guest: str) -> None:
        _list(self.banlist, guest)

    def unban(self, guest: str) -> None:
        _strike(self.banlist, guest)

    def forget(self, account: str) -> None:
        """The account is gone: neither friend nor banned any more."""
        self.friends = [friend for friend in self.friends if friend != account]
        self.banlist = [banned for banned in self.banlist if banned != account]


def _list(names: list[str], name: str) -> None:
    if name in names:
        return
    if len(names) >= LONGEST_LIST:
        raise ListFull
    names.append(name)


def _strike(names: list[str], name: str) -> None:
    if name not in names:
        raise OtherNotFound
    names.remove(name)
