"""HTTP client for outgoing calls: timeouts, a bound on the response, the SSRF guard and the circuit
breaker. It sends nothing that the caller did not give: no cookies, no proxy, no redirects.
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import structlog
from pydantic import SecretStr
from pydantic_core import from_json

from lobby.domain.upstream_errors import UpstreamFailed
from lobby.integrations.http import signatures
from lobby.integrations.http.circuit_breaker import CircuitBreaker
from lobby.integrations.http.ssrf_guard import (
    NotAllowed,
    Resolve,
    Target,
    Targets,
    resolve_host,
)

log = structlog.get_logger(__name__)

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 10.0
"""Timeouts of a call: to connect, between two reads, for the whole of it."""
LARGEST_RESPONSE = 256 * 1024
"""Bytes of the body of a response."""
JSON = "application/json"
JSON_TYPE = re.compile(r"application/([\w.!#$&^-]+\+)?json", re.ASCII)
"""Media types of JSON, those with a structured suffix too (RFC 6839)."""
TIMEOUTS = {
    "connect": CONNECT_SECONDS,
    "read": READ_SECONDS,
    "write": READ_SECONDS,
    "pool": CONNECT_SECONDS,
}
ACCEPT_HEADERS = {"Accept": JSON, "Accept-Encoding": "identity"}
ONE_CONNECTION = httpx2.Limits(max_connections=1, max_keepalive_connections=0)
"""One connection per call: none is reused for another host name."""


class UnsuitableResponse(Exception):
    """A response that is refused: its status, encoding, size or type."""


@dataclass(frozen=True)
class HttpRequest:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


FAILURES = (UnsuitableResponse, httpx2.TransportError, httpx2.InvalidURL, OSError, ValueError)


@dataclass(frozen=True)
class HttpResponse:
    """`body` is JSON or empty; always empty for an error status."""

    status: int
    body: bytes = b""

    @property
    def good(self) -> bool:
        return self.status < 400


class HttpClient:
    """`allowlist`: hosts, with or without a port, that may be called without TLS and in private
    networks."""

    def __init__(
        self,
        allowlist: Iterable[str],
        *,
        resolve: Resolve = resolve_host,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._targets = Targets(allowlist, resolve)
        self._circuits: dict[str, CircuitBreaker] = {}
        self._clock = clock
        self._tls: ssl.SSLContext | None = None

    async def post(
        self,
        url: str,
        body: bytes,
        *,
        about: Mapping[str, str],
        secret: SecretStr | None = None,
        type: str = JSON,
    ) -> HttpResponse:
        """Call a service of the operator's, signed (HMAC) if there is a secret. Raises as `request`
        does."""
        key = secret.get_secret_value() if secret else None
        headers = signatures.headers(about, body, secret=key, now=time.time())
        return await self.request("POST", url, headers=headers | {"Content-Type": type}, body=body)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> HttpResponse:
        """Raises UpstreamFailed, or Unavailable if nothing was sent: the circuit is open, or too
        many calls to the service are in flight."""
        host = _host(url)
        circuit = self._circuits.setdefault(host, CircuitBreaker(self._clock))
        with circuit.call():
            try:
                async with asyncio.timeout(WHOLE_SECONDS):
                    answer = await self._exchange(HttpRequest(method, url, headers, body))
            except NotAllowed as why:
                log.error("call_not_allowed", host=host, why=str(why))
                raise UpstreamFailed from None
            except FAILURES as why:
                circuit.failed()
                log.warning("call_failed", host=host, why=str(why) or why.__class__.__name__)
                raise UpstreamFailed from None
        if answer.status < 500:
            circuit.succeeded()
        else:
            circuit.failed()
            log.warning("call_failed", host=host, why=f"status {answer.status}")
        return answer

    async def _exchange(self, sent: HttpRequest) -> HttpResponse:
        target = await self._targets.find(sent.url)
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpx2.create_ssl_context)
        async with httpx2.AsyncHTTPTransport(verify=self._tls, limits=ONE_CONNECTION) as transport:
            response = await _send(transport, target, sent)
            try:
                return await _read(response)
            finally:
                await response.aclose()


def _host(url: str) -> str:
    """Host and port of a URL; empty for an invalid one."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


async def _send(
    transport: httpx2.AsyncHTTPTransport, target: Target, sent: HttpRequest
) -> httpx2.Response:
    """Send to the first address that accepts the connection. The certificate is verified for the
    host name."""
    headers = {"Host": target.url.netloc.decode(), **ACCEPT_HEADERS, **sent.headers}
    extensions = {"timeout": TIMEOUTS, "sni_hostname": target.url.host}
    refused: httpx2.ConnectError | None = None
    for url in target.requests:
        request = httpx2.Request(
            sent.method, url, headers=headers, content=sent.body, extensions=extensions
        )
        try:
            return await transport.handle_async_request(request)
        except httpx2.ConnectError as error:
            refused = error
    raise refused or UnsuitableResponse("no address")


async def _read(response: httpx2.Response) -> HttpResponse:
    """The response, validated. The body of an error status is not read."""
    if response.status_code >= 400:
        return HttpResponse(response.status_code)
    if not 200 <= response.status_code < 300:
        raise UnsuitableResponse(f"status {response.status_code}: redirects are not followed")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise UnsuitableResponse("compressed, though that was not asked for")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > LARGEST_RESPONSE:
            raise UnsuitableResponse(f"more than {LARGEST_RESPONSE} bytes")
    if body:
        _require_json(response, bytes(body))
    return HttpResponse(response.status_code, bytes(body))


def _require_json(response: httpx2.Response, body: bytes) -> None:
    type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not JSON_TYPE.fullmatch(type):
        raise UnsuitableResponse("not JSON")
    from_json(body, allow_inf_nan=False)
