"""Webhook signatures (HMAC-SHA-256): headers by which a service verifies that a call is ours."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "Lobby-"
TIME, SIGNATURE = f"{PREFIX}Time", f"{PREFIX}Signature"


def headers(
    about: Mapping[str, str], body: bytes, *, secret: str | None, now: float
) -> dict[str, str]:
    """Headers for the values `about` the call, each name behind PREFIX; the time in Unix seconds;
    and, with a secret, a signature over these and the body."""
    fields = {f"{PREFIX}{name}": value for name, value in about.items()} | {TIME: str(int(now))}
    if secret is not None:
        fields[SIGNATURE] = f"v1={signature(fields, body, secret=secret)}"
    return fields


def signature(fields: Mapping[str, str], body: bytes, *, secret: str) -> str:
    """HMAC-SHA-256 in hexadecimal, over one line per header, sorted by name, and a last line with
    the SHA-256 of the body."""
    lines = sorted(f"{name.lower()}:{value}" for name, value in fields.items())
    text = "\n".join(["v1", *lines, hashlib.sha256(body).hexdigest()])
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()
