"""Addresses: whose a limit counts, and who gives something up where there is too much."""

from __future__ import annotations

import pytest

from lobby.addresses import Queues, Shares, limit_key, networks, parse


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("64:ff9b::192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:8000", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ],
)
def test_a_limit_counts_an_address_and_of_ipv6_the_64_of_one_customer(
    address: str, key: str
) -> None:
    assert limit_key(parse(address)) == key


def test_around_a_64_there_are_networks_that_may_have_more_and_around_others_none() -> None:
    assert networks("2001:db8:1:2::/64") == (
        ("2001:db8:1:2::/64", 1),
        ("2001:db8:1::/56", 2),
        ("2001:db8:1::/48", 4),
    )
    for key in ("192.0.2.7", "::1", "local"):
        assert networks(key) == ((key, 1),)


def full_after(shares: Shares, nets: list[str], limit: int) -> int:
    """How many sockets of these networks, in turn, it takes to fill one of them."""
    taken = 0
    while True:
        free = [net for net in nets if not shares.full(net)]
        if not free or taken >= limit:
            return taken
        shares.add(free[taken % len(free)])
        taken += 1


@pytest.mark.parametrize(
    ("nets", "most"),
    [
        (["2001:db8:1:1::/64"], 50),
        ([f"2001:db8:1:{n:x}::/64" for n in range(256)], 100),  # one /56
        ([f"2001:db8:1:{n << 8:x}::/64" for n in range(256)], 200),  # one /48, a /64 of each /56
        ([f"198.51.100.{n}" for n in range(10)], 500),
    ],
)
def test_who_has_many_networks_has_not_as_many_shares(nets: list[str], most: int) -> None:
    assert full_after(Shares(50), nets, 10_000) == most


def test_what_is_given_back_can_be_taken_again() -> None:
    shares = Shares(1)
    for net in ("2001:db8:1:1::/64", "192.0.2.7"):
        shares.add(net)
        assert shares.full(net)
        shares.remove(net)
        assert not shares.full(net)


def test_the_network_with_most_gives_up_its_oldest_and_not_for_one_of_its_own() -> None:
    queues: Queues[str] = Queues()
    queues.add("192.0.2.1", "first of all")
    for n in range(3):  # three customers' networks to the limits, one owner's to this
        queues.add(f"2001:db8:1:{n:x}::/64", f"many {n}")
    assert queues.oldest() == queues.oldest(newcomer="192.0.2.2") == "many 0"
    assert queues.oldest(newcomer="2001:db8:1:ff::/64") is None
    queues.discard("2001:db8:1:0::/64", "many 0")
    queues.discard("2001:db8:1:1::/64", "many 1")
    assert queues.oldest(newcomer="2001:db8:1:ff::/64") is None
    assert queues.oldest(newcomer="198.51.100.1") == "first of all"
    assert (queues.of("2001:db8:1:ff::/64"), queues.of("192.0.2.9")) == (1, 0)


def test_where_there_is_nothing_nobody_makes_room() -> None:
    assert Queues[str]().oldest(newcomer="192.0.2.1") is None
