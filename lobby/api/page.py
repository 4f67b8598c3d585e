"""The web page: static files from `lobby/web`, with ETag and Content-Security-Policy."""

from __future__ import annotations

import hashlib
import html
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lobby.api.conditional import unchanged

WEB = Path(__file__).parent.parent / "web"
NAME = "{{name}}"
"""Where the lobby's name goes in `index.html`."""

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FILES = {path.name: path.read_bytes() for path in WEB.iterdir() if path.suffix in KINDS}

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-cache",
    "X-Content-Type-Options": "nosniff",
}


async def index(request: Request) -> Response:
    """The page itself, with the lobby's name in it."""
    name: str = request.app.state.lobby.settings.name
    return _answer(request, _named(name), ".html")


async def file(request: Request) -> Response:
    """A style sheet, script or picture of the page."""
    name: str = request.path_params["name"]
    body = FILES.get(name)
    if body is None or name.endswith(".html"):
        return Response("not found", 404, HEADERS, "text/plain")
    return _answer(request, body, Path(name).suffix)


@lru_cache(maxsize=8)
def _named(name: str) -> bytes:
    text = FILES["index.html"].decode()
    return text.replace(NAME, html.escape(name)).encode()


def _answer(request: Request, body: bytes, suffix: str) -> Response:
    etag = _etag(body)
    headers = {**HEADERS, "ETag": etag}
    if unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=KINDS[suffix])


@lru_cache(maxsize=32)
def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


routes = [
    Route("/", index),
    Route("/web/{name}", file),
]
