"""Connections of one process: whose place goes first, and what proxies may have."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from functools import partial

import pytest

from lobby.config import Settings
from lobby.process.connections import RESERVE, Connections, Place

LIMIT = 1_024
FULL = LIMIT - RESERVE


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (LIMIT, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def connections(*, strangers: int = 0, **settings: object) -> Connections:
    left = list(range(strangers))
    chosen = Settings(**settings)  # type: ignore[arg-type]
    return Connections(chosen, free_descriptor=lambda _: bool(left) and left.pop() >= 0)


def entered(made: Connections, address: str, *, descriptor: int = 30) -> Place:
    place = made.enter((address, 1), descriptor=descriptor)
    assert place is not None
    return place


async def test_what_waits_is_cut_off_and_what_works_is_not() -> None:
    made, cut = connections(), list[str]()
    working, idle, newer = (entered(made, f"192.0.2.{n}") for n in range(3))
    working.wait(lambda: cut.append("working"))
    working.work()
    idle.wait(lambda: cut.append("idle"))
    newer.wait(lambda: cut.append("newer"))
    for expected in (["idle"], ["idle", "newer"]):
        assert made.enter(("198.51.100.1", 1), descriptor=FULL)
        assert cut == expected
    assert made.enter(("198.51.100.1", 1), descriptor=FULL) is None


async def test_of_the_network_where_most_wait_nobody_comes_and_nobody_has_to_go_for_them() -> None:
    made, cut = connections(strangers=1), list[int]()
    for n in range(20):
        entered(made, f"2001:db8:1:{n:x}::1").wait(partial(cut.append, n))
    assert made.enter(("2001:db8:1:ff::1", 1), descriptor=FULL) is None
    assert not cut
    assert made.enter(("2001:db8:2::1", 1), descriptor=FULL)
    assert cut == [0]


async def test_where_nothing_waits_sockets_that_are_nobodys_go_and_then_nobody_comes() -> None:
    made = connections(strangers=2)
    assert [bool(made.enter(("192.0.2.1", 1), descriptor=FULL)) for _ in range(3)] == [
        True,
        True,
        False,
    ]


async def test_the_reserve_is_kept_however_descriptors_are_numbered() -> None:
    made = connections(tcp_connections_per_address=10**6)
    assert all(made.enter(("192.0.2.1", 1), descriptor=30) for _ in range(FULL))
    assert made.enter(("192.0.2.1", 1), descriptor=30) is None
    made.make_room()
    resource.setrlimit(
        resource.RLIMIT_NOFILE, (2 * LIMIT, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    )
    assert made.enter(("192.0.2.1", 1), descriptor=30)


async def test_a_trusted_proxy_and_a_unix_socket_may_have_half_of_the_reserve_too() -> None:
    made = connections(tcp_connections_per_address=1, trusted_proxies="10.0.0.0/8")
    for peer in (("10.0.0.1", 1), ("::ffff:10.0.0.1", 1, 0, 0), "", "@abstract"):
        assert made.enter(peer, descriptor=FULL + RESERVE // 2 - 1)
        assert made.enter(peer, descriptor=30)
        assert made.enter(peer, descriptor=FULL + RESERVE // 2) is None
    assert made.enter(("192.0.2.1", 1), descriptor=FULL) is None


@pytest.mark.parametrize(
    ("addresses", "most"),
    [
        (["192.0.2.7", "::ffff:192.0.2.7"], 5),
        (["::1"], 5),
        ([f"2001:db8:1:2::{n:x}" for n in range(99)], 5),
        ([f"2001:db8:1:{n:x}::1" for n in range(99)], 10),
        ([f"2001:db8:1:{n << 8:x}::1" for n in range(99)], 20),
    ],
)
async def test_an_address_has_its_share_and_a_place_that_is_left_is_free(
    addresses: list[str], most: int
) -> None:
    made = connections(tcp_connections_per_address=5)
    places = [made.enter((address, 1), descriptor=30) for address in addresses * (most + 1)]
    within = [place for place in places if place and not place.refusal]
    assert len(within) == most
    assert any(place and place.refusal for place in places)
    for place in (*within, *within):
        place.leave()
    assert not entered(made, addresses[0]).refusal
