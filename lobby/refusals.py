"""Refusals: maps any exception to the error that a client may see.

An unexpected exception is logged with its traceback; the client learns only that it happened.
"""

from __future__ import annotations

import structlog

from lobby.domain.errors import Broken, LobbyError, Malformed, TooLarge, Unavailable
from persistence.ports import Unreachable
from protocol.codec import Oversize, Undecodable

log = structlog.get_logger(__name__)


def refusal(error: Exception) -> LobbyError:
    """The error to show for this exception; Broken for one that is not expected."""
    match error:
        case LobbyError():
            return error
        case Oversize():
            return TooLarge(error.problems)
        case Undecodable():
            return Malformed(error.problems)
        case Unreachable():
            log.warning("part_unreachable", part=error.part, why=str(error))
            return Unavailable(error.part)
        case _:
            log.error("broken", exc_info=error)
            return Broken()
