"""Host names under which we answer: a page that has its own name point to our address (DNS
rebinding) is refused.

By default those that nobody else can have point here: addresses, `localhost`, the machine's own
name, and that of the public URL.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import Scope

from lobby.config import Settings

HOST = re.compile(r"([a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])\.?(?::\d{0,5})?", re.ASCII)
"""A Host header: a name or an IPv6 address, and perhaps a port."""
PROBES = "/health/"
"""Paths under any host name: a balancer's health check names an address, or itself."""
USERS = re.compile(r"/(users|slots)(/|$)")
"""Paths of the document that answers in plain text."""
NO_HOST = "HTTP/1.1 needs one Host header, with the name and perhaps the port of this server"
OTHER_HOST = (
    "This server does not answer under that host name; its operator adds it to LOBBY_ALLOWED_HOSTS"
)


class AllowedHosts:
    """Exact ones, `*.example.com`, or `*` for any; without a setting, the safe ones."""

    def __init__(self, settings: Settings) -> None:
        names = {name.lower() for name in settings.allowed_hosts}
        self._addresses = not names
        self._any = "*" in names
        self._exact = names or _own_names(settings)
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))

    def refuse(self, scope: Scope) -> str | None:
        """Why the request's Host header is not allowed, if it is not. HTTP/1.0 needs none."""
        given = [value for name, value in scope["headers"] if name == b"host"]
        named = [HOST.fullmatch(value.decode("latin-1").lower()) for value in given]
        if None in named or len(given) > 1 or (not given and scope["http_version"] != "1.0"):
            return NO_HOST
        if self._any or scope["path"].startswith(PROBES):
            return None
        hosts = [host[1] for host in named if host]
        if all(self._allows(host) for host in hosts) and (hosts or self._addresses):
            return None
        return OTHER_HOST

    def foreign(self, scope: Scope) -> str:
        """The name, well-formed, that a page of another's may have; empty: none was said."""
        given = [value for name, value in scope["headers"] if name == b"host"]
        host = HOST.fullmatch(given[0].decode("latin-1").lower()) if len(given) == 1 else None
        return host[1] if host else ""

    def _allows(self, host: str) -> bool:
        if host in self._exact or host.endswith(self._endings):
            return True
        return self._addresses and _is_address(host)


def refusal(scope: Scope, words: str, *, api_prefix: str) -> Response:
    """400, in the words of the document that the path belongs to."""
    path: str = scope["path"]
    if path.startswith(f"{api_prefix}/"):
        return JSONResponse({"error": words, "needRefresh": False}, 400)
    if scope["type"] == "http" and USERS.match(path):
        return PlainTextResponse(words, 400)
    return JSONResponse({"message": words}, 400)


def _own_names(settings: Settings) -> set[str]:
    """What the machine is called, also on its own network (mDNS), and what clients were told."""
    machine = socket.gethostname().lower()
    short = machine.partition(".")[0]
    told = (urlsplit(settings.public_url).hostname or "", settings.host.lower())
    return {"localhost", machine, short, f"{short}.local", *told} - {"", ".local"}


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
