"""For each operation a good request, and what each caller gets for it. A module for each noun."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.support.player_services import Caller, Callers


@dataclass
class Good:
    """What goes into the path's gaps, and what else; `headers` in place of the caller's."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    json: Any = None
    headers: dict[str, str] | None = None

    def url(self, name: str) -> str:
        return name.partition(" ")[2].format(**self.path)

    def send(self, http: httpx2.Client, name: str, caller: Caller) -> httpx2.Response:
        method = name.partition(" ")[0]
        headers = caller.headers if self.headers is None else self.headers
        return http.request(
            method, self.url(name), params=self.query, json=self.json, headers=headers
        )


Making = Callable[[Callers, Caller], Good]


@dataclass
class Line:
    """`outcomes` in the order of ACTORS: the status or, where a new token would help, `renew`."""

    good: Making
    outcomes: str


def plain(callers: Callers, caller: Caller) -> Good:
    """Nothing in its path, query or body."""
    return Good()


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
ANYBODY = "200 200 200 200 200 200 200 200 200 200 200"
READERS = "renew 200 200 200 200 200 renew renew renew renew renew"
"""Whoever has a good token of this door."""
