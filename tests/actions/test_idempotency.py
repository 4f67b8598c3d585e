"""A command that is refused leaves nothing that only the garbage collector would find."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress

from lobby.actions.idempotency import once
from lobby.domain.errors import Forbidden
from lobby.idempotency import Command, Effect
from tests.support.lobby import LocalLobby


async def test_what_a_refused_command_had_read_is_free_at_once(local: LocalLobby) -> None:
    seen = list[weakref.ref[Forbidden]]()

    def refused() -> Forbidden:
        no = Forbidden()
        seen.append(weakref.ref(no))
        return no

    async def do() -> None:
        raise refused()

    async def again(effect: Effect) -> None:
        raise AssertionError("it was not done before")

    gc.disable()
    try:
        with suppress(Forbidden):
            await once(local.lobby, Command("ann", "1", "d", local.clock()), do, again=again)
        assert [one() for one in seen] == [None]
    finally:
        gc.enable()
