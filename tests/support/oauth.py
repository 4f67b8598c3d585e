"""A fake OpenID Connect provider with one user who always consents.

It verifies each request strictly (client, PKCE, redirect URI); a test can make its answers wrong.
"""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.support.upstream import Reply, Upstream, UpstreamRequest, upstream

CLIENT, SECRET = "game-at-the-platform", "what the platform gave the game"
WELL_KNOWN = "/.well-known/openid-configuration"
Json = dict[str, Any]


class Wrong(Exception):
    """A request to the provider is wrong."""


@dataclass
class Login:
    """The login that an authorization code stands for."""

    redirect_uri: str
    challenge: str
    nonce: str
    user: str


@dataclass
class Oidc:
    """`person` is who logs in. `claims` are said instead of the true ones, or left out where None;
    `about` of the provider itself; `replies` are given in place of its own, by path. `wrongs` is
    what those who asked did not show."""

    service: Upstream
    secret: str | None = SECRET
    person: Json = field(default_factory=lambda: {"sub": "user-1", "name": "Ann"})
    claims: Json = field(default_factory=dict)
    about: Json = field(default_factory=dict)
    replies: dict[str, Reply] = field(default_factory=dict)
    logins: dict[str, Login] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)
    named: int = 0

    def __post_init__(self) -> None:
        self.rotate()
        self.service.answer = self.answer

    @property
    def issuer(self) -> str:
        return self.service.url

    def rotate(self) -> None:
        """Rotate: sign with a new key, and publish no other."""
        self.named += 1
        self.key = RSAKey.generate_key(2048, {"kid": f"key-{self.named}", "use": "sig"})

    def reset(self) -> None:
        """Correct answers again."""
        for said in (self.claims, self.about, self.replies, self.wrongs):
            said.clear()

    def asked(self, path: str) -> int:
        return sum(asked.path == path for asked in self.service.asked)

    def log_in(self, address: str) -> str:
        """Follow a browser's authorization request; returns the redirect back."""
        said = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
        assert address.startswith(f"{self.issuer}/authorize?"), address
        assert (said["response_type"], said["client_id"]) == ("code", CLIENT)
        assert said["code_challenge_method"] == "S256"
        assert "openid" in said["scope"].split()
        code = secrets.token_urlsafe(16)
        user = self.person["sub"]
        self.logins[code] = Login(said["redirect_uri"], said["code_challenge"], said["nonce"], user)
        back = {"code": code, "state": said["state"], "iss": self.issuer}
        return f"{said['redirect_uri']}?{urlencode(back)}"

    def token(self, **claims: Any) -> str:
        """An ID token, signed with the current key."""
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, **self.person}
        said |= claims | self.claims
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, kept, self.key)

    def answer(self, asked: UpstreamRequest) -> Reply:
        if asked.path in self.replies:
            return self.replies[asked.path]
        match asked.path:
            case "/.well-known/openid-configuration":
                return _json(self._about())
            case "/keys":
                return _json({"keys": [self.key.as_dict(private=False)]})
            case "/token":
                return self._redeem(asked)
        return Reply(404)

    def _about(self) -> Json:
        here = self.issuer
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "response_types_supported": ["code"],
            "authorization_response_iss_parameter_supported": True,
            **self.about,
        }

    def _redeem(self, asked: UpstreamRequest) -> Reply:
        said = dict(parse_qsl(asked.body.decode(), strict_parsing=True))
        try:
            self._require_client(asked, said)
            login = self.logins.pop(said.get("code", ""), None)
            if login is None or said["grant_type"] != "authorization_code":
                raise Wrong("code")
            if said["redirect_uri"] != login.redirect_uri:
                raise Wrong("redirect_uri")
            if challenge(said.get("code_verifier", "")) != login.challenge:
                raise Wrong("code_verifier")
        except Wrong as why:
            self.wrongs.append(str(why))
            return Reply(400, b'{"error": "invalid_grant"}')
        token = self.token(sub=login.user, nonce=login.nonce)
        return _json({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def _require_client(self, asked: UpstreamRequest, said: dict[str, str]) -> None:
        """In the header or, where this provider says so, in the form; without a secret by id."""
        basic = asked.headers.get("Authorization", "").removeprefix("Basic ")
        shown = b64decode(basic).decode() if basic else ""
        if not basic and self.about.get("token_endpoint_auth_methods_supported"):
            shown = f"{said.get('client_id')}:{said.get('client_secret')}"
        if self.secret is None and said.get("client_id") == CLIENT:
            return
        if shown != f"{CLIENT}:{self.secret}":
            raise Wrong("client")


def challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")


def _json(said: Json) -> Reply:
    return Reply(body=json.dumps(said).encode())


@contextmanager
def provider(*, secret: str | None = SECRET) -> Iterator[Oidc]:
    with upstream() as service:
        yield Oidc(service, secret)
