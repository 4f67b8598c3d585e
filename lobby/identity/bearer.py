"""Bearer tokens (RFC 6750): where the Authorization header holds one."""

from __future__ import annotations


def bearer(authorization: str | None) -> str | None:
    """The token; None where there is no header or it names another scheme. It may be empty."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
