"""The audit trail of what is refused before anybody is asked who they are: another's host name,
another site's page, too many connections or commands at once."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from lobby.domain.trail import Record
from tests.security.test_audit_acts import audited
from tests.support.audit_records import AuditRecords
from tests.support.callers import ApiCallers
from tests.support.processes import LobbyProcess
from tests.support.server_thread import Served, serving

EVIL = "evil.example"
PAGE = f"http://{EVIL}"
PREFLIGHT = {"Origin": PAGE, "Access-Control-Request-Method": "POST"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def log(served: Served) -> AuditRecords:
    log = AuditRecords(served)
    log.taken()
    return log


def only(log: AuditRecords, *, what: str) -> Record:
    (record,) = log.taken()
    assert (record.what, record.address) == (what, "127.0.0.1")
    assert record.operation
    assert record.process
    return record


@pytest.mark.parametrize("path", ["/users", "/api/users", "/session/v1/queues", "/nothing"])
def test_i3_a_request_under_anothers_host_name_is_one_record(
    path: str, served: Served, log: AuditRecords
) -> None:
    with httpx2.Client(base_url=served.url) as http:
        answer = http.get(path, headers={"Host": f"{EVIL}:8000"})
    assert answer.status_code == 400
    record = only(log, what="host name refused")
    assert (record.target, record.code) == (EVIL, "forbidden")
    assert record.request == answer.headers["X-Request-Id"]


def test_i3_a_host_header_that_is_none_writes_nothing(served: Served, log: AuditRecords) -> None:
    address = urlsplit(served.url)
    for host in (b"a\tb", b'{"event":1}', b"x" * 4_000 + b"!"):
        with socket.create_connection((str(address.hostname), address.port or 0)) as wire:
            wire.sendall(b"GET /users HTTP/1.1\r\nHost: " + host + b"\r\n\r\n")
            assert b" 400 " in wire.recv(4096)
    assert log.taken() == []


async def test_i3_a_handshake_under_anothers_host_name_is_one_record(
    served: Served, log: AuditRecords
) -> None:
    with pytest.raises(InvalidStatus):
        await connect(f"ws://{EVIL}/ws", host="127.0.0.1", port=urlsplit(served.url).port)
    assert only(log, what="host name refused").door == "channel"


def test_i3_another_sites_preflight_is_one_record_and_a_listed_ones_none(
    served: Served, log: AuditRecords
) -> None:
    with httpx2.Client(base_url=served.url) as http:
        assert http.options("/users", headers=PREFLIGHT).status_code == 405
        assert only(log, what="origin refused").target == PAGE
        ours = PREFLIGHT | {"Origin": served.url}
        assert http.options("/users", headers=ours).status_code == 405  # ours asks nothing
        assert log.taken() == []


@pytest.mark.parametrize("page", [{"Origin": PAGE}, {"Sec-Fetch-Site": "cross-site"}])
def test_i3_a_cookie_that_another_sites_page_sends_is_one_record(
    page: dict[str, str], served: Served, log: AuditRecords
) -> None:
    cookie = {"Cookie": "access_token=x"} | page
    with httpx2.Client(base_url=served.url) as http:
        answer = http.get("/session/v1/player/me/session", headers=cookie)
    assert answer.status_code == 403
    assert only(log, what="origin refused").door == "player_services"


def test_i3_connections_beyond_the_share_of_an_address_are_one_record(tmp_path: Path) -> None:
    lobby = LobbyProcess(tmp_path, tcp_connections_per_address=3).start()
    with ExitStack() as opened:
        opened.callback(lobby.remove)
        there = ("127.0.0.1", lobby.port)
        for _ in range(3):
            opened.enter_context(socket.create_connection(there))
        for _ in range(2):
            wire = opened.enter_context(socket.create_connection(there))
            wire.sendall(b"GET /users HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert b" 429 " in wire.recv(4096)
        lobby.stop()
    (record,) = audited(lobby)
    assert (record["event"], record["code"], record["times"]) == ("refused", "too_many", 2)
    assert (record["address"], record["door"]) == ("127.0.0.1", "http")
    assert record["request_id"]


async def test_i3_a_socket_that_is_closed_for_what_waits_on_it_is_one_record(
    served: Served, log: AuditRecords
) -> None:
    people = ApiCallers(served)
    host = people.host()
    token = {"Authorization": f"Bearer {people.token(host)}"}
    url = served.url.replace("http", "ws") + "/ws"
    async with connect(url, additional_headers=token) as wire:
        for n in range(2_000):
            text = {"type": "host.set", "id": str(n), "only_friends": bool(n % 2)}
            await wire.send(json.dumps(text))
        await wire.wait_closed()
    (record,) = [one for one in log.taken() if one.what == "socket closed"]
    assert (record.actor, record.door, record.code) == (host.uuid, "channel", "too_many")
    assert record.connection


def test_i3_a_uuid_in_a_path_is_recorded_as_it_is_kept(served: Served, log: AuditRecords) -> None:
    with httpx2.Client(base_url=served.url) as http:
        uuid = http.post("/hosts").json()["uuid"]
        log.taken()
        assert http.get(f"/hosts/{uuid.upper()}/access_token").status_code == 200
    assert only(log, what="login").target == uuid.lower()
