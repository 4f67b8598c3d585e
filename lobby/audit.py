"""The audit log: the one place where refusals and privileged acts are recorded.

Records wait in a bounded queue and are written behind the answer, in a thread: a log that does not
take them delays nobody. Those that do not fit are dropped and counted. Like records within ten
seconds are one, so that a storm of refusals cannot fill a disk.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lobby.caller import Caller, current, is_covered
from lobby.domain.errors import AccountNotFound, Forbidden, LobbyError, TooMany, Unauthenticated
from lobby.domain.trail import LONGEST_TEXT, Record
from lobby.logs import audit

MERGE_SECONDS = 10.0
"""For so long, like records become one."""
MOST_WAITING = 2_000
"""Records that wait to be written; further ones are dropped, and counted."""
MOST_MERGING = 2_000
"""Records that may still become one with others; beyond, the oldest is written as it is."""
RECORDED = frozenset({401, 403, 429})
"""HTTP statuses of which each is recorded, whatever the refusal is called."""


class AuditLog:
    """`write`: to the log, in a thread. `keep`: in the trails of the accounts that a record names;
    never fails, never waits."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        process: str,
        write: Callable[[Record], None],
        keep: Callable[[Record], None] = lambda record: None,
    ) -> None:
        self._clock, self._process = clock, process
        self.write, self._keep = write, keep
        self._waiting: deque[Record] = deque()
        self._merging: dict[tuple[str, ...], Record] = {}
        self._wake: asyncio.Event = asyncio.Event()
        self._writing = False
        self.dropped = 0

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def idle(self) -> bool:
        """Whether all that was not held back is written."""
        return not self._waiting and not self._writing

    def act(
        self,
        what: str,
        *,
        actor: str = "",
        target: object = "",
        merge: bool = False,
        kept: bool = True,
        **facts: Any,
    ) -> None:
        """Somebody did this. `merge`: those alike within ten seconds are one record. What another
        record stands for is in the trails alone. `kept`: whether this one is in trails, too."""
        record = self._record(what, actor=actor, target=target, facts=facts)
        record.logged = not is_covered()
        if record.logged:
            record.kept = kept
            current().acted = True
        elif what == "login":  # which the other one is as well
            return
        else:
            current().traced = True
        self._merge(record) if merge else self._put(record)

    def note(self, what: str, *, actor: str = "", target: object = "", **facts: Any) -> None:
        """This happened to the target: in the trails alone."""
        record = self._record(what, actor=actor, target=target, facts=facts)
        record.logged = False
        self._put(record)

    def refused(
        self,
        no: LobbyError,
        *,
        what: str = "",
        target: object = "",
        status: int = 0,
        every: bool = False,
        **facts: Any,
    ) -> None:
        """Somebody was refused: recorded once a call. `status`: of the HTTP answer; `every`: of
        any kind, else only who may not, may no longer, or came too often; what else they could not
        change is in their trail alone."""
        caller = current()
        logged = bool(every or what) or _tells(no, status, known=bool(caller.actor))
        if caller.refused or not (logged or _changes(caller)):
            return
        caller.refused = True
        said = what or ("denied" if isinstance(no, Forbidden) else "refused")
        about = getattr(no, "about", None)
        facts = {"code": no.code, "about": about, **facts}
        record = self._record(said, actor="", target=target, facts=facts)
        record.logged = logged
        self._merge(record)

    async def run(self) -> None:
        """Endless: write what waits, and what nothing like it can join any more."""
        while True:
            await self._sleep()
            self._wake.clear()
            self._end_merging()
            if batch := self._taken():
                self._writing = True
                await asyncio.to_thread(self._write_all, batch)
                self._writing = False

    def flush(self) -> None:
        """Write everything now, also what others might have joined."""
        self._end_merging(all=True)
        self._write_all(self._taken())

    def settle(self) -> None:
        """What waits for others like it waits no more: somebody wants to read it."""
        self._end_merging(all=True)

    async def _sleep(self) -> None:
        left = None
        if self._merging:
            oldest = next(iter(self._merging.values())).at
            left = min(MERGE_SECONDS, max(0.01, oldest + MERGE_SECONDS - self._clock()))
        try:
            await asyncio.wait_for(self._wake.wait(), left)
        except TimeoutError:
            return

    def _record(self, what: str, *, actor: str, target: object, facts: dict[str, Any]) -> Record:
        caller = current()
        own = {name: _short(facts.pop(name, "")) for name in NAMED}
        return Record(
            at=self._clock(),
            what=what,
            actor=actor or caller.actor or ("system" if caller.door == "background" else ""),
            address=caller.address,
            target=_short(target or caller.target),
            door=caller.door,
            operation=caller.operation,
            request=caller.request,
            connection=caller.connection,
            command=_short(caller.command),
            process=self._process,
            code=own["code"],
            reason=own["reason"],
            session=own["session"] or caller.session,
            ticket=own["ticket"] or caller.ticket,
            way=own["way"],
            details=facts,
        )

    def _merge(self, record: Record) -> None:
        known = self._merging.get(record.alike)
        if known is not None and record.at < known.at + MERGE_SECONDS:
            known.times += 1
            return
        if known is not None:
            self._put(self._merging.pop(record.alike))
        elif len(self._merging) >= MOST_MERGING:
            self._put(self._merging.pop(next(iter(self._merging))))
        self._merging[record.alike] = record
        if len(self._merging) == 1:
            self._wake.set()

    def _put(self, record: Record) -> None:
        if record.kept:
            self._keep(record)
        if not record.logged:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.dropped += record.times
            return
        self._waiting.append(record)
        self._wake.set()

    def _end_merging(self, *, all: bool = False) -> None:
        now = self._clock()
        over = [k for k, r in self._merging.items() if all or now >= r.at + MERGE_SECONDS]
        for key in over:
            self._put(self._merging.pop(key))

    def _taken(self) -> list[Record]:
        batch, dropped = list(self._waiting), self.dropped
        self._waiting.clear()
        if dropped:
            self.dropped = 0
            lost = Record(self._clock(), "records dropped", actor="system", process=self._process)
            lost.details["count"] = dropped
            batch.append(lost)
        return batch

    def _write_all(self, batch: list[Record]) -> None:
        for record in batch:
            self.write(record)


NAMED = ("code", "reason", "session", "ticket", "way")
"""Facts that are fields of a record; others are its details."""


def write_to_log(record: Record) -> None:
    """As one record of the audit log, which the log's own processors escape and redact."""
    facts = record.facts()
    at = datetime.fromtimestamp(facts.pop("at"), UTC).isoformat(timespec="milliseconds")
    request = {"request_id": id} if (id := facts.pop("request", "")) else {}
    audit.info(record.what, at=at, **request, **facts)


def _tells(no: LobbyError, status: int, *, known: bool) -> bool:
    """A token that names nobody is noise: it is recorded only where it names an account."""
    if isinstance(no, Unauthenticated | AccountNotFound) and not known:
        return False
    told = isinstance(no, Forbidden | TooMany | Unauthenticated)
    return told or status in RECORDED


def _changes(caller: Caller) -> bool:
    """Whether somebody who is known would change something; who only looks may do so often."""
    return bool(caller.actor) and not caller.operation.startswith(("GET", "HEAD"))


def _short(value: object) -> str:
    return str(value)[:LONGEST_TEXT]
