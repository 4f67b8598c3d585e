"""A command is carried out once, however often it is said, by whichever door or process.

Its id is kept with its first write (`lobby.idempotency`), so that nothing has to be looked up
first: who comes second is turned back by the store. What wrote nothing, and what was refused for
good, is kept by a small write of its own: the same command has the same outcome later, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from lobby import expiring_keys, idempotency
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.idempotency_errors import IdReused, InProgress
from lobby.idempotency import Command, Effect
from lobby.identity.tokens import random_secret
from lobby.refusals import refusal
from persistence.idempotency import Remembered, Repeated
from persistence.ports import Unreachable

T = TypeVar("T")

RELAYED_SECONDS = 120.0
"""How long it is known that a signal was relayed."""
RELAY_SECONDS = 2.0
"""How long a process that is killed while it relays a signal bars others from doing so."""
PASSING = (errors.Unavailable, errors.TooMany, errors.Broken, errors.Unauthenticated)
"""Refusals of the moment: the same command may fare better the next time."""
RECOMPUTED = (errors.Malformed, IdReused)
"""They follow from the text alone, or from what is kept: the same again without being kept."""


async def once(
    lobby: Lobby,
    command: Command,
    do: Callable[[], Awaitable[T]],
    *,
    again: Callable[[Effect], Awaitable[T]],
) -> T:
    """Do it; or, where that was done before, say what came of it: `again` completes what a killed
    process left undone, and answers in the same shape from what is there now."""
    async with _alone(lobby, command):
        try:
            with idempotency.carrying(command):
                result = await do()
            await _keep_result(lobby, command)
            return result
        except Repeated as repeated:
            first = repeated.first
        except Exception as error:
            no = error if isinstance(error, errors.LobbyError) else refusal(error)
            try:
                known = await _keep(lobby, command, no)
                if known is None:
                    raise no from None
            finally:
                del no  # else it would hold this frame, and this frame it: with all that was read
            first = known
        return await again(_known(command, first))


async def once_for_a_while(
    lobby: Lobby, command: Command, do: Callable[[], Awaitable[T]], *, again: T
) -> T:
    """The same for what is relayed and kept nowhere: that it was done is known for two minutes,
    as long as Redis keeps it. While another process does it, InProgress is raised."""
    relayed = expiring_keys.relayed_command(command.identity, command.id)
    lock, holder = expiring_keys.command_lock(command.identity, command.id), random_secret()
    async with _alone(lobby, command):
        if not await lobby.locks.acquire(lock, holder, RELAY_SECONDS):
            raise InProgress(retry_after=RELAY_SECONDS)
        try:
            if first := await lobby.notes.get(relayed):
                _require_same(command, first)
                return again
            result = await do()
            with suppress(Unreachable):
                await lobby.notes.put(relayed, command.digest, RELAYED_SECONDS)
            return result
        finally:
            with suppress(Unreachable):
                await lobby.locks.release(lock, holder)


def _require_same(command: Command, digest: str) -> None:
    """Raise IdReused where the id was another command's."""
    if digest not in (command.digest, *command.also):
        raise IdReused


def _known(command: Command, first: Remembered) -> Effect:
    """Raise the refusal where that was the outcome."""
    _require_same(command, first.digest)
    outcome = Effect.of(first)
    if no := idempotency.refusal_again(outcome.noted):
        raise no
    return outcome


async def _keep_result(lobby: Lobby, command: Command) -> None:
    """The id of a command that wrote nothing, and what was noted after the first write. It was
    carried out then: that the note cannot be written makes it no failure."""
    if not command.kept:
        await lobby.store.remember(command.once({}))
    elif command.unsettled:
        outcome = command.once({"key": command.key}).outcome
        with suppress(Unreachable):
            await lobby.store.settle(command.identity, command.id, outcome)


async def _keep(lobby: Lobby, command: Command, no: errors.LobbyError) -> Remembered | None:
    """A refusal that is final. Returns what is kept where the command was carried out before."""
    if isinstance(no, PASSING + RECOMPUTED):
        return None
    kept = command.once(idempotency.refused(no))
    try:
        if command.kept:
            await lobby.store.settle(command.identity, command.id, kept.outcome)
        else:
            await lobby.store.remember(kept)
    except Repeated as repeated:
        return repeated.first
    return None


@asynccontextmanager
async def _alone(lobby: Lobby, command: Command) -> AsyncIterator[None]:
    """Within this process, who says the same id meanwhile waits. Other processes wait in the
    store, for the transaction that keeps the id."""
    key = (lobby.name, command.identity, command.id)
    while running := _RUNNING.get(key):
        await asyncio.wait([running])
    _RUNNING[key] = done = asyncio.get_running_loop().create_future()
    try:
        yield
    finally:
        del _RUNNING[key]
        done.set_result(None)


_RUNNING: dict[tuple[str, str, str], asyncio.Future[None]] = {}
"""Commands under way in this process."""
