"""A code that dies while somebody comes in by it: they are stopped before each of their calls to
the store in turn, while another process ends the code, or bans them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import codes, lifecycle
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.session import Session
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.actions.sessions.test_codes import coded, come
from tests.support.lobby import Clock, PausingStore, interrupted, leading
from tests.support.sessions import CLIENT, SessionsWorld, sessions_world

ENDS = ("renew", "drop", "closed", "ban", "end")
Verb = Callable[[], Awaitable[object]]


@dataclass
class Race:
    """`here` is stopped before one of its calls to the store while `there` ends the code."""

    here: SessionsWorld
    there: SessionsWorld
    paced: PausingStore

    async def run(self, what: str, at: int) -> tuple[bool, bool | None, bool, bool]:
        """Whether that call was reached, they sat before the end (None: it came behind them), they
        sit now, and they were told that there is no such session."""
        ann, bob = await self.there.player(), await self.there.player()
        session, code = await coded(self.there, ann)
        join, other = _join(self.here, bob, code), _ending(self.there, what, ann, bob, session)
        before: list[bool] = []
        refused: list[object] = []

        async def sits() -> bool:
            with suppress(SessionNotFound):
                return (await self.there.local.now(session)).seats.sits(bob.uuid)
            return False

        async def end() -> None:
            before.append(await sits())
            await other()

        async def knock() -> None:
            try:
                await join()
            except SessionNotFound as no:
                refused.append(no)

        self.paced.rewind()
        reached = await interrupted(self.paced, knock, end, at=at)
        return reached, before[0] if reached else None, await sits(), bool(refused)


@pytest.mark.parametrize("what", ENDS)
async def test_whoever_comes_while_the_code_dies_is_in_before_it_or_reads_that_there_is_none(
    store: Store, tmp_path: Path, what: str
) -> None:
    live, paced = open_memory(clock=Clock()), PausingStore(store)
    stopped: Any = paced
    async with (
        sessions_world(tmp_path, stopped, live) as here,
        sessions_world(tmp_path, store, live) as there,
    ):
        race, told, lasts = Race(here, there, paced), 0, what not in ("ban", "end")
        for at in range(1, 40):
            reached, before, sits, refused = await race.run(what, at)
            told += refused
            if not reached:
                break
            assert sits == (lasts and before), at
            assert sits or refused or before, at
        assert told
    await live.close()


def _join(here: SessionsWorld, guest: Actor, code: str) -> Verb:
    return lambda: come(here, guest, code, edit=MemberEdit(client=CLIENT))


def _ending(there: SessionsWorld, what: str, ann: Actor, bob: Actor, session: Session) -> Verb:
    lobby, by, id = there.lobby, leading(ann), session.id
    ways: dict[str, Verb] = {
        "renew": lambda: codes.renew(lobby, by, id=id),
        "drop": lambda: codes.drop(lobby, by, id=id),
        "closed": lambda: lifecycle.update(lobby, by, id=id, entry=Entry.CLOSED),
        "ban": lambda: hosts.ban(lobby, Permit(ann), host=ann.uuid, guest=bob.uuid),
        "end": lambda: lifecycle.close(lobby, by, id=id, reason=Reason.CLOSED),
    }
    return ways[what]
