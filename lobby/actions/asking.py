"""How a platform's provider is asked: what that takes of whoever sends, and one who does it.

Whom we may call at all is not decided here: it is the same for everything that we send.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import Protocol

import httpx2
import structlog
from pydantic_core import from_json

from lobby.domain.outbound_errors import UpstreamFailed
from lobby.outbound import Answer
from lobby.outbound.calls import ALONE, LARGEST_ANSWER, LIMITS, WHOLE_SECONDS
from lobby.outbound.targets import NotAllowed, Target, Targets

log = structlog.get_logger(__name__)

FAULTS = (httpx2.TransportError, httpx2.InvalidURL, OSError, ValueError)


class Asks(Protocol):
    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        """The answer, whose body is JSON or empty. Raises UpstreamFailed where there is none."""
        ...


class Asker:
    """`listed`: hosts that may be called without TLS and near by."""

    def __init__(self, listed: Iterable[str]) -> None:
        self._targets = Targets(listed)

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes = b""
    ) -> Answer:
        host = httpx2.URL(url).host
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                target = await self._targets.find(url)
                return await _asked(method, target, headers, body)
        except NotAllowed as why:
            log.error("call_not_allowed", host=host, why=str(why))
        except FAULTS as why:
            log.warning("call_failed", host=host, why=str(why) or type(why).__name__)
        raise UpstreamFailed


async def _asked(method: str, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
    """Of the host's addresses, that which takes the connection."""
    own = {"Host": target.url.netloc.decode(), "Accept-Encoding": "identity"}
    extensions = {"timeout": LIMITS, "sni_hostname": target.url.host}
    tls = await asyncio.to_thread(httpx2.create_ssl_context)
    refused: httpx2.ConnectError | None = None
    async with httpx2.AsyncHTTPTransport(verify=tls, limits=ALONE) as transport:
        for url in target.requests:
            request = httpx2.Request(
                method, url, headers=own | {**headers}, content=body, extensions=extensions
            )
            try:
                response = await transport.handle_async_request(request)
            except httpx2.ConnectError as error:
                refused = error
                continue
            try:
                return await _read(response)
            finally:
                await response.aclose()
    raise refused or ValueError("no address")


async def _read(response: httpx2.Response) -> Answer:
    if 300 <= response.status_code < 400:
        raise ValueError(f"status {response.status_code}: redirects are not followed")
    if response.status_code >= 400:
        return Answer(response.status_code)
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > LARGEST_ANSWER:
            raise ValueError(f"more than {LARGEST_ANSWER} bytes")
    from_json(bytes(body), allow_inf_nan=False)
    return Answer(response.status_code, bytes(body))
