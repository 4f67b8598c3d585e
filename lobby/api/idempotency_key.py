"""The header Idempotency-Key: a request that is repeated with the same key has its effect once.

What is kept is the key, a keyed digest of the request and the name of what it wrote, never a
response: a repeat is answered from what is there now, so that no secret has to be kept.
"""

from __future__ import annotations

import re

from starlette.requests import Request

from lobby.context import Lobby
from lobby.domain.errors import Malformed
from lobby.idempotency import Command, digests
from protocol.codec import problem

HEADER = "Idempotency-Key"
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
KEY = re.compile(r"[!-~]{1,64}")
SCOPE = "http "
"""Before each key in the store: with a space, so that no id of the channel is the same."""


async def command_of(request: Request, lobby: Lobby, identity: str) -> Command | None:
    """The request as a command that is carried out once; None without a key. Raises Malformed for
    a key that is none."""
    keys = request.headers.getlist(HEADER)
    if not keys:
        return None
    if len(keys) > 1 or not KEY.fullmatch(keys[0]):
        what = "must be one key of 1 to 64 visible ASCII characters"
        raise Malformed([problem("malformed", what, "header", HEADER)])
    today, *earlier = await _digests(request, lobby)
    return Command(identity, SCOPE + keys[0], today, lobby.clock(), also=tuple(earlier))


async def _digests(request: Request, lobby: Lobby) -> list[str]:
    """Of method, path, query and body."""
    url = f"{request.method} {request.url.path}?{request.url.query}\n"
    content = url.encode() + await request.body()
    return digests(lobby.key_ring.secrets_for("idempotency"), content)
