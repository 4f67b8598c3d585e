"""Connections: a flood of them, whatever it sends or holds back, leaves the others their share."""

from __future__ import annotations

import json
import resource
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection, HTTPResponse

import psutil
import pytest
from websockets.exceptions import InvalidStatus

from tests.support.channel_client import Client
from tests.support.herd import room_for
from tests.support.people import new_user
from tests.support.processes import LobbyProcess
from tests.support.raw_websocket import TEXT, RawWebsocket, frame
from tests.support.services import LOOPBACK
from tests.support.waiting import TIMEOUT, block_until, soon

OTHER = "127.0.0.2"
CROWDED = "127.0.0.3"
DESCRIPTORS = 1_024
"""What most systems allow a process."""
HALF = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nX-Pad: "


@contextmanager
def half_sent(port: int, many: int, *addresses: str) -> Iterator[list[socket.socket]]:
    """So many connections, of these addresses in turn, whose headers never end."""
    room_for(many)
    with ExitStack() as opened:
        sockets: list[socket.socket] = []
        for n in range(many):
            one = opened.enter_context(socket.socket())
            one.settimeout(TIMEOUT)
            one.bind((addresses[n % len(addresses)], 0))
            try:
                one.connect((LOOPBACK, port))
                one.send(HALF)
            except OSError:
                pass  # it was refused at once
            sockets.append(one)
        yield sockets


def served(port: int, address: str, many: int = 50) -> Counter[object]:
    """What becomes of so many requests of this address, each on a connection of its own."""
    found: Counter[object] = Counter()
    for _ in range(many):
        http = HTTPConnection(LOOPBACK, port, timeout=TIMEOUT, source_address=(address, 0))
        try:
            http.request("GET", "/health/live")
            found[http.getresponse().status] += 1
        except OSError as lost:
            found[type(lost).__name__] += 1
        finally:
            http.close()
    return found


@pytest.fixture
def small(own_lobby: LobbyProcess) -> LobbyProcess:
    """A process with the default limit of connections, and few descriptors."""
    return started(own_lobby, tcp_connections_per_address=200)


def started(lobby: LobbyProcess, **settings: object) -> LobbyProcess:
    lobby.settings |= {f"LOBBY_{name.upper()}": str(value) for name, value in settings.items()}
    lobby.start()
    resource.prlimit(lobby.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
    return lobby


def test_d1_half_sent_headers_of_one_address_leave_all_others_served(small: LobbyProcess) -> None:
    with half_sent(small.port, 2_100, LOOPBACK):
        assert served(small.port, OTHER) == {200: 50}


def test_d1_half_sent_headers_of_many_addresses_leave_all_others_served(
    small: LobbyProcess,
) -> None:
    # None has more than it may; together they have more than there are descriptors.
    many = [f"127.0.3.{n}" for n in range(1, 21)]
    with half_sent(small.port, 2_100, *many):
        assert served(small.port, OTHER) == {200: 50}
        assert psutil.Process(small.pid).num_fds() < DESCRIPTORS
    assert "descriptors_low" in small.log


def test_d1_idle_connections_make_room_for_who_has_a_request(small: LobbyProcess) -> None:
    many = 1_100
    room_for(many)
    with ExitStack() as opened:
        for n in range(many):
            address = f"127.1.{n // 250}.{n % 250 + 1}"
            idle = HTTPConnection(LOOPBACK, small.port, source_address=(address, 0))
            opened.callback(idle.close)
            idle.request("GET", "/health/live")
            assert idle.getresponse().read()


def asked(port: int, **headers: str) -> HTTPResponse:
    http = HTTPConnection(LOOPBACK, port, timeout=TIMEOUT, source_address=(CROWDED, 0))
    http.request("GET", "/users", headers=headers)
    answer = http.getresponse()
    answer.read()
    http.close()
    return answer


async def test_d1_an_address_with_all_it_may_have_is_told_429_until_one_is_closed(
    own_lobby: LobbyProcess,
) -> None:
    lobby = started(own_lobby, tcp_connections_per_address=20)
    with half_sent(lobby.port, 20, CROWDED) as held:
        refused = asked(lobby.port)
        assert (refused.status, refused.headers["connection"]) == (429, "close")
        assert int(refused.headers["retry-after"]) > 0
        # 1. The channel says it in words of its own.
        with pytest.raises(InvalidStatus) as native:
            await Client.connect(lobby.url, local_addr=(CROWDED, 0))
        assert native.value.response.status_code == 429
        assert native.value.response.headers["Retry-After"] == "10"
        assert json.loads(native.value.response.body or b"")["code"] == "too_many"
        browser = await Client.connect(
            lobby.url, hello=False, origin=lobby.url, local_addr=(CROWDED, 0)
        )
        await browser.until_closed(soon())
        assert (browser.closed, browser.frames[0]["code"]) == (4029, "too_many")
        assert browser.frames[0]["retry_after"] == 10
        # 2. Others are not meant, and they are served again once one has gone.
        assert served(lobby.port, OTHER, 30) == {200: 30}
        held[0].close()
        block_until(lambda: asked(lobby.port).status == 401)
    assert lobby.log.count("connections_refused") == 1


def test_d1_refusals_are_few_where_many_come_and_the_others_are_closed(
    own_lobby: LobbyProcess,
) -> None:
    lobby = started(own_lobby, tcp_connections_per_address=1)
    with half_sent(lobby.port, 1, CROWDED):
        found = served(lobby.port, CROWDED, 300)
    assert 50 <= found[429] < 250
    assert not found[200]


def test_d1_a_trusted_proxy_has_no_bound_and_one_that_nobody_named_is_hinted_at(
    own_lobby: LobbyProcess,
) -> None:
    lobby = started(own_lobby, tcp_connections_per_address=5, trusted_proxies=f"{OTHER}/32")
    with half_sent(lobby.port, 40, OTHER):
        assert served(lobby.port, OTHER, 40) == {200: 40}
    with half_sent(lobby.port, 5, CROWDED):
        assert asked(lobby.port).status == 429
        assert "proxy_not_named" not in lobby.log
        for n in range(3):
            assert asked(lobby.port, **{"X-Forwarded-For": f"198.51.100.{n}"}).status == 429
    said = [line for line in lobby.log.splitlines() if "proxy_not_named" in line]
    assert len(said) == 1
    assert "LOBBY_TRUSTED_PROXIES" in said[0]


FULL = 20
SPECTATOR = b'{"type":"hello","id":"hello"}'


async def heard(client: Client) -> tuple[int | None, str]:
    """The close code, and of the refusal before it."""
    await client.until_closed(soon())
    return client.closed, client.frames[-1].get("code", "")


async def test_d1_spectators_make_room_for_who_has_an_account_the_oldest_first(
    own_lobby: LobbyProcess,
) -> None:
    lobby = started(own_lobby, connections=FULL)
    user = await new_user(lobby.url)
    crowd = [await Client.connect(lobby.url, local_addr=(CROWDED, 0)) for _ in range(FULL - 1)]
    other = await Client.connect(lobby.url, local_addr=(OTHER, 0))
    # 1. A spectator more of those who are many is turned away; a token that is wrong, too.
    with pytest.raises(InvalidStatus) as full:
        await Client.connect(lobby.url, local_addr=(CROWDED, 0))
    assert full.value.response.status_code == 503
    assert full.value.response.headers["Retry-After"] == "5"
    forged = {"Authorization": "Bearer forged"}
    with pytest.raises(InvalidStatus) as wrong:
        await Client.connect(lobby.url, hello=False, additional_headers=forged)
    assert wrong.value.response.status_code == 401
    assert [client.closed for client in (*crowd, other)] == [None] * FULL
    # 2. Somebody with an account comes in, by the header and by hello; the many make room.
    native = await Client.connect(lobby.url, hello=False, additional_headers=user.headers)
    assert await heard(crowd[0]) == (1013, "unavailable")
    assert crowd[0].frames[-1]["retry_after"] == 5
    browser = await Client.connect(lobby.url, user.token, origin=lobby.url)
    assert await heard(crowd[1]) == (1013, "unavailable")
    for client in (native, browser, other):
        assert await client.command("ping") is not None
        assert client.closed is None
    for client in (native, browser, other, *crowd):
        await client.close()


async def test_d1_where_everybody_has_an_account_nobody_has_to_go(own_lobby: LobbyProcess) -> None:
    lobby = started(own_lobby, connections=3)
    users = [await new_user(lobby.url) for _ in range(4)]
    inside = [await Client.connect(lobby.url, user.token) for user in users[:3]]
    for late in ({}, users[3].headers):
        with pytest.raises(InvalidStatus) as full:
            await Client.connect(lobby.url, hello=False, additional_headers=late)
        assert full.value.response.status_code == 503
    browser = await Client.connect(lobby.url, hello=False, origin=lobby.url)
    assert await heard(browser) == (1013, "unavailable")
    for client in inside:
        assert await client.command("ping") is not None
        await client.close()


async def test_d1_an_address_with_all_its_sockets_is_told_429_and_browsers_4029(
    own_lobby: LobbyProcess,
) -> None:
    lobby = started(own_lobby, connections_per_address=2)
    inside = [await Client.connect(lobby.url) for _ in range(2)]
    with pytest.raises(InvalidStatus) as native:
        await Client.connect(lobby.url)
    assert native.value.response.status_code == 429
    assert native.value.response.headers["Retry-After"] == "60"
    assert LOOPBACK in json.loads(native.value.response.body or b"")["message"]
    browser = await Client.connect(lobby.url, hello=False, origin=lobby.url)
    assert await heard(browser) == (4029, "too_many")
    async with await Client.connect(lobby.url, local_addr=(OTHER, 0)):
        await inside.pop().close()
    async with await Client.connect(lobby.url):
        await inside.pop().close()


def watching(port: int, many: int, opened: ExitStack) -> int:
    """Sockets of spectators, 45 of an address; returns how many were let in."""
    inside = 0
    for n in range(many):
        one = RawWebsocket(port, address=f"127.0.6.{n // 45}")
        opened.callback(one.socket.close)
        try:
            one.send_handshake("/ws", frame(TEXT, SPECTATOR), subprotocol="lobby.v1")
            inside += b" 101 " in one.read_handshake() and bool(one.receive_frame())
        except (EOFError, OSError):
            pass  # closed, as there is no descriptor left for it
    return inside


async def test_d1_sockets_that_are_nobodys_make_room_where_descriptors_run_low(
    small: LobbyProcess,
) -> None:
    user = await new_user(small.url)
    room_for(2_000)
    with ExitStack() as opened:
        async with await Client.connect(small.url, user.token) as known:
            assert watching(small.port, 900, opened) > 850
            assert served(small.port, OTHER) == {200: 50}
            assert await known.command("ping") is not None
            assert known.closed is None
            async with await Client.connect(small.url, local_addr=(OTHER, 0)):
                assert served(small.port, OTHER) == {200: 50}
    assert psutil.Process(small.pid).num_fds() < DESCRIPTORS
