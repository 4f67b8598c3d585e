"""Why somebody does not come in: what is wrong with a token, a credential, an account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from lobby.domain.errors import Forbidden, Unauthenticated

Fault = Literal["absent", "form", "kind", "key", "signature", "claim"]
"""What is looked at first, second, and so on: the first that is wrong is named."""


class BadToken(Unauthenticated):
    """A valid token is needed; log in and send the new one."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault: Fault = fault


class LoginRefused(Forbidden):
    """This does not let anybody in; `error_code` says why."""

    code = "login_refused"

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message)
        self.code = code


class Restricted(Forbidden):
    """This account may not log in now."""

    code = "user_auth_restricted"


class AgreementsNeeded(Forbidden):
    """Some agreements have to be accepted first; log in again, and say that they are."""

    code = "user_needs_agreements"

    def __init__(self, needed: Iterable[str]) -> None:
        super().__init__()
        self.needed = frozenset(needed)
