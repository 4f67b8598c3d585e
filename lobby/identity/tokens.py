"""JWTs: signing and verifying access and refresh tokens. Knows keys and claims, not accounts.

One algorithm; `kid` selects a key of our own key ring. Issuer, audience, type and subject are
required. A refresh token is not accepted as an access token, nor the reverse.
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

from lobby.caller import identified
from lobby.config import SHORTEST_KEY, Settings, keys_of
from lobby.domain.entropy import is_guessable
from lobby.domain.errors import TokenExpired
from lobby.domain.login_errors import BadToken, Fault
from lobby.domain.permissions import Kind, Login
from lobby.identity import claim_values

ALGORITHM = "HS256"
ISSUER = AUDIENCE = "lobby"
LEEWAY_SECONDS = 30
"""How long after its expiry a token is still accepted: clocks differ."""
LONGEST_TOKEN = 4096
"""Characters of a token."""
MOST_CACHED = 20_000
"""Verified tokens that are cached in one process."""
CACHE_SECONDS = 120.0
"""How long a verified token is cached after its last use: people leave, and do not say so."""
TYPES = {
    Kind.USER: "at+jwt",
    Kind.HOST: "host+jwt",
    Kind.ANONYMOUS: "guest+jwt",
    Kind.PLAYER: "player+jwt",
}
REFRESH_TYPE = "refresh+jwt"
KINDS = {**{type: kind for kind, type in TYPES.items()}, REFRESH_TYPE: Kind.PLAYER}
CLAIM_ERRORS = (
    jwt.InvalidTokenError, LookupError, TypeError, ValueError, ArithmeticError, RecursionError,
)  # fmt: skip
SIGNATURE_ERRORS = (jwt.InvalidSignatureError, jwt.InvalidAlgorithmError, jwt.InvalidKeyError)


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of a verified token. Times in Unix seconds; `expires` None: never.

    `login`: the one that this token, perhaps renewed, goes back to. `client`: the game that a
    refresh token was issued to. `seal`: a MAC that binds it to a secret; when the secret changes,
    the token is no longer valid.
    """

    account: str
    kind: Kind
    token_version: int
    issued: float
    expires: float | None
    login: Login
    is_refresh: bool = False
    client: str | None = None
    seal: str | None = None


class KeyRing:
    """The signing keys: the first signs, all verify."""

    def __init__(self, keys: list[str], *, clock: Callable[[], float] = time.time) -> None:
        if not keys or any(len(key.encode()) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a signing key needs {SHORTEST_KEY} bytes or more")
        if any(is_guessable(key) for key in keys):
            raise ValueError("a signing key can be guessed; make one with: lobby token rotate")
        self._keys = {digest(key)[:8]: key for key in keys}
        self._first = digest(keys[0])[:8]
        self._clock = clock
        self._cache: OrderedDict[str, tuple[float, Claims]] = OrderedDict()  # by last use

    def issue(
        self,
        account: str,
        kind: Kind,
        *,
        token_version: int,
        seconds: float | None,
        login: Login | None = None,
        more: Mapping[str, object] | None = None,
    ) -> str:
        """An access token; `login` None: of a new login. `more`: claims for other services that
        read it, unused here."""
        claims = dict(more or {}) | {"sub": account, "ver": token_version}
        return self._signed(claims, TYPES[kind], seconds, login)

    def issue_refresh(
        self,
        account: str,
        *,
        token_version: int,
        seconds: float,
        client: str | None,
        seal: str,
        login: Login | None = None,
    ) -> str:
        """A player's refresh token; reusable until it expires."""
        claims = {"sub": account, "ver": token_version, "azp": client, "seal": seal}
        return self._signed(claims, REFRESH_TYPE, seconds, login)

    def new_login(self) -> Login:
        return Login(secrets.token_hex(8), int(self._clock()))

    def seal(self, secret: str, *, token_version: int) -> str:
        """A MAC of the secret, keyed with our signing key."""
        text = f"{token_version} {secret}".encode()
        return hmac.digest(self._keys[self._first].encode(), text, "sha256").hex()[:32]

    def secrets_for(self, purpose: str) -> list[str]:
        """256 bits in hexadecimal that can be had again, by each key; the first is today's."""
        text = f"secret {purpose}".encode()
        first = [self._keys[self._first]]
        keys = first + [key for key in self._keys.values() if key not in first]
        return [hmac.digest(key.encode(), text, "sha256").hex() for key in keys]

    def _signed(
        self, claims: Mapping[str, object], type: str, seconds: float | None, login: Login | None
    ) -> str:
        now, login = int(self._clock()), login or self.new_login()
        own: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "iat": now,
            "jti": secrets.token_hex(8),
            "sid": login.id,
            "auth_time": login.at,
        }
        if seconds is not None:
            own["exp"] = now + int(seconds)
        headers = {"kid": self._first, "typ": type}
        return jwt.encode({**claims, **own}, self._keys[self._first], ALGORITHM, headers=headers)

    def read(self, token: str) -> Claims:
        """Claims of an access token; raises TokenExpired or BadToken."""
        return self._read(token, is_refresh=False)

    def read_refresh(self, token: str) -> Claims:
        """Claims of a refresh token; raises TokenExpired or BadToken."""
        return self._read(token, is_refresh=True)

    def _read(self, token: str, *, is_refresh: bool) -> Claims:
        if len(token) > LONGEST_TOKEN or not token.isascii():
            raise BadToken("form")
        name, now = digest(token), self._clock()
        _, known = self._cache.get(name, (now, None))
        claims = known or self._verify(token)
        identified(claims.account)
        if claims.is_refresh is not is_refresh:
            raise BadToken("kind")
        if claims.expires is not None and claims.expires + LEEWAY_SECONDS < now:
            raise TokenExpired
        self._cache[name] = (now, claims)
        self._cache.move_to_end(name)
        self._evict(now - CACHE_SECONDS)
        return claims

    def _evict(self, before: float) -> None:
        """Those that were not used since, and the least recently used of too many."""
        while self._cache:
            used, _ = next(iter(self._cache.values()))
            if used > before and len(self._cache) <= MOST_CACHED:
                return
            self._cache.popitem(last=False)

    def _verify(self, token: str) -> Claims:
        """Verifies form, type, key, signature and claims; `_read` checks the expiry each time."""
        looked_at: Fault = "absent" if token.count(".") != 2 else "form"
        try:
            header = jwt.get_unverified_header(token)
            looked_at = "kind"
            kind = KINDS[header["typ"]]
            looked_at = "key"
            key = self._keys[header["kid"]]
            looked_at = "claim"
            return _claims(kind, header["typ"] == REFRESH_TYPE, _decoded(token, key))
        except SIGNATURE_ERRORS:
            raise BadToken("signature") from None
        except CLAIM_ERRORS:
            raise BadToken(looked_at) from None


def _decoded(token: str, key: str) -> dict[str, Any]:
    # Our own keys signed it: one that was issued in the future is another process' clock.
    return jwt.decode(
        token,
        key,
        [ALGORITHM],
        issuer=ISSUER,
        audience=AUDIENCE,
        leeway=LEEWAY_SECONDS,
        options={
            "require": ["iss", "aud", "sub", "iat", "ver"],
            "verify_exp": False,
            "verify_iat": False,
        },
    )


def _claims(kind: Kind, is_refresh: bool, claims: Mapping[str, Any]) -> Claims:
    # Tokens that were issued before logins had names go back to themselves.
    login = Login(
        claim_values.text(claims.get("sid") or claims.get("jti", "")),
        claim_values.time_of(claims.get("auth_time", claims["iat"])),
    )
    return Claims(
        account=claim_values.text(claims["sub"]),
        kind=kind,
        token_version=claim_values.whole(claims["ver"]),
        issued=claim_values.time_of(claims["iat"]),
        expires=None if claims.get("exp") is None else claim_values.time_of(claims["exp"]),
        login=login,
        is_refresh=is_refresh,
        client=claims.get("azp"),
        seal=claims.get("seal"),
    )


def digest(secret: str) -> str:
    """The hash under which random secrets are stored: they have 256 random bits, so it needs
    neither salt nor cost."""
    return hashlib.sha256(secret.encode()).hexdigest()


def random_secret() -> str:
    """256 random bits in hexadecimal."""
    return secrets.token_hex(32)


class BadKeys(ValueError):
    """The signing keys cannot be used; the message says why, and never what they are."""


def load_key_ring(settings: Settings, *, clock: Callable[[], float] = time.time) -> KeyRing:
    path = Path(settings.secret_file)
    try:
        keys = keys_of(settings.secret) or read_or_create_keys(path)
    except OSError as failure:
        raise BadKeys(f"LOBBY_SECRET_FILE: {path}: {failure.strerror}") from failure
    try:
        return KeyRing(keys, clock=clock)
    except ValueError as wrong:
        raise BadKeys(f"LOBBY_SECRET_FILE: {path}: {wrong}") from None


def read_or_create_keys(path: Path) -> list[str]:
    """The keys in the file; the first process creates it, readable by its owner alone."""
    if not path.exists():
        with suppress(FileExistsError), _written_file(path, [random_secret()]) as new:
            os.link(new, path)
    return keys_of(SecretStr(path.read_text().strip()))


def write_keys(path: Path, keys: list[str]) -> None:
    """Replace the file atomically."""
    with _written_file(path, keys) as new:
        os.replace(new, path)


@contextmanager
def _written_file(path: Path, keys: list[str]) -> Iterator[Path]:
    """A temporary file beside it with the keys, synced to disk and readable by its owner alone."""
    new = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        with open(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            file.write(",".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        yield new
    finally:
        new.unlink(missing_ok=True)
