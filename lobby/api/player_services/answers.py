"""What the endpoints of this door share: how an answer is written and tagged, which answers a row
lists, and what the ids in a path mean.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from lobby.api.dialect import Call, unchanged
from lobby.domain.errors import SessionNotFound
from protocol.codec import LARGEST_INTEGER, encode, without_nul
from protocol.player_services import errors as words

NO = words.HzApiErrorModel
BROKEN = {500: NO, 503: NO}
DENIED = {403: NO, **BROKEN}
STD = {422: words.HTTPValidationError, **DENIED}
"""Whatever takes something in: from a path, a query, headers or a body."""

ETAG = "This version of it. Sent as If-None-Match, it saves the body."
TAGGED = {200: {"ETag": ETAG}, 304: {"ETag": ETAG}}
"""`headers` of a row that reads something tagged."""
MARKED = {200: {"ETag": ETAG}}
"""`headers` of a row that changes something tagged, and gives it."""
RETRIED = {409: {"Retry-After": "Seconds after which to try again."}}
"""`headers` of a row that may be asked again; the document promises 409 only there."""


def gives(model: Any, *refusals: int, status: int = 200) -> dict[int, Any]:
    """`gives` of a row: what all rows may answer, this model, and these refusals besides."""
    return {status: model, **dict.fromkeys(refusals, NO), **STD}


def reads(model: Any, *refusals: int) -> dict[int, Any]:
    """The same of a row that reads something tagged."""
    return {304: None, **gives(model, *refusals)}


def answer(
    said: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    return Response(encode(said), status, headers, "application/json")


def tagged(call: Call, said: BaseModel, etag: str) -> Response:
    """200 with the tag; 304 where it is read, and the client has it already."""
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if call.request.method in ("GET", "HEAD") and unchanged(call, etag):
        return Response(status_code=304, headers=headers)
    return answer(said, headers=headers)


def digested(call: Call, said: BaseModel) -> Response:
    """The same for what nobody numbers: its tag is made of what it says."""
    mark = hashlib.sha256(encode(said)).hexdigest()[:32]
    return tagged(call, said, f'"{mark}"')


def done(*, etag: str | None = None) -> Response:
    """204, with the tag of what is left, if it has one."""
    return Response(status_code=204, headers={"ETag": etag} if etag else None)


def from_base64(text: str) -> str | None:
    """The text within, of either alphabet, with padding or without; None where there is none."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        said = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
        return without_nul(said) or None
    except (binascii.Error, ValueError):
        return None


def session_id(text: str) -> int:
    """A session's id as this document writes it; what can be none is a session that is not."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_INTEGER)):
        return int(text)
    raise SessionNotFound
