"""What providers of OpenID Connect are asked, and what of their tokens is believed.

A provider is asked about itself once an hour for all processes; about its keys also when a token
names one that is new, though not more than once a minute.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet, import_key
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lobby.catalogue.providers import Provider
from lobby.context import Lobby
from lobby.domain.outbound_errors import UpstreamFailed
from lobby.domain.portals import TokenNotValid, Vouched
from lobby.tokens import digest, opaque
from persistence.ports import Unreachable

KEPT_SECONDS, AGAIN_SECONDS = 3_600.0, 60.0
LEEWAY_SECONDS = 30
ALGORITHMS = [
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
]  # fmt: skip
"""Those whose verifying key signs nothing."""
LONGEST_TOKEN = 16 * 1024
WELL_KNOWN = "/.well-known/openid-configuration"
FORM = "application/x-www-form-urlencoded"
BASIC, POST = "client_secret_basic", "client_secret_post"
NAMES = ("preferred_username", "nickname", "name")
UNSUITABLE = (JoseError, ValueError, TypeError, KeyError, RecursionError)
"""What the library says of a token that is none."""

User = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


class Said(BaseModel):
    """A provider may say more than we know of."""

    model_config = ConfigDict(extra="ignore", strict=True)


class About(Said):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = [BASIC]
    authorization_response_iss_parameter_supported: bool = False


class Keys(Said):
    keys: list[dict[str, Any]]


class Redeemed(Said):
    id_token: str


class Person(Said):
    """Of an ID token, what we keep."""

    sub: User


S = TypeVar("S", bound=Said)


async def authorize(
    lobby: Lobby, provider: Provider, *, callback: str, state: str, nonce: str, verifier: str
) -> str:
    """Where a browser asks the provider for a code."""
    there = await about(lobby, provider)
    client = OAuth2Client(None, client_id=provider.client_id, code_challenge_method="S256")
    url, _ = client.create_authorization_url(
        there.authorization_endpoint,
        state=state,
        code_verifier=verifier,
        redirect_uri=callback,
        scope=" ".join(provider.scopes),
        nonce=nonce,
    )
    return str(url)


async def redeem(
    lobby: Lobby, provider: Provider, *, callback: str, code: str, nonce: str, verifier: str
) -> Vouched:
    """Whom the code is for. Raises UpstreamFailed, Unavailable or TokenNotValid."""
    there = await about(lobby, provider)
    body = prepare_token_request(
        "authorization_code", redirect_uri=callback, code=code, code_verifier=verifier
    )
    headers = {"Content-Type": FORM, "Accept": "application/json"}
    url, headers, body = _proof(provider, there).prepare(
        "POST", there.token_endpoint, headers, body
    )
    answer = await lobby.outbound.request("POST", url, headers=headers, body=body.encode())
    if not answer.good:
        raise UpstreamFailed
    redeemed = _parsed(Redeemed, answer.body)
    return await verify(lobby, provider, redeemed.id_token, nonce=nonce)


async def verify(
    lobby: Lobby, provider: Provider, token: str, *, nonce: str | None = None
) -> Vouched:
    """Whom an ID token is for: the provider's own, for us, in its time and, if said, for this
    login. Raises UpstreamFailed, Unavailable or TokenNotValid."""
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        raise TokenNotValid
    there = await about(lobby, provider)
    try:
        read = await _opened(lobby, there, token)
        claims = CodeIDToken(
            read.claims,
            read.header,
            {
                "iss": {"essential": True, "value": there.issuer},
                "aud": {"essential": True, "value": provider.client_id},
            },
            {"nonce": nonce, "client_id": provider.client_id},
        )
        claims.validate(now=int(lobby.clock()), leeway=LEEWAY_SECONDS)
        user = Person.model_validate(dict(claims)).sub
    except UNSUITABLE:
        raise TokenNotValid from None
    return Vouched(provider.platform, user, _name(claims))


async def about(lobby: Lobby, provider: Provider) -> About:
    """Raises UpstreamFailed where it says that it is another, or sends browsers elsewhere than to a
    page; Unavailable where it rests."""
    url = provider.issuer.rstrip("/") + WELL_KNOWN
    found = await _found(lobby, About, url)
    safe = {"https", urlsplit(provider.issuer).scheme}
    if found.issuer != provider.issuer or urlsplit(found.authorization_endpoint).scheme not in safe:
        raise UpstreamFailed
    return found


async def _opened(lobby: Lobby, there: About, token: str) -> jwt.Token:
    keys = _imported(await _found(lobby, Keys, there.jwks_uri))
    try:
        return jwt.decode(token, keys, ALGORITHMS)
    except InvalidKeyIdError:
        if not await _first_this_minute(lobby, there.jwks_uri):
            raise
    keys = _imported(await _found(lobby, Keys, there.jwks_uri, anew=True))
    return jwt.decode(token, keys, ALGORITHMS)


def _imported(said: Keys) -> KeySet:
    """Those that sign, of kinds that we know."""
    found = []
    for key in said.keys:
        if key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC", "OKP"):
            with suppress(*UNSUITABLE):
                found.append(import_key(key))
    return KeySet(found)


async def _first_this_minute(lobby: Lobby, url: str) -> bool:
    with suppress(Unreachable):
        return await lobby.leases.hold(f"oidc-again:{digest(url)}", opaque(), AGAIN_SECONDS)
    return False


async def _found(lobby: Lobby, model: type[S], url: str, *, anew: bool = False) -> S:
    """What the provider says there, or said lately. Without the leases it is asked each time."""
    note = f"oidc:{digest(url)}"
    with suppress(Unreachable):
        kept = None if anew else await lobby.leases.recall(note)
        if kept is not None:
            return model.model_validate_json(kept)
    answer = await lobby.outbound.request("GET", url, headers={"Accept": "application/json"})
    if not answer.good:
        raise UpstreamFailed
    found = _parsed(model, answer.body)
    with suppress(Unreachable):
        await lobby.leases.remember(note, found.model_dump_json(), KEPT_SECONDS)
    return found


def _parsed(model: type[S], body: bytes) -> S:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise UpstreamFailed from None


def _proof(provider: Provider, there: About) -> ClientAuth:
    """That it is we who ask, in a way that the provider understands."""
    secret = provider.client_secret
    if secret is None:
        return ClientAuth(provider.client_id, None, "none")
    ways = there.token_endpoint_auth_methods_supported
    way = BASIC if BASIC in ways or POST not in ways else POST
    return ClientAuth(provider.client_id, secret.get_secret_value(), way)


def _name(claims: dict[str, Any]) -> str:
    """What people call them, if anything; it is looked at where names are."""
    said = (claims.get(word) for word in NAMES)
    return next((name for name in said if isinstance(name, str) and len(name) <= 256), "")
