"""One call: what it carries, what may come back, how long it takes, and when it is not made."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from lobby.domain.errors import Unavailable
from lobby.domain.upstream_errors import UpstreamFailed
from lobby.integrations.http import HttpClient, calls
from lobby.integrations.http.circuit_breaker import FAILURE_THRESHOLD, MOST_CONCURRENT, OPEN_SECONDS
from tests.support.upstream import Reply, Upstream, upstream
from tests.support.waiting import TIMEOUT, until

CERTIFICATE = Path(__file__).with_name("news.test.pem")
SECRET = SecretStr("shared with the service")


@pytest.fixture
def service() -> Iterator[Upstream]:
    with upstream() as service:
        yield service


@pytest.fixture
def outbound() -> HttpClient:
    return HttpClient(["127.0.0.1", "news.test"], resolve=near, clock=clock)


async def near(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


clock = Clock()


async def send(outbound: HttpClient, service: Upstream, body: bytes = b"{}") -> bytes:
    return (await outbound.post(f"{service.url}/hook", body, about={})).body


async def test_a_call_says_for_whom_it_is_and_is_signed(
    outbound: HttpClient, service: Upstream
) -> None:
    about = {"Player": "11111111-1111-4111-8111-111111111111", "Endpoint": "news"}
    await outbound.post(f"{service.url}/hook?a=b", b'{"x": 1}', about=about, secret=SECRET)
    (asked,) = service.asked
    assert (asked.path, asked.body) == ("/hook?a=b", b'{"x": 1}')
    said = {k: v for k, v in asked.headers.items() if k.startswith("Lobby-")}
    signature = said.pop("Lobby-Signature")
    assert said["Lobby-Player"] == about["Player"]
    assert abs(int(said["Lobby-Time"]) - time.time()) < TIMEOUT
    lines = sorted(f"{name.lower()}:{value}" for name, value in said.items())
    text = "\n".join(["v1", *lines, hashlib.sha256(asked.body).hexdigest()])
    expected = hmac.new(b"shared with the service", text.encode(), "sha256").hexdigest()
    assert signature == f"v1={expected}"


async def test_a_call_carries_nothing_else(
    outbound: HttpClient, service: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    service.answer = lambda asked: Reply(headers={"Set-Cookie": "who=you"})
    for _ in range(2):
        await send(outbound, service)
    assert {name.lower() for asked in service.asked for name in asked.headers} == {
        "host", "content-type", "content-length", "accept", "accept-encoding", "lobby-time",
    }  # fmt: skip


@pytest.mark.parametrize(
    "reply",
    [
        Reply(type="text/html", body=b"<p>"),
        Reply(type=None, body=b"{}"),
        Reply(body=b"{"),
        Reply(body=b"NaN"),
        Reply(body=b'"' + b"x" * calls.LARGEST_RESPONSE + b'"'),
        Reply(headers={"Content-Encoding": "gzip"}),
    ],
    ids=["a page", "of no type", "half", "no number", "too large", "compressed"],
)
async def test_what_is_no_small_json_is_not_passed_on(
    reply: Reply, outbound: HttpClient, service: Upstream
) -> None:
    service.answer = lambda asked: reply
    with pytest.raises(UpstreamFailed):
        await send(outbound, service)


async def test_nothing_is_an_answer_too(outbound: HttpClient, service: Upstream) -> None:
    service.answer = lambda asked: Reply(204, b"", type=None)
    assert await send(outbound, service) == b""


async def test_a_service_that_does_not_answer_is_given_up(
    outbound: HttpClient, service: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "WHOLE_SECONDS", 0.2)
    go = threading.Event()
    service.answer = lambda asked: Reply(wait=go)
    began = time.monotonic()
    with pytest.raises(UpstreamFailed):
        await send(outbound, service)
    go.set()
    assert time.monotonic() - began < TIMEOUT


async def test_one_service_is_asked_so_many_things_at_a_time(
    outbound: HttpClient, service: Upstream
) -> None:
    go = threading.Event()
    service.answer = lambda asked: Reply(wait=go)
    asking = [asyncio.create_task(send(outbound, service)) for _ in range(MOST_CONCURRENT)]
    await until(lambda: len(service.asked) >= MOST_CONCURRENT)
    with pytest.raises(Unavailable):
        await send(outbound, service)
    go.set()
    await asyncio.gather(*asking)
    assert await send(outbound, service) == b"{}"


async def test_a_service_that_fails_is_left_alone_for_a_while(
    outbound: HttpClient, service: Upstream
) -> None:
    service.answer = lambda asked: Reply(500)
    for _ in range(FAILURE_THRESHOLD):
        assert not (await outbound.post(f"{service.url}/hook", b"", about={})).good
    with pytest.raises(Unavailable) as resting:
        await send(outbound, service)
    assert resting.value.retry_after == pytest.approx(OPEN_SECONDS)
    assert len(service.asked) == FAILURE_THRESHOLD
    clock.now += OPEN_SECONDS + 1
    await outbound.post(f"{service.url}/hook", b"", about={})
    with pytest.raises(Unavailable):
        await send(outbound, service)
    clock.now += OPEN_SECONDS + 1
    service.answer = lambda asked: Reply()
    for _ in range(3):
        assert await send(outbound, service) == b"{}"


async def test_refusals_of_a_service_are_not_failures(
    outbound: HttpClient, service: Upstream
) -> None:
    service.answer = lambda asked: Reply(404)
    for _ in range(FAILURE_THRESHOLD + 1):
        answer = await outbound.post(f"{service.url}/hook", b"", about={})
        assert (answer.status, answer.body) == (404, b"")


@pytest.mark.parametrize(("host", "good"), [("news.test", True), ("127.0.0.1", False)])
async def test_the_certificate_has_to_be_the_names(
    host: str,
    good: bool,
    outbound: HttpClient,
    service: Upstream,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    call = outbound.post(f"https://{host}:{service.port}/", b"{}", about={})
    if good:
        assert (await call).body == b"{}"
    else:
        with pytest.raises(UpstreamFailed):
            await call
        assert service.asked == []


async def test_a_certificate_that_nobody_vouches_for_is_none(
    outbound: HttpClient, service: Upstream
) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(CERTIFICATE)
    service.server.socket = context.wrap_socket(service.server.socket, server_side=True)
    with pytest.raises(UpstreamFailed):
        await outbound.post(f"https://news.test:{service.port}/", b"{}", about={})
    assert service.asked == []
