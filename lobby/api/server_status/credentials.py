"""The Authorization header of `/auth`: two forms of Basic, and the refresh id.

A colon is no letter of base64, so the two forms of Basic are told apart with certainty: with a
colon, login and password are encoded each for itself; without, as RFC 7617 has it.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from lobby.domain.errors import Malformed, Unauthenticated
from protocol.codec import without_nul

LONGEST = 4096


@dataclass(frozen=True, slots=True)
class Basic:
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Refresh:
    id: str


def read(header: str | None) -> Basic | Refresh:
    """What the header says; raises Unauthenticated without one, Malformed where it says nothing."""
    if header is None:
        raise Unauthenticated("an Authorization header is needed: Basic to log in, Bearer to renew")
    if len(header) > LONGEST:
        raise Malformed(message="the Authorization header is too long")
    scheme, _, rest = header.strip().partition(" ")
    match scheme.lower(), rest.strip():
        case "bearer", id if id:
            return Refresh(id)
        case "basic", credentials if credentials:
            return _basic(credentials)
        case _, "":
            return _basic(scheme)
    raise Malformed(message="Authorization: Basic and credentials, or Bearer and a refresh id")


def _basic(credentials: str) -> Basic:
    """The word Basic may be absent."""
    login, colon, password = credentials.partition(":")
    if colon:
        return Basic(_decoded(login), _decoded(password))
    login, colon, password = _decoded(credentials).partition(":")
    if not colon:
        raise Malformed(message="Basic credentials hold a login, a colon and a password")
    return Basic(login, password)


def _decoded(text: str) -> str:
    """Of either alphabet, with padding or without; UTF-8 within."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    if not plain or len(text) - len(plain) > 2:
        raise Malformed(message="the credentials are not base64")
    try:
        said = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
        return without_nul(said)
    except (binascii.Error, ValueError):
        raise Malformed(message="the credentials are not base64 of UTF-8") from None
