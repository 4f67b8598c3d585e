"""Refusals of authentication: what is wrong with a token, a credential or an account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from lobby.domain.errors import Forbidden, Unacceptable, Unauthenticated

Fault = Literal["absent", "form", "kind", "key", "signature", "claim"]
"""What can be wrong with a token, in the order of the checks; the first fault is reported."""


class WeakPassword(Unacceptable):
    """This password is easily guessed; choose another."""

    code = "weak_password"


class BadToken(Unauthenticated):
    """A valid token is needed; log in and send the new one."""

    def __init__(self, fault: Fault) -> None:
        super().__init__()
        self.fault: Fault = fault


class LoginRefused(Forbidden):
    """This does not let anybody in; `error_code` says why."""

    code = "login_refused"
    guessed = True
    """Whether a secret may have been guessed: only these count against the rate limits."""

    def __init__(self, code: str, message: str = "", *, guessed: bool = True) -> None:
        super().__init__(message)
        self.code, self.guessed = code, guessed


class Restricted(Forbidden):
    """This account may not log in now."""

    code = "user_auth_restricted"

    def __init__(
        self, message: str = "", *, until: float | None = None, reason: str | None = None
    ) -> None:
        """`until` in Unix seconds, `reason` as the operator gave it; `about` holds both where they
        are known, and the message says the reason."""
        about = {"until": until, "reason": reason}
        known = {name: value for name, value in about.items() if value is not None}
        said = f"{self.__doc__} {reason}" if reason else ""
        super().__init__(message or said, about=known or None)


class AgreementsNeeded(Forbidden):
    """Some agreements have to be accepted first; log in again, and say that they are."""

    code = "user_needs_agreements"

    def __init__(self, needed: Iterable[str]) -> None:
        super().__init__()
        self.needed = frozenset(needed)
