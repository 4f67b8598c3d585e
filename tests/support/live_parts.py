"""The expiring state of a local lobby (locks, notes, timers, presence): share it, or lose it."""

from __future__ import annotations

from collections.abc import Callable

from lobby.context import Lobby
from persistence.live.memory import open_memory
from persistence.ports import Live


def shared(lobby: Lobby) -> Live:
    """The live parts, for a second process of the same lobby."""
    return Live(lobby.bus, lobby.locks, lobby.notes, lobby.timers, lobby.roster)


def lose_all(lobby: Lobby, clock: Callable[[], float]) -> None:
    """As if Redis had come back empty: the bus works, all expiring state is gone."""
    vars(lobby).update(vars(open_memory(clock=clock)) | {"bus": lobby.bus})
