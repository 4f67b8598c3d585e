"""ID tokens of OpenID Connect providers: which key may have signed one, who issued it, and to whom.

Providers differ in what they leave open: a key's `use` and `kid` may be missing or null, `kid` in a
token too; a token may be for one client of a project and issued to another; an issuer that serves
many tenants names each in a claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import (
    BadSignatureError,
    InvalidClaimError,
    InvalidKeyIdError,
    JoseError,
    MissingClaimError,
    UnsupportedAlgorithmError,
)
from joserfc.jwk import Key, import_key
from joserfc.jws import extract_compact

from lobby.catalogue.providers import Provider
from lobby.identity.claim_values import time_of

Json = Mapping[str, Any]

LEEWAY_SECONDS = 30
"""How far a provider's clock may be from ours."""
ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
"""Asymmetric algorithms only."""
KEY_TYPES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
"""By the beginning of an algorithm's name."""
TIMES = ("exp", "iat", "nbf")
MOST_KEYS = 16
"""Keys of a provider that are tried on a token that names none."""
TOKEN_ERRORS = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""Exceptions of the library for an invalid token or key."""

TENANT = "{tenantid}"
"""Stands in the published issuer of a service with many tenants (Microsoft Entra)."""
ORGANIZATIONS = "organizations"
ALIASES = ("common", ORGANIZATIONS)
"""What stands there in the address of its discovery document: any account, or no private ones."""
PRIVATE_ACCOUNTS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of private Microsoft accounts."""
TENANT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNUSED = ("acr", "amr", "at_hash", "auth_time", "azp")
"""Claims that nothing depends on, in whatever form; `azp` is checked here."""


def decode(keys: Sequence[Json], token: str) -> jwt.Token:
    """The token, if one of the keys has signed it. Raises one of TOKEN_ERRORS: InvalidKeyIdError
    where a newer key might have."""
    header = extract_compact(token.encode()).headers()
    algorithm, kid = header["alg"], header.get("kid")
    if algorithm not in ALGORITHMS:
        raise UnsupportedAlgorithmError(str(algorithm))
    named = [key for key in keys if kid and key.get("kid") == kid]
    nameless = [key for key in keys if not (kid and key.get("kid"))]
    for key in _suitable(named or nameless, algorithm):
        try:
            return jwt.decode(token, key, ALGORITHMS)
        except BadSignatureError:
            continue
    raise BadSignatureError if named else InvalidKeyIdError("no key of the provider fits")


def _suitable(keys: Sequence[Json], algorithm: str) -> Iterator[Key]:
    """Keys that sign with this algorithm; those that are not understood are passed over."""
    found = 0
    for key in keys:
        said = {name: value for name, value in key.items() if value not in (None, "")}
        right = said.get("use", "sig") == "sig" and said.get("alg", algorithm) == algorithm
        if not right or said.get("kty") != KEY_TYPES[algorithm[:2]] or found >= MOST_KEYS:
            continue
        try:
            yield import_key(said)
            found += 1
        except TOKEN_ERRORS:
            continue


def verified(
    read: jwt.Token, provider: Provider, *, issuer: str, nonce: str | None, now: float
) -> Json:
    """The claims, after checking issuer, audience, times and, if given, nonce. `issuer`: as the
    provider publishes it. Raises one of TOKEN_ERRORS."""
    claims = read.claims
    _require_issuer(claims, provider, issuer)
    _require_authorized_party(claims, provider)
    require_times(claims)
    used = {name: value for name, value in claims.items() if name not in UNUSED}
    audience = {"aud": {"essential": True, "value": provider.client_id}}
    checked = CodeIDToken(used, read.header, audience, {"nonce": nonce})
    checked.validate(now=int(now), leeway=LEEWAY_SECONDS)
    return claims


def require_times(claims: Json) -> None:
    """Numbers that are times: NaN is before and after nothing, so it would never expire."""
    for name in TIMES:
        time_of(claims.get(name, 0))


def publishes(provider: Provider, issuer: str) -> bool:
    """Whether this published issuer is the provider's: its own, or one with many tenants."""
    return provider.issuer in (issuer, *(issuer.replace(TENANT, alias) for alias in ALIASES))


def user(claims: Json, subject: str, *, issuer: str) -> str:
    """The user's id: the subject, which is unique within its tenant where there are many."""
    return f"{claims['tid']}/{subject}" if TENANT in issuer else subject


def issued(published: str, issuer: str) -> bool:
    """Whether an answer from this issuer is from the published one."""
    begin, tenant, end = published.partition(TENANT)
    if not tenant:
        return issuer == published
    middle = issuer.removeprefix(begin).removesuffix(end)
    return TENANT_ID.fullmatch(middle) is not None and issuer == begin + middle + end


def _require_issuer(claims: Json, provider: Provider, issuer: str) -> None:
    """Some tokens of Google's name it without `https://`."""
    if TENANT in issuer:
        tenant = claims.get("tid")
        organizations = provider.issuer == issuer.replace(TENANT, ORGANIZATIONS)
        if not isinstance(tenant, str) or not TENANT_ID.fullmatch(tenant):
            raise InvalidClaimError("tid")
        if organizations and tenant == PRIVATE_ACCOUNTS:
            raise InvalidClaimError("tid")
        issuer = issuer.replace(TENANT, tenant)
    if claims.get("iss") not in (issuer, issuer.removeprefix("https://")):
        raise InvalidClaimError("iss")


def _require_authorized_party(claims: Json, provider: Provider) -> None:
    """To whom the token was issued: to us, or to another client of the same project. It may say
    nothing only where it is for us alone."""
    party, alone = (
        claims.get("azp"),
        claims.get("aud") in (provider.client_id, [provider.client_id]),
    )
    if party is None and not alone:
        raise MissingClaimError("azp")
    if party is not None and party not in (provider.client_id, *provider.authorized_parties):
        raise InvalidClaimError("azp")
