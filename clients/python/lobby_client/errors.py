"""What goes wrong. All of it is a `LobbyError`; the names are those of the JavaScript client."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lobby_client.states import Closing


class LobbyError(Exception):
    """Whatever this package raises."""


class Refused(LobbyError):
    """The lobby answered no. Act on `code`; `retry_after` is in seconds, where waiting helps;
    `about` has facts for programs, where there are any."""

    def __init__(
        self,
        code: str,
        message: str,
        command: str,
        retry_after: float | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{command}: {message or code}")
        self.code, self.message, self.command = code, message, command
        self.retry_after, self.about = retry_after, about


class TimedOut(LobbyError, TimeoutError):
    """The time was over before the command was sent: nothing has happened."""

    sent = False


class UnknownOutcome(LobbyError):
    """The command was sent, and its answer is lost: it may have been done, or not."""

    def __init__(self, command: str, id: str, why: str) -> None:
        super().__init__(f"{command}: {why}; it may have been done")
        self.command, self.id = command, id


class Closed(LobbyError):
    """The client is closed; `why` says by whom."""

    def __init__(self, why: Closing) -> None:
        super().__init__(f"closed: {why.reason or why.code}")
        self.why = why


class QueueFull(LobbyError):
    """Too many commands wait to be sent."""


class FellBehind(LobbyError):
    """An iterator was read too slowly. Of a journal: begin another with `after`."""

    def __init__(self, after: int | None = None) -> None:
        super().__init__("read too slowly")
        self.after = after


class NotReady(LobbyError):
    """There is no state yet: await `ready()`."""


class Unauthorized(LobbyError):
    """For token providers to raise: there is no token to be had, and the client closes."""


def refused(frame: Mapping[str, Any], command: str) -> Refused:
    """A `refusal` as it came."""
    wait, about = frame.get("retry_after"), frame.get("about")
    return Refused(
        str(frame.get("code")),
        str(frame.get("message") or ""),
        command,
        float(wait) if isinstance(wait, int | float) else None,
        about if isinstance(about, dict) else None,
    )
