"""Asking before trying: whether a join would succeed now, by the decision that joining takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lobby.actions.sessions import admission
from lobby.context import Lobby
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Permit
from lobby.domain.sessions.admission import Answer, Knock, answer
from lobby.domain.sessions.clients import Client


async def ask(
    lobby: Lobby,
    permit: Permit,
    *,
    ids: Iterable[int],
    code: str | None = None,
    client: Client | None = None,
) -> dict[int, Answer]:
    """For each session what the caller would be told. Those that there are not, for this caller,
    are left out. `code`: by which the caller found it; `client`: with which they would join."""
    asked = list(dict.fromkeys(ids))
    answers = await asyncio.gather(*(_ask(lobby, permit, id, code, client) for id in asked))
    return {id: said for id, said in zip(asked, answers, strict=True) if said is not None}


async def _ask(
    lobby: Lobby, permit: Permit, id: int, code: str | None, client: Client | None
) -> Answer | None:
    actor = permit.actor
    try:
        session = await lobby.sessions.get(str(id))
        guest = await admission.guest(lobby, actor, client=client)
        knock = Knock(guest, named=actor.named, outright=permit.outright, code=code)
        found = await admission.ruling(lobby, session, knock)
        return answer(session, found.terms, knock, lobby.clock())
    except SessionNotFound:
        return None
