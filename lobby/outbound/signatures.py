"""How a service of the operator's own knows that a call is ours, and for whom it is made."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "Lobby-"
TIME, SIGNATURE = f"{PREFIX}Time", f"{PREFIX}Signature"


def headers(
    about: Mapping[str, str], body: bytes, *, secret: str | None, now: float
) -> dict[str, str]:
    """What is said `about` the call, each under its name behind PREFIX; when it is made, in Unix
    seconds; and, with a secret, a signature over all that and the body."""
    said = {f"{PREFIX}{name}": value for name, value in about.items()} | {TIME: str(int(now))}
    if secret is not None:
        said[SIGNATURE] = f"v1={signature(said, body, secret=secret)}"
    return said


def signature(said: Mapping[str, str], body: bytes, *, secret: str) -> str:
    """HMAC-SHA-256 in hexadecimal, over a line for each header, in the order of their names, and a
    last one with the SHA-256 of the body."""
    lines = sorted(f"{name.lower()}:{value}" for name, value in said.items())
    text = "\n".join(["v1", *lines, hashlib.sha256(body).hexdigest()])
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()
