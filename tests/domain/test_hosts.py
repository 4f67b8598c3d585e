"""Whom a host welcomes, and what its lists hold."""

from __future__ import annotations

from itertools import product

import pytest

from lobby.domain.errors import GuestNotWelcome, ListFull, OtherNotFound
from lobby.domain.hosts import LONGEST_LIST, BanTerms, Host

GUEST = "guest"
NOW = 1_000.0
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
        host.require_unbanned(GUEST, now=NOW)
        host.require_welcome(GUEST, named=case["named"], invited=case["invited"])
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
    host.ban(GUEST, now=NOW)
    host.ban(GUEST, now=NOW)
    assert (host.banlist, host.friends) == ([GUEST], [GUEST])


def test_only_the_listed_can_be_struck() -> None:
    host = Host(friends=["a"], banlist=["b"])
    with pytest.raises(OtherNotFound):
        host.unfriend("b")
    with pytest.raises(OtherNotFound):
        host.unban("a", now=NOW)
    host.unfriend("a")
    host.unban("b", now=NOW)
    assert (host.friends, host.banlist) == ([], [])


def test_a_full_list_takes_nobody_more_but_knows_those_it_has() -> None:
    everybody = [str(n) for n in range(LONGEST_LIST)]
    host = Host(friends=list(everybody), banlist=list(everybody))
    host.befriend("0")
    host.ban("0", now=NOW)
    with pytest.raises(ListFull):
        host.befriend("one more")
    with pytest.raises(ListFull):
        host.ban("one more", now=NOW)
    assert (host.friends, host.banlist) == (everybody, everybody)


def test_a_forgotten_account_is_on_no_list() -> None:
    host = Host(friends=["a", "b"], banlist=["c", "b"])
    host.forget("b")
    assert (host.friends, host.banlist) == (["a"], ["c"])


# Bans with a time


def test_a_ban_for_a_time_is_over_at_its_time_and_no_sooner() -> None:
    host = Host(only_friends=False)
    host.ban(GUEST, now=NOW, terms=BanTerms(NOW + 60, "loud"))
    assert host.bans(NOW + 59) == [GUEST]
    with pytest.raises(GuestNotWelcome):
        host.require_unbanned(GUEST, now=NOW + 59)
    host.require_unbanned(GUEST, now=NOW + 60)
    assert host.bans(NOW + 60) == []
    with pytest.raises(OtherNotFound):
        host.unban(GUEST, now=NOW + 60)


def test_of_several_bans_of_one_guest_the_newest_counts() -> None:
    host = Host()
    host.ban(GUEST, now=NOW)
    host.ban(GUEST, now=NOW, terms=BanTerms(NOW + 1))
    assert host.bans(NOW + 1) == []
    host.ban(GUEST, now=NOW)
    assert (host.bans(NOW + 9e9), host.ban_ends) == ([GUEST], None)


def test_what_has_run_out_makes_room_in_a_full_list() -> None:
    host = Host(banlist=[str(n) for n in range(LONGEST_LIST - 1)])
    host.ban("last", now=NOW, terms=BanTerms(NOW + 1))
    with pytest.raises(ListFull):
        host.ban(GUEST, now=NOW)
    host.ban(GUEST, now=NOW + 1)
    assert host.bans(NOW + 1)[-1] == GUEST
    assert "last" not in host.banlist


def test_the_bans_that_run_out_are_known_by_the_next() -> None:
    host = Host()
    host.ban("good", now=NOW, terms=BanTerms(reason="for good, and why"))
    host.ban("b", now=NOW, terms=BanTerms(NOW + 20))
    host.ban("a", now=NOW, terms=BanTerms(NOW + 10))
    assert host.ban_ends == NOW + 10
    assert [host.lapses_by(NOW + seconds) for seconds in (9, 10)] == [False, True]
    assert host.lapse(NOW + 10) == ["a"]
    assert host.ban_ends == NOW + 20
    host.unban("b", now=NOW)
    host.forget("good")
    assert host.banlist == [*host.ban_terms] == []
