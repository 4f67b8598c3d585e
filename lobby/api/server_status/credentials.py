"""Parser of the Authorization header: ids of tokens everywhere, at `/auth` also two forms of Basic.

Basic with a colon: login and password are each base64. Without one: RFC 7617. As base64 has no
colon, the two cannot be confused. The words Bearer and Basic may be left out: what is hexadecimal
throughout is an id.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass

from lobby.domain.errors import Malformed, Unauthenticated
from lobby.identity.bearer import bearer
from protocol.codec import without_nul

LONGEST = 16 * 1024
"""Characters of an Authorization header with a login and its password."""
HEX = re.compile("[0-9a-fA-F]+")


@dataclass(frozen=True, slots=True)
class Basic:
    """A login and its password."""

    login: str
    password: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """A refresh token's id."""

    id: str


def read(header: str | None) -> Basic | Refresh:
    """Parse the header; raises Unauthenticated without one, Malformed where it is invalid."""
    if header is None:
        raise Unauthenticated("an Authorization header is needed: Basic to log in, Bearer to renew")
    scheme, _, rest = header.strip().partition(" ")
    if scheme.lower() == "bearer" or HEX.fullmatch(header.strip()):
        return Refresh(token_id(header))
    if len(header) > LONGEST:
        raise Malformed(message="the Authorization header is too long")
    match scheme.lower(), rest.strip():
        case "basic", credentials if credentials:
            return _basic(credentials)
        case _, "":
            return _basic(scheme)
    raise Malformed(message="Authorization: Basic and credentials, or Bearer and a refresh id")


def token_id(header: str) -> str:
    """The id that the header shows, with or without the word Bearer, in lower case; raises
    Malformed for what is not hexadecimal."""
    shown = bearer(header)
    id = header.strip() if shown is None else shown
    if not HEX.fullmatch(id):
        raise Malformed(
            message="Authorization: a token's id in hexadecimal, with Bearer or without"
        )
    return id.lower()


def _basic(credentials: str) -> Basic:
    """Parse Basic credentials; clients may leave the word Basic out."""
    login, colon, password = credentials.partition(":")
    if colon:
        return Basic(_decoded(login), _decoded(password))
    login, colon, password = _decoded(credentials).partition(":")
    if not colon:
        raise Malformed(message="Basic credentials hold a login, a colon and a password")
    return Basic(login, password)


def _decoded(text: str) -> str:
    """Decode base64 of UTF-8, in either alphabet, with padding or without."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    if not plain or len(text) - len(plain) > 2:
        raise Malformed(message="the credentials are not base64")
    try:
        said = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
        return without_nul(said)
    except (binascii.Error, ValueError):
        raise Malformed(message="the credentials are not base64 of UTF-8") from None
