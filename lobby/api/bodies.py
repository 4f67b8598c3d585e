"""Bodies of requests, read up to a bound."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import Message, Receive

from lobby.domain.errors import LobbyError, Malformed, TooLarge
from protocol.codec import problem

JSON = "application/json"
PLAIN = ("", "identity")
"""Content codings of a body that is sent as it is."""


class Encoded(LobbyError):
    """A body is read only as it is, without Content-Encoding; send it uncompressed."""

    code = "content_encoding"


def require_plain(request: Request) -> None:
    """Raises Encoded for a compressed body, which would be read as something else."""
    for said in request.headers.getlist("content-encoding"):
        if any(coding.strip().lower() not in PLAIN for coding in said.split(",")):
            raise Encoded


def require_json_type(request: Request) -> None:
    """Raises Malformed for another Content-Type, or none; one said twice, by a proxy, is one."""
    said = {type_of(type) for type in request.headers.getlist("content-type")}
    if said != {JSON}:
        raise Malformed([problem("content_type", f"should be {JSON}", "header", "Content-Type")])


def type_of(header: str) -> str:
    """The media type of a Content-Type header, without its parameters."""
    return header.partition(";")[0].strip().lower()


def bounded(receive: Receive, largest: int) -> Receive:
    """Limit the body that is read. Starlette's own limit would answer in its words, not ours."""
    left = largest

    async def read() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge([problem("too_long", f"at most {largest} bytes are read", "body")])
        return message

    return read
