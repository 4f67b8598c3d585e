"""What holds for every request: from where, to which host, what each answer carries, one record."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from lobby.addresses import ClientAddresses
from lobby.api.host_names import AllowedHosts
from lobby.api.middleware import middleware
from lobby.config import Settings
from lobby.main import create_app
from tests.support.callers import ApiCallers
from tests.support.checked_clients import recorded
from tests.support.server_thread import SECRET, Served, serving
from tests.support.waiting import TIMEOUT, block_until

PROXIES = ["10.0.0.0/8", "fd00::/8"]


def came_from(peer: str | None, *forwarded: str, proxies: list[str] = PROXIES) -> str:
    headers = [(b"x-forwarded-for", value.encode()) for value in forwarded]
    client = (peer, 1) if peer else None
    return ClientAddresses(proxies).of({"type": "http", "client": client, "headers": headers})


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),  # whoever it is, it is no proxy of ours
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["198.51.100.7:8080"], "198.51.100.7"),
        ("10.0.0.1", ["nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["6.6.6.6, nonsense"], "10.0.0.1"),
        ("10.0.0.1", [""], "10.0.0.1"),
        ("10.0.0.1", [",,,"], "10.0.0.1"),
        ("10.0.0.1", ["[2001:db8::1]:99"], "2001:db8::/64"),
        ("::ffff:192.0.2.1", [], "192.0.2.1"),
        ("::ffff:10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", ["6.6.6.6"], "2001:db8:1:2::/64"),
        ("fd00::1", ["2001:db8::1, fd00::2"], "2001:db8::/64"),
        (None, ["6.6.6.6"], "local"),
    ],
)
def test_the_address_is_the_rightmost_hop_that_is_not_ours(
    peer: str | None, forwarded: list[str], address: str
) -> None:
    assert came_from(peer, *forwarded) == address


@pytest.mark.parametrize("forwarded", ["6.6.6.6", "127.0.0.1", "::1", "10.0.0.1, 6.6.6.6"])
def test_by_default_nobody_is_believed(forwarded: str) -> None:
    assert came_from("127.0.0.1", forwarded, proxies=[]) == "127.0.0.1"


def test_a_proxy_that_is_no_network_is_said_before_anything_is_served() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        middleware(Settings(trusted_proxies=["nonsense"]))


@pytest.mark.parametrize(
    "header",
    [
        "X-Forwarded-For",
        "X-Real-IP",
        "Forwarded",
        "X-Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X-Cluster-Client-IP",
        "X-Originating-IP",
    ],
)
def test_no_header_moves_somebody_out_of_their_limit(header: str) -> None:
    with serving(registrations_per_hour=2) as served, recorded(served.url) as http:
        answers = [http.post("/hosts", headers={header: f"6.6.6.{n}"}) for n in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) > 0


def test_behind_a_trusted_proxy_everybody_has_their_own_limit() -> None:
    here: dict[str, Any] = {"registrations_per_hour": 1, "trusted_proxies": ["127.0.0.0/8"]}
    with serving(**here) as served, recorded(served.url) as http:
        for n in range(3):
            headers = {"X-Forwarded-For": f"203.0.113.9, 198.51.100.{n}"}
            assert http.post("/hosts", headers=headers).status_code == 200
            assert http.post("/hosts", headers=headers).status_code == 429


def named(*hosts: str, allowed: list[str]) -> bool:
    headers = [(b"host", host.encode()) for host in hosts]
    scope = {"path": "/users", "http_version": "1.1", "headers": headers}
    return AllowedHosts(Settings(allowed_hosts=allowed)).refuse(scope) is None


@pytest.mark.parametrize(
    "host",
    [
        "lobby.example",
        "LOBBY.example",
        "lobby.example:8000",
        "eu.lobby.example",
        "lobby.example.",
        "lobby.example:",
        "[::1]:8000",
        "[::1]",
    ],
)
def test_we_answer_under_our_names(host: str) -> None:
    assert named(host, allowed=["Lobby.example", "*.lobby.example", "[::1]"])


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "lobby.example.evil.example",
        "evillobby.example",
        "lobby.example@evil.example",
        "lobby.example:8000.evil.example",
        "lobby.example, evil.example",
        "lobby.example/x",
        "*.lobby.example",
        "[::2]",
    ],
)
def test_we_answer_under_no_other_name(host: str) -> None:
    assert not named(host, allowed=["lobby.example", "*.eu.lobby.example", "[::1]"])


def test_two_host_headers_are_one_too_many() -> None:
    assert not named("lobby.example", "evil.example", allowed=["*"])


def test_a_wrong_host_is_turned_away_at_the_door() -> None:
    with serving(allowed_hosts=["lobby.example"]) as served:
        right = httpx2.get(f"{served.url}/health/live", headers={"Host": "lobby.example"})
        wrong = httpx2.post(f"{served.url}/hosts", headers={"Host": "evil.example"})
        kept = served.do(served.lobby.store.next_number("account"))
    assert right.status_code == 200
    assert (wrong.status_code, list(wrong.json())) == (400, ["message"])
    assert "content-security-policy" in wrong.headers
    assert kept == 1, "no account was made"


def test_an_unknown_path_says_where_to_look(http: httpx2.Client) -> None:
    for path in ("/nothing", "/hosts/", "/users/", "/ws", "/%2e%2e/etc/passwd", "/hosts/a/b/c/d"):
        answer = http.get(path)
        assert answer.status_code == 404
        assert "/openapi.json" in answer.json()["message"]
        assert path not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/users", "GET, HEAD, POST"),
        ("PATCH", "/hosts", "POST"),
        ("OPTIONS", "/users/login", "POST"),
        ("POST", "/hosts/access_token/renew", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    method: str, path: str, allowed: str, http: httpx2.Client
) -> None:
    answer = http.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert "/openapi.json" in answer.json()["message"]


async def test_a_handshake_where_no_channel_is_gets_404(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(served.url.replace("http", "ws") + "/elsewhere", proxy=None)
    answer = refused.value.response
    assert answer.status_code == 404
    assert "/asyncapi.json" in json.loads(answer.body or b"")["message"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_page_keeps_its_own_policy(http: httpx2.Client) -> None:
    assert "script-src 'self'" in http.get("/").headers["content-security-policy"]
    assert "script-src" not in http.get("/users").headers["content-security-policy"]


def test_what_carries_a_secret_is_not_to_be_stored(http: httpx2.Client) -> None:
    host = http.post("/hosts")
    token = http.get(f"/hosts/{host.json()['uuid']}/access_token")
    assert host.headers["cache-control"] == token.headers["cache-control"] == "no-store"


def test_only_an_encrypted_lobby_asks_to_be_called_encrypted(http: httpx2.Client) -> None:
    plain = http.get("/").headers
    assert not {"strict-transport-security", "cross-origin-opener-policy"} & set(plain)
    with serving(public_url="https://lobby.example") as served:
        answer = httpx2.get(f"{served.url}/nothing")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def breaks(request: Request) -> Response:
    raise RuntimeError("the secret is 12345")


@pytest.fixture
def broken() -> Iterator[Served]:
    settings: dict[str, Any] = {"database_url": "sqlite::memory:", "secret": SECRET}
    app = create_app(Settings(**settings))
    app.router.routes.append(Route("/breaks", breaks))
    with serving(app) as served:
        yield served


def test_what_breaks_says_nothing_outside_and_everything_in_the_log(broken: Served) -> None:
    with capture_logs() as logged:
        answer = httpx2.get(f"{broken.url}/breaks")
    assert answer.status_code == 500
    assert "12345" not in answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    (record,) = [record for record in logged if record["event"] == "broken"]
    assert "12345" in str(record["exc_info"])


def requests_in(logged: Sequence[MutableMapping[str, Any]]) -> list[MutableMapping[str, Any]]:
    return [record for record in logged if record["event"] == "request"]


def test_who_hangs_up_within_a_body_has_broken_nothing(http: httpx2.Client) -> None:
    head = b"POST /users/v1/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with capture_logs() as logged:
        with socket.create_connection((http.base_url.host, int(http.base_url.port or 0))) as wire:
            wire.sendall(head + b'Content-Length: 99\r\n\r\n{"grant_type"')
        block_until(lambda: requests_in(logged), seconds=TIMEOUT)
    assert [record["event"] for record in logged if record["log_level"] == "error"] == []


async def test_each_request_is_one_record_that_names_the_route_and_nobody(
    http: httpx2.Client, people: ApiCallers
) -> None:
    person = people.get("self host")
    uuid = person.account.uuid.upper()
    with capture_logs() as logged:
        http.get(f"/hosts/{uuid}?secret=1", headers=person.headers)
        http.get(f"/nothing/{uuid}")
        url = http.base_url.copy_with(scheme="ws", path="/ws")
        async with connect(str(url), subprotocols=["lobby.v1"], proxy=None):  # type: ignore[list-item]
            pass
        block_until(lambda: len(requests_in(logged)) == 3, seconds=TIMEOUT)
    requests = requests_in(logged)
    said = [(r["method"], r["route"], r["status"]) for r in requests]
    assert said == [
        ("GET", "/hosts/{host}", 200),
        ("GET", "unknown", 404),
        ("WEBSOCKET", "/ws", 101),
    ]
    text = str(logged).lower()
    assert uuid.lower() not in text
    assert person.token is not None
    assert "secret" not in text
    assert person.token.lower() not in text


def test_every_answer_has_a_name_of_its_own_whatever_the_client_sends(http: httpx2.Client) -> None:
    names = {
        http.get("/health/live", headers={"X-Request-Id": "mine"}).headers["x-request-id"]
        for _ in range(20)
    }
    assert len(names) == 20
    assert "mine" not in names
