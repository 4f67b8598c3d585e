"""One call: bounded in time and size, to an address that was looked at, and nothing in it that the
caller did not put there: no cookie, no token, no proxy, no redirect followed.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2
import structlog
from pydantic import SecretStr
from pydantic_core import from_json

from lobby.domain.outbound_errors import UpstreamFailed
from lobby.outbound import signatures
from lobby.outbound.circuits import Circuit
from lobby.outbound.targets import NotAllowed, Resolve, Target, Targets, resolved

log = structlog.get_logger(__name__)

CONNECT_SECONDS, READ_SECONDS, WHOLE_SECONDS = 3.0, 5.0, 10.0
LARGEST_ANSWER = 256 * 1024
JSON = "application/json"
LIMITS = {
    "connect": CONNECT_SECONDS,
    "read": READ_SECONDS,
    "write": READ_SECONDS,
    "pool": CONNECT_SECONDS,
}
ACCEPTED = {"Accept": JSON, "Accept-Encoding": "identity"}
ALONE = httpx2.Limits(max_connections=1, max_keepalive_connections=0)
"""A connection serves one call: none is found open under another name."""


class Unsuitable(Exception):
    """Something came back that we do not pass on."""


@dataclass(frozen=True)
class Sent:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


FAULTS = (Unsuitable, httpx2.TransportError, httpx2.InvalidURL, OSError, ValueError)


@dataclass(frozen=True)
class Answer:
    """`body` is JSON, or empty; always empty where the status is a refusal."""

    status: int
    body: bytes = b""

    @property
    def good(self) -> bool:
        return self.status < 400


class Outbound:
    """`listed`: hosts, with or without a port, that may be called without TLS and near by."""

    def __init__(
        self,
        listed: Iterable[str],
        *,
        resolve: Resolve = resolved,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._targets = Targets(listed, resolve)
        self._circuits: dict[str, Circuit] = {}
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
    ) -> Answer:
        """To a service of the operator's own, signed with the secret, if there is one."""
        key = secret.get_secret_value() if secret else None
        headers = signatures.headers(about, body, secret=key, now=time.time())
        return await self.request("POST", url, headers=headers | {"Content-Type": type}, body=body)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """Raises UpstreamFailed, or Unavailable where nothing was sent, because the service fails
        too often or has enough to do."""
        host = _host(url)
        circuit = self._circuits.setdefault(host, Circuit(self._clock))
        with circuit.call():
            try:
                async with asyncio.timeout(WHOLE_SECONDS):
                    answer = await self._ask(Sent(method, url, headers, body))
            except NotAllowed as why:
                log.error("call_not_allowed", host=host, why=str(why))
                raise UpstreamFailed from None
            except FAULTS as why:
                circuit.failed()
                log.warning("call_failed", host=host, why=str(why) or why.__class__.__name__)
                raise UpstreamFailed from None
        if answer.status < 500:
            circuit.answered()
        else:
            circuit.failed()
            log.warning("call_failed", host=host, why=f"status {answer.status}")
        return answer

    async def _ask(self, sent: Sent) -> Answer:
        target = await self._targets.find(sent.url)
        if self._tls is None:
            self._tls = await asyncio.to_thread(httpx2.create_ssl_context)
        async with httpx2.AsyncHTTPTransport(verify=self._tls, limits=ALONE) as transport:
            response = await _first(transport, target, sent)
            try:
                return await _read(response)
            finally:
                await response.aclose()


def _host(url: str) -> str:
    """With its port; empty where this is no address."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


async def _first(
    transport: httpx2.AsyncHTTPTransport, target: Target, sent: Sent
) -> httpx2.Response:
    """Of the host's addresses, that which takes the connection. The certificate has to be the
    host's, whatever its address."""
    headers = {"Host": target.url.netloc.decode(), **ACCEPTED, **sent.headers}
    extensions = {"timeout": LIMITS, "sni_hostname": target.url.host}
    refused: httpx2.ConnectError | None = None
    for url in target.requests:
        request = httpx2.Request(
            sent.method, url, headers=headers, content=sent.body, extensions=extensions
        )
        try:
            return await transport.handle_async_request(request)
        except httpx2.ConnectError as error:
            refused = error
    raise refused or Unsuitable("no address")


async def _read(response: httpx2.Response) -> Answer:
    """What a refusal says is nobody's business here."""
    if response.status_code >= 400:
        return Answer(response.status_code)
    if not 200 <= response.status_code < 300:
        raise Unsuitable(f"status {response.status_code}: redirects are not followed")
    if response.headers.get("content-encoding", "identity").lower() != "identity":
        raise Unsuitable("compressed, though that was not asked for")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise Unsuitable(f"more than {LARGEST_ANSWER} bytes")
    if body:
        _require_json(response, bytes(body))
    return Answer(response.status_code, bytes(body))


def _require_json(response: httpx2.Response, body: bytes) -> None:
    type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if type != JSON:
        raise Unsuitable("not application/json")
    from_json(body, allow_inf_nan=False)
