"""Web origins: pages of which sites may call this server from a browser, over HTTP and the channel.

A page of our own is told by the host that it called. Others are listed in `allowed_origins`.
"""

from __future__ import annotations

import re

import structlog

from lobby.config import Settings

log = structlog.get_logger(__name__)

MOST_NOTED = 100
"""Refused origins that are logged, each once: whoever makes them up cannot fill the log."""
ORIGIN = re.compile(r"null|[a-z][a-z0-9+.-]{1,20}://[a-z0-9.:\[\]_-]{1,200}", re.IGNORECASE)
"""What a browser sends as its page's origin; anything else could be a secret, and is not logged."""
NO_ORIGIN = "(none that a browser sends)"
REMEDY = (
    "LOBBY_ALLOWED_ORIGINS lists the sites whose pages may call this server;"
    " LOBBY_PUBLIC_URL says its own address, where a proxy does not pass the host on"
)


def is_allowed(settings: Settings, origin: str, host: str | None) -> bool:
    """Whether the origin is listed, or our own page's; `host` is the request's Host header."""
    ours = bool(host) and origin in (f"http://{host}", f"https://{host}")
    return ours or origin == settings.url or origin in settings.allowed_origins


class Origins:
    def __init__(self, settings: Settings) -> None:
        self.listed = frozenset(settings.allowed_origins)
        self._settings = settings
        self._noted: set[str] = set()

    def allows(self, origin: str, host: str | None) -> bool:
        """See `is_allowed`. A refusal is logged, as the browser tells its user nothing."""
        allowed = is_allowed(self._settings, origin, host)
        if not allowed:
            self._note(origin if ORIGIN.fullmatch(origin) else NO_ORIGIN)
        return allowed

    def _note(self, origin: str) -> None:
        if origin in self._noted or len(self._noted) >= MOST_NOTED:
            return
        self._noted.add(origin)
        log.warning("origin_refused", origin=origin, remedy=REMEDY)
