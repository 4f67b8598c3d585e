"""Routes whose path parts may hold slashes: a part ends at a slash that stands in the path itself,
not at one that is escaped (`a%2Fb` is one part).

ASGI servers unescape the path as a whole, after which the two cannot be told apart.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

ESCAPED_SLASH = re.compile("%2f", re.IGNORECASE)
PLACEHOLDER = "\udc2f"
"""Stands for an escaped slash while parts are told apart: half a surrogate pair, which no escape
gives."""
PARTS = "lobby.parts"
"""Key of the request's scope for its path with placeholders: each route asks for it."""
ONE_PART, REST = "[^/]+)$", ".+)$"
"""How the pattern of a path ends whose last part may hold no slash, and any."""


class PartsRoute(Route):
    """`open_end`: the last part is all that remains of the path, its slashes escaped or not: some
    clients and proxies do not escape them."""

    def __init__(
        self,
        path: str,
        endpoint: Callable[[Request], Awaitable[Response]],
        *,
        open_end: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(path, endpoint, **options)
        if open_end:
            start = self.path_regex.pattern.removesuffix(ONE_PART)
            self.path_regex = re.compile(start + REST, re.DOTALL)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        raw: bytes = scope.get("raw_path") or b""
        if b"%2" not in raw:
            return super().matches(scope)
        if PARTS not in scope:
            parts = ESCAPED_SLASH.split(raw.decode("latin-1"))
            scope[PARTS] = PLACEHOLDER.join(map(unquote, parts))
        match, found = super().matches({**scope, "path": scope[PARTS]})
        if "path_params" in found:
            said = found["path_params"].items()
            found["path_params"] = {name: text.replace(PLACEHOLDER, "/") for name, text in said}
        return match, found
