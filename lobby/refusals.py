"""From whatever was raised to a refusal that a client may hear.

What is not ours is logged whole and says nothing outside.
"""

from __future__ import annotations

import structlog

from lobby.domain.errors import Broken, Forbidden, LobbyError, Malformed, TooLarge, Unavailable
from lobby.logs import audit
from persistence.ports import Unreachable
from protocol.codec import Oversize, Undecodable

log = structlog.get_logger(__name__)


def refusal(error: Exception) -> LobbyError:
    match error:
        case Forbidden():
            audit.info("denied", code=error.code)
            return error
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
