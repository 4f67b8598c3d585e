"""OpenID Connect client: authorization code flow with PKCE, and verification of ID tokens.

A provider's metadata and keys are cached for an hour, for all processes; unknown keys are fetched
again at most once a minute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lobby import expiring_keys
from lobby.catalogue.providers import Provider
from lobby.domain.platform_login import PlatformUser, TokenNotValid
from lobby.domain.upstream_errors import UpstreamFailed
from lobby.identity.tokens import random_secret
from lobby.integrations import id_tokens
from lobby.integrations.http import HttpClient
from persistence.ports import Locks, Notes, Unreachable

CACHE_SECONDS, REFETCH_SECONDS = 3_600.0, 60.0
"""How long a provider's documents are cached; the shortest interval of refetching its keys."""
LONGEST_TOKEN = 16 * 1024
"""Characters of a provider's token."""
WELL_KNOWN = "/.well-known/openid-configuration"
FORM = "application/x-www-form-urlencoded"
BASIC, POST = "client_secret_basic", "client_secret_post"
NAMES = ("preferred_username", "nickname", "name")
JSON_TYPES = "application/json, application/jwk-set+json"

User = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


class ProviderDocument(BaseModel):
    """Base of a provider's responses; unknown fields are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True)


class ProviderMetadata(ProviderDocument):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    token_endpoint_auth_methods_supported: list[str] = [BASIC]
    authorization_response_iss_parameter_supported: bool = False


class JsonWebKeys(ProviderDocument):
    keys: list[dict[str, Any]]


class TokenResponse(ProviderDocument):
    id_token: str


class IdTokenClaims(ProviderDocument):
    """The claims of an ID token that are used."""

    sub: User


S = TypeVar("S", bound=ProviderDocument)


class OpenIdClient:
    """Client of the providers in the catalogue. `notes` cache their documents; while these are
    unreachable, documents are fetched each time."""

    def __init__(
        self, http: HttpClient, notes: Notes, locks: Locks, clock: Callable[[], float]
    ) -> None:
        self._http, self._notes, self._locks, self._clock = http, notes, locks, clock

    async def authorization_url(
        self, provider: Provider, *, callback: str, state: str, nonce: str, verifier: str
    ) -> str:
        """The URL to which a browser is redirected to log in at the provider."""
        metadata = await self.metadata(provider)
        client = OAuth2Client(None, client_id=provider.client_id, code_challenge_method="S256")
        url, _ = client.create_authorization_url(
            metadata.authorization_endpoint,
            state=state,
            code_verifier=verifier,
            redirect_uri=callback,
            scope=" ".join(provider.scopes),
            nonce=nonce,
        )
        return str(url)

    async def redeem(
        self, provider: Provider, *, callback: str, code: str, nonce: str, verifier: str
    ) -> PlatformUser:
        """Exchange a code for the identity of its player. Raises UpstreamFailed, Unavailable or
        TokenNotValid."""
        metadata = await self.metadata(provider)
        body = prepare_token_request(
            "authorization_code", redirect_uri=callback, code=code, code_verifier=verifier
        )
        headers = {"Content-Type": FORM, "Accept": "application/json"}
        url, headers, body = _client_auth(provider, metadata).prepare(
            "POST", metadata.token_endpoint, headers, body
        )
        answer = await self._http.request("POST", url, headers=headers, body=body.encode())
        if not answer.good:
            raise UpstreamFailed
        redeemed = _parse(TokenResponse, answer.body)
        return await self.verify(provider, redeemed.id_token, nonce=nonce)

    async def verify(
        self, provider: Provider, token: str, *, nonce: str | None = None
    ) -> PlatformUser:
        """The identity in an ID token, after checking signature, issuer, audience, times and, if
        given, nonce. Raises UpstreamFailed, Unavailable or TokenNotValid."""
        if not token.isascii() or len(token) > LONGEST_TOKEN:
            raise TokenNotValid
        metadata = await self.metadata(provider)
        try:
            read = await self._decode(metadata, token)
            claims = id_tokens.verified(
                read, provider, issuer=metadata.issuer, nonce=nonce, now=self._clock()
            )
            subject = IdTokenClaims.model_validate(dict(claims)).sub
            user = id_tokens.user(claims, subject, issuer=metadata.issuer)
        except id_tokens.TOKEN_ERRORS:
            raise TokenNotValid from None
        return PlatformUser(provider.platform, user, _name(claims))

    async def metadata(self, provider: Provider) -> ProviderMetadata:
        """Discovery document. Raises UpstreamFailed if it names another issuer or an unsafe login
        page, Unavailable while the circuit breaker is open."""
        url = provider.issuer.rstrip("/") + WELL_KNOWN
        found = await self._fetch(ProviderMetadata, url)
        safe = {"https", urlsplit(provider.issuer).scheme}
        known = id_tokens.publishes(provider, found.issuer)
        if not known or urlsplit(found.authorization_endpoint).scheme not in safe:
            raise UpstreamFailed
        return found

    async def _decode(self, metadata: ProviderMetadata, token: str) -> jwt.Token:
        found = await self._fetch(JsonWebKeys, metadata.jwks_uri)
        try:
            return id_tokens.decode(found.keys, token)
        except InvalidKeyIdError:
            if not await self._may_refetch(metadata.jwks_uri):
                raise
        found = await self._fetch(JsonWebKeys, metadata.jwks_uri, refetch=True)
        return id_tokens.decode(found.keys, token)

    async def _may_refetch(self, url: str) -> bool:
        with suppress(Unreachable):
            return await self._locks.acquire(
                expiring_keys.openid_refetch(url), random_secret(), REFETCH_SECONDS
            )
        return False

    async def _fetch(self, model: type[S], url: str, *, refetch: bool = False) -> S:
        """The document at this URL, from the cache or from the provider."""
        note = expiring_keys.openid_document(url)
        with suppress(Unreachable):
            kept = None if refetch else await self._notes.get(note)
            if kept is not None:
                return model.model_validate_json(kept)
        answer = await self._http.request("GET", url, headers={"Accept": JSON_TYPES})
        if not answer.good:
            raise UpstreamFailed
        found = _parse(model, answer.body)
        with suppress(Unreachable):
            await self._notes.put(note, found.model_dump_json(), CACHE_SECONDS)
        return found


def _parse(model: type[S], body: bytes) -> S:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        raise UpstreamFailed from None


def _client_auth(provider: Provider, metadata: ProviderMetadata) -> ClientAuth:
    """Client authentication by a method that the provider supports."""
    secret = provider.client_secret
    if secret is None:
        return ClientAuth(provider.client_id, None, "none")
    ways = metadata.token_endpoint_auth_methods_supported
    way = BASIC if BASIC in ways or POST not in ways else POST
    return ClientAuth(provider.client_id, secret.get_secret_value(), way)


def _name(claims: Mapping[str, Any]) -> str:
    """A display name, or an empty text; its user validates it."""
    names = (claims.get(word) for word in NAMES)
    return next((name for name in names if isinstance(name, str) and len(name) <= 256), "")
