"""Cross-origin resource sharing (CORS): what browsers are told about pages of listed origins.

Every door alike; credentials that a browser adds by itself (cookies) are never shared. Starlette's
middleware would also answer origins that are not listed.
"""

from __future__ import annotations

from starlette.responses import Response
from starlette.types import Scope

from lobby.origins import ORIGIN, Origins

PREFLIGHT_SECONDS = 7200
"""How long a browser may keep the answer to a preflight request."""

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE"
REQUEST_HEADERS = (
    "Authorization, Content-Type, Accept, If-None-Match, If-Match, Idempotency-Key,"
    " Source-Of-Truth-Key"
)
EXPOSED = "Location, ETag, Retry-After, X-Request-Id, Host-Key, Lobby-About"
ASKED = b"access-control-request-method"
VARY = (b"vary", b"Origin")


class Cors:
    def __init__(self, origins: Origins) -> None:
        self._origins = origins

    def headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        """What the response to this request carries; to other origins, nothing but `Vary`."""
        vary = [VARY] if self._origins.listed else []
        origin = _header(scope, b"origin")
        if scope["type"] != "http" or origin is None:
            return vary
        if not self._origins.allows(origin, _header(scope, b"host")):
            return vary
        if origin not in self._origins.listed:
            return vary
        return [
            *vary,
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-expose-headers", EXPOSED.encode()),
        ]

    def preflight(self, scope: Scope) -> Response | None:
        """The answer to a listed origin that asks what it may send; None: no preflight request."""
        asks = scope["type"] == "http" and scope["method"] == "OPTIONS"
        if not asks or _header(scope, ASKED) is None:
            return None
        if _header(scope, b"origin") not in self._origins.listed:
            return None
        headers = {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": REQUEST_HEADERS,
            "Access-Control-Max-Age": str(PREFLIGHT_SECONDS),
        }
        return Response(status_code=204, headers=headers)

    def refused(self, scope: Scope) -> str:
        """The origin of another site's page that asks what it may send; empty: none does."""
        asks = scope["type"] == "http" and scope["method"] == "OPTIONS"
        origin = _header(scope, b"origin") or ""
        if not asks or not ORIGIN.fullmatch(origin) or _header(scope, ASKED) is None:
            return ""
        return "" if self._origins.allows(origin, _header(scope, b"host")) else origin


def _header(scope: Scope, name: bytes) -> str | None:
    for given, value in scope["headers"]:
        if given == name:
            return bytes(value).decode("latin-1")
    return None
