"""Proofs of who is asking: made here, checked here. Knows keys and claims, not accounts.

One algorithm, keys chosen by `kid` from our own ring; issuer, audience, type and subject are
required of every token. A token that renews opens nothing, and one that opens renews nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from pydantic import SecretStr

from lobby.config import SHORTEST_KEY, Settings, keys_of
from lobby.domain.errors import TokenExpired
from lobby.domain.login_errors import BadToken, Fault
from lobby.domain.permissions import Kind

ALGORITHM = "HS256"
ISSUER = AUDIENCE = "lobby"
LEEWAY_SECONDS = 30
LONGEST = 4096
REMEMBERED = 20_000
TYPES = {
    Kind.USER: "at+jwt",
    Kind.HOST: "host+jwt",
    Kind.ANONYMOUS: "guest+jwt",
    Kind.PLAYER: "player+jwt",
}
RENEWING = "refresh+jwt"
KINDS = {**{type: kind for kind, type in TYPES.items()}, RENEWING: Kind.PLAYER}
UNSIGNED = (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError)


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says, once its signature holds. Times in Unix seconds; `expires` None: never.

    `renews`: it is exchanged for another and opens nothing. `client`: the game it was given to;
    `seal` binds it to a secret that may change.
    """

    account: str
    kind: Kind
    token_version: int
    issued: float
    expires: float | None
    renews: bool = False
    client: str | None = None
    seal: str | None = None


class Ring:
    """The signing keys: the first signs, all verify."""

    def __init__(self, keys: list[str], *, clock: Callable[[], float] = time.time) -> None:
        if not keys or any(len(key.encode()) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a signing key needs {SHORTEST_KEY} bytes or more")
        self._keys = {digest(key)[:8]: key for key in keys}
        self._first = digest(keys[0])[:8]
        self._clock = clock
        self._known: OrderedDict[str, Claims] = OrderedDict()

    def issue(
        self,
        account: str,
        kind: Kind,
        *,
        token_version: int,
        seconds: float | None,
        more: Mapping[str, object] | None = None,
    ) -> str:
        """`more` is for whoever reads the token elsewhere: here it means nothing."""
        claims = dict(more or {}) | {"sub": account, "ver": token_version}
        return self._signed(claims, TYPES[kind], seconds)

    def issue_renewing(
        self, account: str, *, token_version: int, seconds: float, client: str | None, seal: str
    ) -> str:
        """For a player; good any number of times."""
        claims = {"sub": account, "ver": token_version, "azp": client, "seal": seal}
        return self._signed(claims, RENEWING, seconds)

    def seal(self, secret: str, *, token_version: int) -> str:
        """A mark of the secret that tells nothing about it to who does not have our keys."""
        text = f"{token_version} {secret}".encode()
        return hmac.digest(self._keys[self._first].encode(), text, "sha256").hex()[:32]

    def _signed(self, claims: Mapping[str, object], type: str, seconds: float | None) -> str:
        now = int(self._clock())
        own: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "jti": secrets.token_hex(8),
        }
        if seconds is not None:
            own["exp"] = now + int(seconds)
        headers = {"kid": self._first, "typ": type}
        return jwt.encode({**claims, **own}, self._keys[self._first], ALGORITHM, headers=headers)

    def read(self, token: str) -> Claims:
        """What a token that opens says; raises TokenExpired or BadToken."""
        return self._read(token, renews=False)

    def read_renewing(self, token: str) -> Claims:
        return self._read(token, renews=True)

    def _read(self, token: str, *, renews: bool) -> Claims:
        if len(token) > LONGEST or not token.isascii():
            raise BadToken("form")
        name = digest(token)
        claims = self._known.get(name) or self._verify(token)
        if claims.renews is not renews:
            raise BadToken("kind")
        if claims.expires is not None and claims.expires + LEEWAY_SECONDS < self._clock():
            raise TokenExpired
        self._known[name] = claims
        self._known.move_to_end(name)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return claims

    def _verify(self, token: str) -> Claims:
        """Form, type, key, signature, claims; the expiry is judged by `_read`, each time."""
        looked_at: Fault = "absent" if token.count(".") != 2 else "form"
        try:
            header = jwt.get_unverified_header(token)
            looked_at = "kind"
            kind = KINDS[header["typ"]]
            looked_at = "key"
            key = self._keys[header["kid"]]
            looked_at = "claim"
            return _claims(kind, header["typ"] == RENEWING, _decoded(token, key))
        except UNSIGNED:
            raise BadToken("signature") from None
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, RecursionError):
            raise BadToken(looked_at) from None


def _decoded(token: str, key: str) -> dict[str, Any]:
    return jwt.decode(
        token,
        key,
        [ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=LEEWAY_SECONDS,
        options={"require": ["iss", "aud", "sub", "iat", "ver"], "verify_exp": False},
    )


def _claims(kind: Kind, renews: bool, said: Mapping[str, Any]) -> Claims:
    return Claims(
        account=str(said["sub"]),
        kind=kind,
        token_version=int(said["ver"]),
        issued=float(said["iat"]),
        expires=_moment(said.get("exp")),
        renews=renews,
        client=said.get("azp"),
        seal=said.get("seal"),
    )


def _moment(value: object) -> float | None:
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    raise ValueError("exp is no time")


def digest(secret: str) -> str:
    """How opaque secrets are kept: they carry 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def opaque() -> str:
    """256 random bits in hexadecimal."""
    return secrets.token_hex(32)


class BadKeys(ValueError):
    """The signing keys cannot be used; the message says why, and never what they are."""


def ring(settings: Settings) -> Ring:
    path = Path(settings.secret_file)
    try:
        keys = keys_of(settings.secret) or kept_keys(path)
    except OSError as failure:
        raise BadKeys(f"LOBBY_SECRET_FILE: {path}: {failure.strerror}") from failure
    try:
        return Ring(keys)
    except ValueError as wrong:
        raise BadKeys(f"LOBBY_SECRET_FILE: {path}: {wrong}") from None


def kept_keys(path: Path) -> list[str]:
    """The keys in the file; the first process to come makes one, readable by its owner alone."""
    if not path.exists():
        with suppress(FileExistsError), _written(path, [opaque()]) as new:
            os.link(new, path)
    return keys_of(SecretStr(path.read_text().strip()))


def keep_keys(path: Path, keys: list[str]) -> None:
    """All of them or none, however this ends."""
    with _written(path, keys) as new:
        os.replace(new, path)


@contextmanager
def _written(path: Path, keys: list[str]) -> Iterator[Path]:
    """A whole file beside it, for its owner alone; gone afterwards, under that name."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(",".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        yield new
    finally:
        new.unlink(missing_ok=True)
