"""X-Forwarded-For: what a client writes into it moves nobody out of their limit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import httpx2
import pytest

from tests.support.raw_websocket import RawWebsocket
from tests.support.server_thread import Served, serving

FORMS: dict[str, list[str]] = {
    "an address": ["6.6.6.6"],
    "several": ["6.6.6.6, 7.7.7.7,8.8.8.8"],
    "several lines": ["6.6.6.6", "7.7.7.7"],
    "loopback": ["127.0.0.9"],
    "IPv6": ["2001:db8:6::6"],
    "IPv6 with brackets and port": ["[2001:db8:6::6]:443"],
    "IPv4 in IPv6": ["::ffff:6.6.6.6"],
    "with a port": ["6.6.6.6:80"],
    "in quotes": ['"6.6.6.6"'],
    "a name": ["unknown, _hidden"],
    "as Forwarded has it": ["for=6.6.6.6;proto=https"],
    "empty": ["", ",,,"],
    "an endless list": [", ".join(["6.6.6.6"] * 500)],
}
PROXY, REAL = "127.0.0.0/8", "198.51.100.7"


def lines(form: list[str]) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", value) for value in form]


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Where no proxy is named. Its limits are those of one address, and used up."""
    with serving(registrations_per_hour=1, connections_per_address=1) as served:
        assert httpx2.post(f"{served.url}/hosts", trust_env=False).status_code == 200
        inside = RawWebsocket(int(served.url.rpartition(":")[2]))
        with closing(inside.socket):
            inside.send_handshake("/ws", subprotocol="lobby.v1")
            assert b" 101 " in inside.read_handshake()
            yield served


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_h1_no_form_of_the_header_is_believed_of_a_client(form: list[str], served: Served) -> None:
    answer = httpx2.post(f"{served.url}/hosts", headers=lines(form), trust_env=False)
    assert answer.status_code == 429
    one = RawWebsocket(int(served.url.rpartition(":")[2]))
    with closing(one.socket):
        more = "".join(f"{name}: {value}\r\n" for name, value in lines(form))
        one.send_handshake("/ws", subprotocol="lobby.v1", more=more)
        assert b" 429 " in one.read_handshake()


@pytest.fixture(scope="module")
def behind() -> Iterator[Served]:
    with serving(registrations_per_hour=1, trusted_proxies=[PROXY]) as served:
        headers = lines([REAL])
        assert httpx2.post(f"{served.url}/hosts", headers=headers, trust_env=False).is_success
        yield served


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_h1_behind_a_proxy_the_address_that_it_added_counts(
    form: list[str], behind: Served
) -> None:
    for headers in (lines([*form, REAL]), lines([*form[:-1], f"{form[-1]}, {REAL}"])):
        answer = httpx2.post(f"{behind.url}/hosts", headers=headers, trust_env=False)
        assert answer.status_code == 429
