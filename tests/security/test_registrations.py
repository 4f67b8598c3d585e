"""Registrations: accounts by the thousand from one customer's addresses, and asking for names until
one is found that exists.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import recorded
from tests.support.server_thread import serving

PASSWORD = "correct horse 9"
PER_ADDRESS, PER_SITE = 4, 10


@pytest.fixture
def http() -> Iterator[httpx2.Client]:
    with (
        serving(
            registrations_per_hour=PER_ADDRESS,
            registrations_per_site=PER_SITE,
            conflicts_per_hour=5,
            trusted_proxies=["127.0.0.1"],
        ) as served,
        recorded(served.url) as http,
    ):
        yield http


def host(http: httpx2.Client, address: str) -> httpx2.Response:
    return http.post("/hosts", headers={"X-Forwarded-For": address})


def user(http: httpx2.Client, address: str, name: str) -> httpx2.Response:
    form = {"username": name, "password": PASSWORD}
    return http.post("/users", data=form, headers={"X-Forwarded-For": address})


def statuses(count: int, register: Callable[[int], httpx2.Response]) -> Counter[int]:
    return Counter(register(n).status_code for n in range(count))


def test_a6_one_address_registers_so_many_and_of_ipv6_a_64_is_one_address(
    http: httpx2.Client,
) -> None:
    for spelt in ("203.0.113.9", "2001:db8:1:1::{:x}"):
        tried = Counter(host(http, spelt.format(n)).status_code for n in range(20))
        assert tried == {200: PER_ADDRESS, 429: 20 - PER_ADDRESS}
    refused = host(http, "203.0.113.9")
    assert refused.json()["message"].startswith("from this address come more than 4 registrations")
    assert int(refused.headers["Retry-After"]) > 1
    assert host(http, "203.0.113.10").status_code == 200


def test_a6_the_64s_of_one_48_register_so_many_together(http: httpx2.Client) -> None:
    tried = statuses(60, lambda n: host(http, f"2001:db8:2:{n:x}::1"))
    assert tried == {200: PER_SITE, 429: 60 - PER_SITE}
    refused = host(http, "2001:db8:2:ffff::1")
    assert refused.json()["message"].startswith("from this IPv6 /48 come more than 10")
    assert host(http, "2001:db8:3:1::1").status_code == 200, "another customer"
    for n in range(3):
        assert host(http, f"::ffff:203.0.113.{n}").status_code == 200, "IPv4, however it is spelt"


async def test_a6_anonymous_hellos_are_bounded_and_counted_apart_from_registrations(
    http: httpx2.Client,
) -> None:
    address = "2001:db8:5:1::1"
    for _ in range(PER_ADDRESS):
        client = await Client.connect(str(http.base_url), anonymous=True, **behind(address))
        await client.close()
    with pytest.raises(Refused, match="from this address come more than 4") as no:
        await Client.connect(str(http.base_url), anonymous=True, **behind(address))
    assert (no.value.code, no.value.retry_after is not None) == ("too_many", True)
    assert host(http, address).status_code == 200


def behind(address: str) -> dict[str, Any]:
    return {"additional_headers": {"X-Forwarded-For": address}}


def test_a6_asking_for_names_tells_few_of_those_that_exist(http: httpx2.Client) -> None:
    names = [f"taken{n}" for n in range(PER_ADDRESS)]
    for name in names:
        assert user(http, "198.51.100.1", name).status_code == 201
    tried = statuses(40, lambda n: user(http, f"2001:db8:4:{n:x}::1", names[n % PER_ADDRESS]))
    assert tried == {409: PER_SITE, 429: 40 - PER_SITE}
    alone = statuses(40, lambda n: user(http, "198.51.100.2", names[n % PER_ADDRESS]))
    assert alone == {409: PER_ADDRESS, 429: 40 - PER_ADDRESS}
