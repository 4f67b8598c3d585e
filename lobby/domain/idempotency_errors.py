"""Why a command that is repeated is refused."""

from __future__ import annotations

from lobby.domain.errors import Conflict


class IdReused(Conflict):
    """This id was used for another command in the last day; use a new one."""

    code = "id_reused"


class InProgress(Conflict):
    """This command is being carried out; say it again in a moment."""

    code = "in_progress"
