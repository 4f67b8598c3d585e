"""Responses of this door: bodies, ETags, conditional requests, and the statuses that rows list."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from pydantic import BaseModel
from starlette.responses import Response

from lobby.api.conditional import unchanged
from lobby.api.dialect import Call
from lobby.domain.errors import SessionNotFound
from protocol.codec import LARGEST_INTEGER, encode, without_nul
from protocol.player_services import errors as words

ERROR = words.HzApiErrorModel
BROKEN = {429: ERROR, 500: ERROR, 503: ERROR}
"""Responses of any row: too many requests, or something is broken or away."""
DENIED = {403: ERROR, **BROKEN}
STD = {422: words.HTTPValidationError, **DENIED}
"""Responses of any row with a path, a query, headers or a body."""

ETAG = "This version of it. Sent as If-None-Match, it saves the body."
CONDITIONAL = {200: {"ETag": ETAG}, 304: {"ETag": ETAG}}
"""`headers` of a row that reads something with an ETag (a conditional request)."""
WITH_ETAG = {200: {"ETag": ETAG}}
"""`headers` of a row that changes something with an ETag, and returns it."""
ABOUT = "Facts about the refusal for programs: a JSON object in ASCII."
TELLS_WHY = {403: {"Lobby-About": ABOUT}, 409: {"Lobby-About": ABOUT}}
"""`headers` of a row by which one comes into a session."""
RETRYABLE = {409: {"Retry-After": "Seconds after which to try again."}}
"""`headers` of a row that may be retried; the document has 409 only there."""


def gives(model: Any, *refusals: int, status: int = 200) -> dict[int, Any]:
    """`gives` of a row: this model, these refusals, and those that all rows have."""
    return {status: model, **dict.fromkeys(refusals, ERROR), **STD}


def reads(model: Any, *refusals: int) -> dict[int, Any]:
    """The same for a row that reads something with an ETag: also 304."""
    return {304: None, **gives(model, *refusals)}


def answer(
    said: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """A JSON response."""
    return Response(encode(said), status, headers, "application/json")


def tagged(call: Call, said: BaseModel, etag: str) -> Response:
    """200 with the ETag; 304 for a read where the client has it already."""
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if call.request.method in ("GET", "HEAD") and unchanged(call.request, etag):
        return Response(status_code=304, headers=headers)
    return answer(said, headers=headers)


def tagged_by_content(call: Call, said: BaseModel) -> Response:
    """The same for what has no version: its ETag is a hash of its content."""
    etag = hashlib.sha256(encode(said)).hexdigest()[:32]
    return tagged(call, said, f'"{etag}"')


def no_content(*, etag: str | None = None) -> Response:
    """204, with the ETag of what was changed, if it has one."""
    return Response(status_code=204, headers={"ETag": etag} if etag else None)


def from_base64(text: str) -> str | None:
    """Decode base64 of UTF-8, in either alphabet, with padding or without; None if it is none."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        said = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
        return without_nul(said) or None
    except (binascii.Error, ValueError):
        return None


def session_id(text: str) -> int:
    """The number of a session's id; raises SessionNotFound for text that is none."""
    if text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_INTEGER)):
        return int(text)
    raise SessionNotFound
