"""Login endpoints: tokens in exchange for a platform's credential or a machine's password."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from starlette.requests import Request
from starlette.responses import Response

from lobby.actions.login import tokens
from lobby.actions.login.credentials import MALFORMED, PASSWORD, Credential
from lobby.actions.platform_login import login as platform_login
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import (
    ERROR,
    STD,
    answer,
    from_base64,
)
from lobby.domain.accounts import SERVICE_PLATFORM, Account, Portal, Restriction
from lobby.domain.login_errors import LoginRefused
from lobby.domain.permissions import needs
from lobby.domain.sessions.clients import NUMBERS
from protocol.described import described
from protocol.player_services import errors as refusals
from protocol.player_services import login as words
from protocol.player_services.agreements import Agreeing
from protocol.player_services.platforms import Platform
from protocol.player_services.types import Maybe, Message, String

ANYBODY = needs()
NO_UUID = "00000000-0000-0000-0000-000000000000"
"""For ids that the document requires and the lobby has no several of."""
AGREEMENTS = ("eula", "tos", "privacy_policy")


class LoginRequest(words.LoginRequestV1):
    """The body of a login. Game servers send `client_credentials` here too: that is taken as a
    machine's login, with name and password in the header."""

    @model_validator(mode="before")
    @classmethod
    def _client_credentials_as_basic(cls, said: Any) -> Any:
        if isinstance(said, dict) and said.get("grant_type") == "client_credentials":
            return {**said, "grant_type": words.GrantType.BASIC, "portal_access_token": ""}
        return said


class TokenRequest(Agreeing):
    """A machine says `client_credentials`, with its name and password in the header; a user of the
    lobby's other APIs says `password`, with `username` and `password` as there."""

    grant_type: Annotated[
        Literal["client_credentials", "password"],
        Field(description="The OAuth grant: of a machine, or of a user.", examples=["password"]),
    ]
    username: Annotated[
        String,
        Field(max_length=256, description="The user's login name.", examples=["somebody"]),
    ] = ""
    password: Annotated[
        String,
        Field(
            max_length=1024,
            description="The user's password.",
            examples=["correct horse 9"],
            json_schema_extra={"format": "password"},
        ),
    ] = ""


class TokenResult(Message):
    """`expires_in` in seconds."""

    access_token: Annotated[
        str,
        described(
            "Shown as `Authorization: Bearer`; a signed JSON Web Token.",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        ),
    ]
    token_type: Annotated[
        Literal["Bearer"], described("How the access token is shown: always `Bearer`.")
    ] = "Bearer"  # noqa: S105  # a scheme
    expires_in: Annotated[int, described("Seconds until the access token expires.", 3600)]
    refresh_token: Annotated[
        Maybe[str],
        described(
            "Exchanged for new tokens by the grant `refresh`.",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.cmVmcmVzaA",
        ),
    ] = None


async def login(call: Call, body: LoginRequest) -> Response:
    """Exchange a platform's credential for tokens. A credential that is new here makes a player."""
    shown = Credential(
        grant=body.grant_type,
        secret=body.portal_access_token,
        name=body.portal_display_name,
        accepted=accepted(body),
        basic_auth=basic_credentials(call.request),
    )
    arrival = await platform_login.log_in(call.lobby, shown, address=call.address)
    return answer(result(call, arrival, renewing=body.include_refresh))


async def token(call: Call, body: TokenRequest) -> Response:
    """Exchange a machine's name and password, sent as HTTP Basic, or those of a user for tokens.
    Who they are is told by a login with the refresh token."""
    basic_auth = basic_credentials(call.request)
    shown = Credential(grant="basic", secret="", basic_auth=basic_auth)
    if body.grant_type == PASSWORD:
        shown = Credential(
            grant=PASSWORD,
            secret=body.password,
            login=body.username,
            accepted=accepted(body),
            basic_auth=basic_auth,
        )
    arrival = await platform_login.log_in(call.lobby, shown, address=call.address)
    return answer(
        TokenResult(
            access_token=arrival.access,
            expires_in=int(call.lobby.catalogue.auth.token_ttl_s),
            refresh_token=arrival.refresh,
        )
    )


def accepted(body: Agreeing) -> frozenset[str]:
    """The agreements that the request accepts."""
    return frozenset(name for name in AGREEMENTS if getattr(body, f"accept_{name}"))


def result(call: Call, arrival: platform_login.LoggedIn, *, renewing: bool) -> words.LoginResult:
    account = arrival.account
    portal = account.portal or Portal(SERVICE_PLATFORM, account.login or account.uuid)
    role = call.lobby.catalogue.roles.get(account.role or "")
    return words.LoginResult(
        platform=Platform(portal.platform),
        portal_id=NUMBERS[portal.platform],
        portal_user_id=portal.user,
        display_name=display_name(account),
        permissions=list(tokens.permissions(call.lobby, account)),
        restrictions=restrictions(account, call.lobby.clock()),
        active_player_id=account.number,
        active_player_uuid=account.uuid,
        role_id=role.id if role else None,
        person_id=account.uuid,
        access_token=arrival.access,
        refresh_token=arrival.refresh if renewing else None,
        publisher_uuid=NO_UUID,
        tenant_uuid=NO_UUID,
        config_elector_uuid=NO_UUID,
        client_uuid=NO_UUID,
    )


def display_name(account: Account) -> str:
    return account.shown_name or f"Player {account.number}"


def restrictions(account: Account, now: float) -> list[words.Restriction]:
    return [restriction(one) for one in account.restrictions_in_force(now)]


def restriction(one: Restriction) -> words.Restriction:
    until = None if one.until is None else datetime.fromtimestamp(one.until, UTC)
    type = words.RestrictionType(one.type)
    return words.Restriction(type=type, reason=one.reason, expiration=until)


def basic_credentials(request: Request) -> tuple[str, str] | None:
    """Id and secret of an HTTP Basic header; None without one. Raises LoginRefused."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    id, colon, secret = (from_base64(text.strip()) or "").partition(":")
    if not colon:
        raise LoginRefused(MALFORMED, "HTTP Basic is an id, a colon and a secret")
    return id, secret


REFUSED = {**STD, 413: ERROR}

rows = [
    Row(
        "POST",
        "/users/v1/login",
        login,
        ANYBODY,
        {200: words.LoginResult, **REFUSED, 403: refusals.AgreementMessage},
        takes=LoginRequest,
    ),
    Row(
        "POST",
        "/users/v2/oauth/token",
        token,
        ANYBODY,
        {200: TokenResult, **REFUSED, 403: refusals.AgreementMessage},
        takes=TokenRequest,
    ),
]
