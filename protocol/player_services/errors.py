"""How this document refuses."""

from __future__ import annotations

from protocol.player_services.terms import Maybe, Message


class HzApiErrorModel(Message):
    """`auth_success` is false only where a new token would help: the client then renews its own."""

    auth_success: bool = True
    error_code: str
    desc: str


class AgreementMessage(HzApiErrorModel):
    """What has to be agreed to before this login can succeed."""

    needs_eula: bool = False
    needs_tos: bool = False
    needs_privacy_policy: bool = False


class ValidationError(Message):
    loc: list[str | int]
    msg: str
    type: str


class HTTPValidationError(Message):
    detail: Maybe[list[ValidationError]] = None
