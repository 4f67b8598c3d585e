"""Operator command: why somebody is gone, or what became of a session."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from lobby.actions.accounts import trail
from lobby.actions.matchmaking import explain
from lobby.actions.sessions import event_log
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, Malformed, SessionNotFound
from lobby.domain.permissions import SYSTEM
from lobby.operator import why_words as words
from lobby.operator.naming import find
from protocol.codec import StrictModel, problem, without_nul

HOUR_SECONDS = 3_600.0
"""Of an hour."""
NAMES = ("by", "target", "source")
"""Fields of entries that hold a uuid."""

Result = dict[str, Any]


class Why(StrictModel):
    """`who`: a uuid, number, login or name. Without one, what became of the session."""

    command: Literal["why"]
    who: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    session: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")] | None = None
    hours: Annotated[float, Field(gt=0, le=10**6)] | None = None


async def why(lobby: Lobby, command: Why) -> Result:
    """`said`: the one line; `lines`: all of it in words; `entries`: as it is kept. Of an account
    its restrictions in force come first, then the last entry; of a session the first."""
    if command.who is not None:
        return await _of_account(lobby, command, without_nul(command.who))
    if command.session is None:
        raise Malformed([problem("value_error", "say whom you mean, or which session")])
    return await _of_session(lobby, int(command.session))


async def _of_account(lobby: Lobby, command: Why, who: str) -> Result:
    account = await find(lobby, who)
    seconds = None if command.hours is None else command.hours * HOUR_SECONDS
    entries = await trail.read(
        lobby, SYSTEM, account=account.uuid, seconds=seconds, session=command.session
    )
    names = await _names(lobby, entries)
    barred = account.restrictions_in_force(lobby.clock())
    return {
        "account": account.uuid,
        "name": account.shown_name,
        "said": words.headline(entries, names.__getitem__),
        "lines": [
            *map(words.restriction, barred),
            *(words.line(one, names.__getitem__) for one in reversed(entries)),
        ],
        "entries": entries[::-1],
    }


async def _of_session(lobby: Lobby, id: int) -> Result:
    lines = await event_log.whole(lobby, SYSTEM, id=id)
    entries = [line.model_dump(exclude_none=True) for line in lines]
    names = await _names(lobby, entries)
    return {
        "session": str(id),
        "said": words.life(entries, names.__getitem__),
        "lines": [
            *(words.event(one, names.__getitem__) for one in entries),
            *await _not_filled(lobby, id),
        ],
        "entries": entries,
    }


async def _not_filled(lobby: Lobby, id: int) -> list[str]:
    """Why nobody is sent into its match, where the game server's health is the reason."""
    with suppress(SessionNotFound):
        if told := explain.unheard(await lobby.sessions.get(str(id))):
            whose = f"instance {told['instance']}, host {told.get('host', 'unknown')}"
            return [f"not filled: {told['why']} ({whose}); {told['do']}"]
    return []


async def _names(lobby: Lobby, entries: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """How those are shown whom the entries name."""
    found = {str(one[field]) for one in entries for field in NAMES if one.get(field)}
    return {one: await _name(lobby, one) for one in found}


async def _name(lobby: Lobby, account: str) -> str:
    """A uuid may lead nowhere by now; others than accounts act, too."""
    try:
        name = (await lobby.account_cache.get(account)).shown_name
    except AccountNotFound:
        return account
    return f"{name} ({account})" if name else account
