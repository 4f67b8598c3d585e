"""The clients of the channel, served to pages of every origin: `/client/v1/lobby.js`, its types,
and packages for npm and pip, which `scripts/clients` builds.

The path names the protocol's version. The files are public, so every origin may read them.
"""

from __future__ import annotations

import hashlib
import html
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lobby.api.conditional import unchanged

FOLDER = Path(__file__).parent.parent / "client_files"
KINDS = {
    ".js": "text/javascript; charset=utf-8",
    ".ts": "text/plain; charset=utf-8",
    ".tgz": "application/gzip",
    ".whl": "application/zip",
    ".html": "text/html; charset=utf-8",
}
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": "no-cache",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""A browser asks each time whether it has the current one: the address stays the same."""
FILES = {path.name: path.read_bytes() for path in FOLDER.glob("*") if path.suffix in KINDS}
INDEX = (
    "<!doctype html><title>Clients</title>"
    + "".join(f'<p><a href="{name}">{name}</a></p>' for name in map(html.escape, sorted(FILES)))
).encode()
"""What pip reads as `--find-links`: a wheel's name has its version in it."""
ETAGS = {
    name: f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    for name, body in {**FILES, "": INDEX}.items()
}


async def index(request: Request) -> Response:
    """Links to all the files."""
    return _answer(request, "", INDEX, KINDS[".html"])


async def file(request: Request) -> Response:
    """A client, its types, or a package."""
    name: str = request.path_params["name"]
    body = FILES.get(name)
    if body is None:
        return Response("not found", 404, HEADERS, "text/plain")
    return _answer(request, name, body, KINDS[Path(name).suffix])


def _answer(request: Request, name: str, body: bytes, kind: str) -> Response:
    headers = {**HEADERS, "ETag": ETAGS[name]}
    if unchanged(request, ETAGS[name]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=kind)


routes = [
    Route("/client/v1/", index),
    Route("/client/v1/{name}", file),
]
