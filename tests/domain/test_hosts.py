"""Whom a host welcomes, and what its lists hold."""

from __future__ import annotations

from itertools import product

import pytest

from lobby.domain.errors import GuestNotWelcome, ListFull, OtherNotFound
from lobby.domain.hosts import LONGEST_LIST, Host

GUEST = "guest"
WORDS = ("banned", "friend", "named", "only_friends", "allow_nonames", "invited")


def expected(
    *,
    banned: bool,
    friend: bool,
    named: bool,
    only_friends: bool,
    allow_nonames: bool,
    invited: bool,
) -> bool:
    """The rule as a sentence: the ban first, then the invitation, then what the host has set."""
    if banned:
        return False
    return invited or ((named or allow_nonames) and (not only_friends or (friend and named)))


@pytest.mark.parametrize("values", list(product((False, True), repeat=len(WORDS))))
def test_who_is_welcome_follows_the_rule_in_every_combination(values: tuple[bool, ...]) -> None:
    case = dict(zip(WORDS, values, strict=True))
    host = Host(
        only_friends=case["only_friends"],
        allow_nonames=case["allow_nonames"],
        friends=[GUEST] if case["friend"] else ["somebody"],
        banlist=[GUEST] if case["banned"] else ["somebody"],
    )
    try:
        host.welcome(GUEST, named=case["named"], invited=case["invited"])
        welcome = True
    except GuestNotWelcome:
        welcome = False
    assert welcome is expected(**case)


def test_a_new_host_welcomes_named_friends_only() -> None:
    host = Host()
    assert (host.only_friends, host.allow_nonames) == (True, False)
    assert (host.friends, host.banlist) == ([], [])


def test_befriending_twice_lists_once() -> None:
    host = Host()
    host.befriend(GUEST)
    host.befriend(GUEST)
    assert host.friends == [GUEST]


def test_banning_twice_lists_once_and_unfriends_nobody() -> None:
    host = Host(friends=[GUEST])
    host.ban(GUEST)
    host.ban(GUEST)
    assert (host.banlist, host.friends) == ([GUEST], [GUEST])


def test_only_the_listed_can_be_struck() -> None:
    host = Host(friends=["a"], banlist=["b"])
    with pytest.raises(OtherNotFound):
        host.unfriend("b")
    with pytest.raises(OtherNotFound):
        host.unban("a")
    host.unfriend("a")
    host.unban("b")
    assert (host.friends, host.banlist) == ([], [])


def test_a_full_list_takes_nobody_more_but_knows_those_it_has() -> None:
    everybody = [str(n) for n in range(LONGEST_LIST)]
    host = Host(friends=list(everybody), banlist=list(everybody))
    host.befriend("0")
    host.ban("0")
    for add in (host.befriend, host.ban):
        with pytest.raises(ListFull):
            add("one more")
    assert (host.friends, host.banlist) == (everybody, everybody)


def test_a_forgotten_account_is_on_no_list() -> None:
    host = Host(friends=["a", "b"], banlist=["c", "b"])
    host.forget("b")
    assert (host.friends, host.banlist) == (["a"], ["c"])
