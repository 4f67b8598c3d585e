"""What a lobby in the tests' own process writes to its audit log."""

from __future__ import annotations

from lobby.domain.trail import Record
from tests.support.server_thread import Served
from tests.support.waiting import until

REFUSALS = ("denied", "refused", "login refused")


class AuditRecords:
    def __init__(self, served: Served) -> None:
        self._served = served
        self._written: list[Record] = []
        served.lobby.audit.write = self._written.append

    def taken(self) -> list[Record]:
        """All since the last time."""
        self._served.do(self._flush())
        found, self._written[:] = list(self._written), []
        return found

    def refusals(self) -> list[Record]:
        return [record for record in self.taken() if record.what in REFUSALS]

    async def _flush(self) -> None:
        self._served.lobby.audit.flush()
        await until(lambda: self._served.lobby.audit.idle)
