"""Error bodies of the player services API."""

from __future__ import annotations

from typing import Annotated

from protocol.described import described
from protocol.player_services.types import Maybe, Message


class HzApiErrorModel(Message):
    """`auth_success` is false only where a new token helps: the client then renews its token."""

    auth_success: Annotated[
        bool,
        described(
            "False exactly where a new access token helps: renew it, then repeat the request."
        ),
    ] = True
    error_code: Annotated[
        str, described("Stable code of the refusal, for programs.", "session_not_found")
    ]
    desc: Annotated[
        str, described("The refusal in words, for people.", "session 42 does not exist")
    ]


class AgreementMessage(HzApiErrorModel):
    """Agreements that the player has to accept before this login can succeed."""

    needs_eula: Annotated[
        bool,
        described(
            "Whether the player has to accept the end user license agreement: `accept_eula`."
        ),
    ] = False
    needs_tos: Annotated[
        bool, described("Whether the player has to accept the terms of service: `accept_tos`.")
    ] = False
    needs_privacy_policy: Annotated[
        bool,
        described("Whether the player has to accept the privacy policy: `accept_privacy_policy`."),
    ] = False


class ValidationError(Message):
    """One thing that is wrong with a request."""

    loc: Annotated[
        list[str | int],
        described(
            "Where it is: `body`, `path`, `query` or `header`, then names and indices.",
            ["body", "host"],
        ),
    ]
    msg: Annotated[str, described("What is wrong, for people.", "Field required")]
    type: Annotated[str, described("Stable name of the kind of problem, for programs.", "missing")]


class HTTPValidationError(Message):
    """The request is not valid."""

    detail: Annotated[
        Maybe[list[ValidationError]], described("Everything that is wrong with the request.")
    ] = None
