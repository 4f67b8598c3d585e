"""The web page: static files from `lobby/web`, with ETag and Content-Security-Policy."""

from __future__ import annotations

import hashlib
import html
import json
import re
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lobby.api.conditional import unchanged
from lobby.context import Lobby
from lobby.domain.sessions.templates import HOSTED
from lobby.integrations import motd

WEB = Path(__file__).parent.parent / "web"
PLACES = ("/", "/s/{session}", "/people", "/inbox")
"""Addresses of the page: one place each, of the same file."""

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FILES = {path.name: path.read_bytes() for path in WEB.iterdir() if path.suffix in KINDS}
CLIENT = "/client/v1/lobby.js"
MODULES = "\n    ".join(
    f'<link rel="modulepreload" href="{path}">'
    for path in (CLIENT, *(f"/web/{name}" for name in sorted(FILES) if name.endswith(".js")))
)
"""All of them at once: else each import would be found only when the one before has come."""

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
    """The page itself, with what the lobby says of itself in it."""
    lobby: Lobby = request.app.state.lobby
    return _answer(request, _filled(lobby.settings.name, facts(lobby)), ".html")


def facts(lobby: Lobby) -> str:
    """JSON object for the page: name, message of the day, region, the most that a window may hold,
    and the queues that whoever launches a session here may search in."""
    settings, catalogue = lobby.settings, lobby.catalogue
    template = catalogue.by_session_type.get(HOSTED)
    may_search = template is not None and template.can_join_matchmaking
    region = next((one for one in catalogue.regions if one.region_id == settings.region), None)
    said = {
        "name": settings.name,
        "motd": motd.message(settings.motd).clean,
        "region": (region.description if region else None) or settings.region or None,
        "most": settings.window_limit,
        "queues": [one.queue_id for one in catalogue.queues if one.active] if may_search else [],
    }
    return json.dumps(said, ensure_ascii=False)


async def file(request: Request) -> Response:
    """A style sheet, script or picture of the page."""
    name: str = request.path_params["name"]
    body = FILES.get(name)
    if body is None or name.endswith(".html"):
        return Response("not found", 404, HEADERS, "text/plain")
    return _answer(request, body, Path(name).suffix)


@lru_cache(maxsize=8)
def _filled(name: str, facts: str) -> bytes:
    parts = {"{{name}}": html.escape(name), "{{facts}}": html.escape(facts), "{{modules}}": MODULES}
    text = FILES["index.html"].decode()
    return re.sub("|".join(parts), lambda found: parts[found[0]], text).encode()


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
    *(Route(place, index) for place in PLACES),
    Route("/web/{name}", file),
]
