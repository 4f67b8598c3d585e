"""Refusals: the exceptions that the lobby raises, each with a stable error code.

One class per reason, no knowledge of HTTP: each door maps a class to its own status and words.
The docstring is the default message for the client, and says what to do next where that is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class LobbyError(Exception):
    """The lobby refused. `about`: facts for programs, none that this caller may not know."""

    code = "refused"

    def __init__(
        self,
        message: str = "",
        *,
        retry_after: float | None = None,
        about: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message or " ".join((self.__doc__ or "").split()))
        self.retry_after, self.about = retry_after, about


class Malformed(LobbyError):
    """The request could not be understood."""

    code = "malformed"

    def __init__(self, problems: Sequence[dict[str, Any]] = (), message: str = "") -> None:
        super().__init__(message or self._first(problems))
        self.problems = list(problems)

    @staticmethod
    def _first(problems: Sequence[dict[str, Any]]) -> str:
        if not problems:
            return ""
        where = ".".join(str(part) for part in problems[0]["loc"])
        return f"{where}: {problems[0]['msg']}" if where else str(problems[0]["msg"])


class TooLarge(Malformed):
    """The request is larger than this server reads."""

    code = "too_large"


class Unauthenticated(LobbyError):
    """A valid token is needed; log in and send the new one."""

    code = "unauthenticated"


class TokenExpired(Unauthenticated):
    """The token has expired; log in again."""

    code = "token_expired"


class TokenRevoked(Unauthenticated):
    """The token was revoked; log in again."""

    code = "token_revoked"


class TokenUnknown(Unauthenticated):
    """This access token is not known, or no longer; renew it, or log in again."""

    code = "token_unknown"


class TokenMistaken(Unauthenticated):
    """This is a refresh token; it only renews. Send the access token."""

    code = "token_mistaken"


class RefreshUnknown(Unauthenticated):
    """This refresh token is not known, or no longer; log in again."""

    code = "refresh_unknown"


class Reused(RefreshUnknown):
    """This refresh token was used before; all tokens of its login are dead. Log in again."""

    code = "token_reused"


class BadCredentials(Unauthenticated):
    """The login or the password is wrong."""

    code = "bad_credentials"


class Forbidden(LobbyError):
    """The caller may not do this."""

    code = "forbidden"


class NotYours(Forbidden):
    """This belongs to somebody else."""

    code = "not_yours"


class GuestNotWelcome(Forbidden):
    """The host does not welcome this guest."""

    code = "guest_not_welcome"


class WrongKey(Forbidden):
    """The source of truth key is not the one given when the session was launched."""

    code = "wrong_source_of_truth_key"


class NotFound(LobbyError):
    """There is no such thing."""

    code = "not_found"


class AccountNotFound(NotFound):
    """There is no such account."""

    code = "account_not_found"


class HostNotFound(AccountNotFound):
    """There is no such host."""

    code = "host_not_found"


class OtherNotFound(AccountNotFound):
    """The other party is unknown."""

    code = "other_not_found"


class NicknameNotFound(NotFound):
    """The account has no such nickname."""

    code = "nickname_not_found"


class StillReachable(LobbyError):
    """Somebody can still come back to the account."""

    code = "still_reachable"


class FamilyNotFound(NotFound):
    """No login gave this token."""

    code = "family_not_found"


class IconNotFound(NotFound):
    """The account has no icon."""

    code = "icon_not_found"


class AdminsNotFound(NotFound):
    """There is no administrator yet."""

    code = "admins_not_found"


class SessionNotFound(NotFound):
    """There is no such session."""

    code = "session_not_found"


class SeatNotFound(NotFound):
    """There is no such seat."""

    code = "seat_not_found"


class TopicNotFound(NotFound):
    """There is nothing to watch under this name."""

    code = "topic_not_found"


class Conflict(LobbyError):
    """The thing is not in a state that allows this."""

    code = "conflict"


class NotOneself(Conflict):
    """This cannot be done to oneself."""

    code = "not_oneself"


class ListFull(Conflict):
    """The list is full; remove somebody first."""

    code = "list_full"


class LoginTaken(Conflict):
    """Another account has this login."""

    code = "login_taken"


class NicknameTaken(Conflict):
    """Another account has this nickname."""

    code = "nickname_taken"


class TooManyNicknames(Conflict):
    """This account has as many nicknames as it may; remove one first."""

    code = "too_many_nicknames"


class AlreadyHosting(Conflict):
    """The host already has a live session; close it first."""

    code = "already_hosting"


class AlreadySeated(Conflict):
    """The guest already sits in this session."""

    code = "already_seated"


class NotSeated(Conflict):
    """They do not sit in this session."""

    code = "not_seated"


class SeatTaken(Conflict):
    """The seat is not free."""

    code = "seat_taken"


class SessionFull(Conflict):
    """Every seat of this session is taken."""

    code = "session_full"


class SessionNotJoinable(Conflict):
    """Nobody comes into this session unasked."""

    code = "session_not_joinable"


class Unacceptable(LobbyError):
    """This cannot be accepted; choose another."""

    code = "unacceptable"


class TooMany(LobbyError):
    """Too many tries; wait, then try again."""

    code = "too_many"


class TooManyRequests(TooMany):
    """Too many requests at once; wait, then try again."""


class Unavailable(LobbyError):
    """A part of the lobby cannot be reached now; try again shortly."""

    code = "unavailable"

    def __init__(self, part: str = "lobby", *, retry_after: float = 1.0) -> None:
        super().__init__(
            f"{part} cannot be reached now; try again shortly", retry_after=retry_after
        )
        self.part = part


class Broken(LobbyError):
    """Something broke here; it has been logged under this request's id."""

    code = "internal_error"
