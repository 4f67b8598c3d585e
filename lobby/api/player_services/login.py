"""Coming in: a platform's credential, or a machine's name and password, exchanged for tokens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import model_validator
from starlette.requests import Request
from starlette.responses import Response

from lobby.actions import logins, portals
from lobby.actions.proofs import INCORRECT, Credential
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import BROKEN, NO, STD, answer, from_base64
from lobby.domain.accounts import Account, Restriction
from lobby.domain.login_errors import LoginRefused
from lobby.domain.permissions import needs
from lobby.domain.platforms import NUMBERS
from protocol.player_services import errors as refusals
from protocol.player_services import login as words
from protocol.player_services.platforms import Platform
from protocol.player_services.terms import Maybe, Message

ANYBODY = needs()
NO_UUID = "00000000-0000-0000-0000-000000000000"
"""What the document still requires, and what there is only one of here."""
AGREEMENTS = ("eula", "tos", "privacy_policy")


class LoginRequest(words.LoginRequestV1):
    """Game servers ask here for what the other operation gives: that is a machine's login too,
    whose name and password stand in the header."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_machine(cls, said: Any) -> Any:
        if isinstance(said, dict) and said.get("grant_type") == "client_credentials":
            return {**said, "grant_type": words.GrantType.BASIC, "portal_access_token": ""}
        return said


class TokenRequest(Message):
    grant_type: Literal["client_credentials"]


class TokenResult(Message):
    """`expires_in` in seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"
    expires_in: int
    refresh_token: Maybe[str] = None


async def login(call: Call, body: LoginRequest) -> Response:
    """Exchange a platform's credential for tokens. A credential that is new here makes a player."""
    shown = Credential(
        grant=body.grant_type,
        secret=body.portal_access_token,
        name=body.portal_display_name,
        accepted=frozenset(name for name in AGREEMENTS if getattr(body, f"accept_{name}")),
        beside=beside(call.request),
    )
    arrival = await portals.log_in(call.lobby, shown, address=call.address)
    return answer(result(call, arrival, renewing=body.include_refresh))


async def token(call: Call, body: TokenRequest) -> Response:
    """Exchange a machine's name and password, sent as HTTP Basic, for tokens."""
    shown = Credential(grant="basic", secret="", beside=beside(call.request))
    arrival = await portals.log_in(call.lobby, shown, address=call.address)
    return answer(
        TokenResult(
            access_token=arrival.access,
            expires_in=int(call.lobby.catalogue.auth.token_ttl_s),
            refresh_token=arrival.renewing,
        )
    )


def result(call: Call, arrival: portals.Arrival, *, renewing: bool) -> words.LoginResult:
    account = arrival.account
    assert account.portal
    role = call.lobby.catalogue.roles.get(account.role or "")
    return words.LoginResult(
        platform=Platform(account.portal.platform),
        portal_id=NUMBERS[account.portal.platform],
        portal_user_id=account.portal.user,
        display_name=display_name(account),
        permissions=list(logins.permissions(call.lobby, account)),
        restrictions=restrictions(account, call.lobby.clock()),
        active_player_id=account.number,
        active_player_uuid=account.uuid,
        role_id=role.id if role else None,
        person_id=account.uuid,
        access_token=arrival.access,
        refresh_token=arrival.renewing if renewing else None,
        publisher_uuid=NO_UUID,
        tenant_uuid=NO_UUID,
        config_elector_uuid=NO_UUID,
        client_uuid=NO_UUID,
    )


def display_name(account: Account) -> str:
    return account.shown_name or f"Player {account.number}"


def restrictions(account: Account, now: float) -> list[words.Restriction]:
    return [restriction(one) for one in account.restrictions if one.stands(now)]


def restriction(one: Restriction) -> words.Restriction:
    until = None if one.until is None else datetime.fromtimestamp(one.until, UTC)
    type = words.RestrictionType(one.type)
    return words.Restriction(type=type, reason=one.reason, expiration=until)


def beside(request: Request) -> tuple[str, str] | None:
    """The id and the secret of the Authorization header, where it is Basic."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    id, colon, secret = (from_base64(text.strip()) or "").partition(":")
    if not colon:
        raise LoginRefused(INCORRECT, "HTTP Basic is an id, a colon and a secret")
    return id, secret


REFUSED = {**STD, 413: NO, 429: NO, **BROKEN}

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
        {200: TokenResult, **REFUSED},
        takes=TokenRequest,
    ),
]
