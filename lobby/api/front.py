"""What happens to every request before its door and after: who calls from where, under which name
we are called, what each answer carries, and one record in the log. Knows no operation.
"""

from __future__ import annotations

import ipaddress
import re
import secrets
import time
from collections.abc import Iterable

import structlog
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from structlog.contextvars import bound_contextvars
from uvicorn.protocols.utils import ClientDisconnected

from lobby.config import Settings

log = structlog.get_logger(__name__)

GONE = 499
"""The status in the log of a request whose client did not wait."""
STARTS = {
    "http.response.start": 200,
    "websocket.http.response.start": 403,
    "websocket.accept": 101,
    "websocket.close": 403,
}
"""The messages that begin an answer, and its status where they name none."""

UNKNOWN = "There is nothing here; /openapi.json names every operation, /asyncapi.json every command"
NOT_SO = "This cannot be done here in this way; see /openapi.json"
OTHER_HOST = "This server does not answer under that host name"
BROKEN = "Something broke here; it has been logged under this answer's X-Request-Id"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""Of every answer that does not say otherwise itself."""
ONLY_ENCRYPTED = {"Strict-Transport-Security": "max-age=31536000"}

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Addresses:
    """Where a request comes from. `proxies` are the networks whose X-Forwarded-For is believed; no
    other header ever is."""

    def __init__(self, proxies: Iterable[str]) -> None:
        self._proxies = [ipaddress.ip_network(proxy) for proxy in proxies]

    def hop(self, scope: Scope) -> Address | None:
        """The rightmost hop that is no proxy of ours; None where nothing came over a network."""
        peer = scope.get("client")
        hop = _address(peer[0]) if peer else None
        if hop is None:
            return None
        for text in reversed(_forwarded(scope)):
            if not self._trusts(hop) or (before := _address(text)) is None:
                break
            hop = before
        return hop

    def of(self, scope: Scope) -> str:
        """The same as limits count it."""
        return counted(self.hop(scope))

    def _trusts(self, hop: Address) -> bool:
        return any(hop in proxy for proxy in self._proxies)


def _forwarded(scope: Scope) -> list[str]:
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == XFF]
    return [hop.strip() for hop in ",".join(lines).split(",")] if lines else []


XFF = b"x-forwarded-for"


def _address(text: str) -> Address | None:
    """Also in brackets, and with a port; an IPv4 address in IPv6's clothes is what it is."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def counted(address: Address | None) -> str:
    """As limits count it: of IPv6 the /64, which is one customer's."""
    if address is None:
        return "local"
    if address.version == 4:
        return str(address)
    return str(ipaddress.ip_network((int(address), 64), strict=False))


HOST = re.compile(r"([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::\d+)?")
"""A name or an IPv6 address, and perhaps a port."""


class Names:
    """The host names under which we answer: exact ones, `*.example.com`, or `*` for any."""

    def __init__(self, allowed: Iterable[str]) -> None:
        names = {name.lower() for name in allowed}
        self._any = "*" in names
        self._exact = names
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))

    def allow(self, scope: Scope) -> bool:
        given = [value for name, value in scope["headers"] if name == b"host"]
        if len(given) > 1:
            return False
        if self._any:
            return True
        host = HOST.fullmatch(given[0].decode("latin-1").lower()) if given else None
        return host is not None and (host[1] in self._exact or host[1].endswith(self._endings))


class Answer:
    """One answer on its way: gets the headers that all have, and its status is noted."""

    __slots__ = ("_headers", "_send", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send, self._headers = send, headers
        self.status = 0

    async def send(self, message: Message) -> None:
        if not self.status and message["type"] in STARTS:
            self.status = message.get("status", STARTS[message["type"]])
            own = list(message.get("headers", ()))
            said = {name.lower() for name, _ in own}
            message["headers"] = own + [h for h in self._headers if h[0] not in said]
        await self._send(message)


class Front:
    """The outermost part of the application, for requests and handshakes alike."""

    def __init__(
        self, app: ASGIApp, addresses: Addresses, names: Names, headers: dict[str, str]
    ) -> None:
        self._app, self._addresses, self._names = app, addresses, names
        self._headers = [(n.lower().encode(), v.encode()) for n, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        began, id = time.perf_counter(), secrets.token_hex(8)
        answer = Answer(send, [*self._headers, (b"x-request-id", id.encode())])
        with bound_contextvars(request_id=id):
            try:
                await self._pass(scope, receive, answer)
            finally:
                log.info(
                    "request",
                    method=scope.get("method", "WEBSOCKET"),
                    route=getattr(scope.get("route"), "path", "unknown"),
                    status=answer.status or GONE,
                    ms=round((time.perf_counter() - began) * 1000, 2),
                )

    async def _pass(self, scope: Scope, receive: Receive, answer: Answer) -> None:
        address = self._addresses.hop(scope)
        scope["lobby.address"], scope["lobby.ip"] = counted(address), str(address or "")
        if not self._names.allow(scope):
            await say(400, OTHER_HOST)(scope, receive, answer.send)
            return
        try:
            await self._app(scope, receive, answer.send)
        except (ClientDisconnected, WebSocketDisconnect):
            raise
        except Exception as error:
            log.error("broken", exc_info=error)
            if answer.status:
                raise
            await say(500, BROKEN)(scope, receive, answer.send)


def middleware(settings: Settings) -> Middleware:
    """Raises ValueError for a proxy that is no network."""
    headers = HEADERS | (ONLY_ENCRYPTED if settings.url.startswith("https:") else {})
    addresses, names = Addresses(settings.trusted_proxies), Names(settings.allowed_hosts)
    return Middleware(Front, addresses=addresses, names=names, headers=headers)


def say(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"message": message}, status, headers)


async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer where no route is, to requests and handshakes."""
    await say(404, UNKNOWN)(scope, receive, send)


async def refuse(request: Request, error: Exception) -> Response:
    """What the routing itself refuses: mostly a method, and then the right ones are named."""
    assert isinstance(error, HTTPException)
    if error.status_code != 405:
        return say(error.status_code, NOT_SO)
    return say(405, NOT_SO, {"Allow": ", ".join(sorted(_methods(request)))})


def _methods(request: Request) -> set[str]:
    """Of all the routes of this path together."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found
