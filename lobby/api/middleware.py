"""ASGI middleware around every request and handshake: client address (X-Forwarded-For), host check,
CORS, security headers, request id, one line in the access log. Knows no operation.
"""

from __future__ import annotations

import math
import secrets
import time

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

from lobby.addresses import ClientAddresses, UnnamedProxies, limit_key
from lobby.api.cors import Cors
from lobby.api.host_names import AllowedHosts, refusal
from lobby.audit import AuditLog
from lobby.caller import Caller, calling
from lobby.config import Settings
from lobby.domain.errors import Forbidden, LobbyError
from lobby.origins import Origins

log = structlog.get_logger(__name__)

CLIENT_CLOSED = 499
"""The status in the access log of a request whose client disconnected first."""
RESPONSE_STARTS = {
    "http.response.start": 200,
    "websocket.http.response.start": 403,
    "websocket.accept": 101,
    "websocket.close": 403,
}
"""ASGI messages that begin a response, with its status where they have none."""

OPERATIONS = {"http": ("http", "request"), "websocket": ("channel", "handshake")}
"""Door and operation, as far as they are known before the request is routed."""
HOST_REFUSED, ORIGIN_REFUSED = "host name refused", "origin refused"
"""What the audit log calls requests under another's host name, and of another site's page."""

UNKNOWN = "There is nothing here; /openapi.json names every operation, /asyncapi.json every command"
NOT_ALLOWED = "This cannot be done here in this way; see /openapi.json"
NOTHING = "There is nothing here"
BROKEN = "Something broke here; it has been logged under this answer's X-Request-Id"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cache-Control": "no-store",
}
"""Security headers of every response that does not set its own."""
HTTPS_HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""Those that browsers ignore without TLS, with an error in the console for the second."""


class ResponseHeaders:
    """Wraps `send` of one response: adds the common headers, and keeps the status for the log."""

    __slots__ = ("_headers", "_send", "status")

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self._send, self._headers = send, headers
        self.status = 0

    async def send(self, message: Message) -> None:
        if not self.status and message["type"] in RESPONSE_STARTS:
            self.status = message.get("status", RESPONSE_STARTS[message["type"]])
            own = list(message.get("headers", ()))
            said = {name.lower() for name, _ in own} - {b"vary"}  # which may be said twice
            message["headers"] = own + [h for h in self._headers if h[0] not in said]
        await self._send(message)


class RequestMiddleware:
    """The outermost middleware, for HTTP requests and WebSocket handshakes."""

    def __init__(
        self,
        app: ASGIApp,
        addresses: ClientAddresses,
        hosts: AllowedHosts,
        cors: Cors,
        headers: dict[str, str],
        api_prefix: str,
    ) -> None:
        self._app, self._addresses, self._hosts, self._cors = app, addresses, hosts, cors
        self._proxies = UnnamedProxies()
        self._api_prefix = api_prefix
        self._headers = [(n.lower().encode(), v.encode()) for n, v in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        began, id = time.perf_counter(), secrets.token_hex(8)
        shared = self._cors.headers(scope)
        answer = ResponseHeaders(send, [*self._headers, *shared, (b"x-request-id", id.encode())])
        with bound_contextvars(request_id=id):
            try:
                await self._handle(scope, receive, answer, id=id)
            finally:
                if "lobby.refusal" in scope:
                    self._proxies.met_limit(scope)
                log.info(
                    "request",
                    method=scope.get("method", "WEBSOCKET"),
                    route=getattr(scope.get("route"), "path", "unknown"),
                    status=answer.status or CLIENT_CLOSED,
                    ms=round((time.perf_counter() - began) * 1000, 2),
                )

    async def _handle(
        self, scope: Scope, receive: Receive, answer: ResponseHeaders, *, id: str
    ) -> None:
        address = self._addresses.find(scope)
        scope["lobby.address"], scope["lobby.ip"] = limit_key(address), str(address or "")
        door, operation = OPERATIONS[scope["type"]]
        caller = Caller(door, operation=operation, address=scope["lobby.ip"], request=id)
        try:
            with calling(caller):
                app = self._refuse(scope) or self._cors.preflight(scope) or self._app
                await app(scope, receive, answer.send)
        except (ClientDisconnected, WebSocketDisconnect):
            raise
        except Exception as error:
            log.error("broken", exc_info=error)
            if answer.status:
                raise
            await message(500, BROKEN)(scope, receive, answer.send)

    def _refuse(self, scope: Scope) -> Response | None:
        """The answer to what is refused whatever it asks, by whomever; it is recorded."""
        audit: AuditLog = scope["app"].state.lobby.audit
        if scope["type"] == "http" and (no := scope.get("lobby.refusal")):
            audit.refused(no, status=429)
            return turned_away(no)
        if wrong := self._hosts.refuse(scope):
            if name := self._hosts.foreign(scope):
                audit.refused(Forbidden(wrong), what=HOST_REFUSED, target=name)
            return refusal(scope, wrong, api_prefix=self._api_prefix)
        if origin := self._cors.refused(scope):
            audit.refused(Forbidden(), what=ORIGIN_REFUSED, target=origin)
        return None


def middleware(settings: Settings) -> Middleware:
    """The middleware for these settings; raises ValueError for a proxy that is no network."""
    headers = HEADERS | (HTTPS_HEADERS if settings.url.startswith("https:") else {})
    return Middleware(
        RequestMiddleware,
        addresses=ClientAddresses(settings.trusted_proxies),
        hosts=AllowedHosts(settings),
        cors=Cors(Origins(settings)),
        headers=headers,
        api_prefix=settings.api_prefix,
    )


def message(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """A JSON response with a message for people."""
    return JSONResponse({"message": message}, status, headers)


def turned_away(no: LobbyError) -> Response:
    """The response to a connection over a limit, whatever it asks."""
    return message(429, str(no), {"Retry-After": str(math.ceil(no.retry_after or 1))})


async def unknown(scope: Scope, receive: Receive, send: Send) -> None:
    """404 for requests and handshakes that no route matches."""
    documented = scope["app"].state.lobby.settings.documents
    await message(404, UNKNOWN if documented else NOTHING)(scope, receive, send)


async def refuse(request: Request, error: Exception) -> Response:
    """The response to errors of the routing: 405 with `Allow`, or another status."""
    if not isinstance(error, HTTPException):
        raise error
    documented = request.app.state.lobby.settings.documents
    words = NOT_ALLOWED if documented else NOTHING
    if error.status_code != 405:
        return message(error.status_code, words)
    return message(405, words, {"Allow": ", ".join(sorted(_methods(request)))})


def _methods(request: Request) -> set[str]:
    """The methods that all routes of this path allow."""
    found: set[str] = set()
    for route in request.app.routes:
        if route.matches(request.scope)[0] is not Match.NONE:
            found |= getattr(route, "methods", None) or set()
    return found
