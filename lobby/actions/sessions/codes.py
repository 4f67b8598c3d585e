"""Codes of sessions: made, renewed and dropped by who sits there, read by whoever was told one.

A code is short, so guesses are counted: by account and by address. A code that is none, one that is
dead, and one whose session is hidden from the caller are one answer after as many reads.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from random import SystemRandom

from lobby.actions.changes import change, visibility
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, SessionNotFound, Unavailable
from lobby.domain.permissions import SERVING, Permit, Role
from lobby.domain.sessions import codes
from lobby.domain.sessions.codes import Code
from lobby.domain.sessions.errors import CodeTaken, TemplateForbids
from lobby.domain.sessions.session import Session

random = SystemRandom()
TRIES = 16
"""How often another code is drawn because a live session has the one that was."""
GUESSED = "too many codes were tried here that are none; wait, then type it with care"


async def have(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """The session with a code: the one that it has, else a new one. Raises Forbidden,
    SessionNotJoinable where it is closed, TemplateForbids."""
    now = lobby.now()
    return await _with(
        lobby, permit, id, lambda session, new: session.require_code(permit, new, now=now)
    )


async def renew(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """The session with a new code; the old one is dead. As `have`, for those who may invite."""
    inviting = replace(permit, role=Role.ADMIN)
    session = await _with(lobby, permit, id, lambda session, new: session.renew_code(inviting, new))
    lobby.audit.act("code renewed", session=id)
    return session


async def drop(lobby: Lobby, permit: Permit, *, id: int) -> Session:
    """The session without a code; idempotent, for those who may invite."""
    inviting = replace(permit, role=Role.ADMIN)
    found = await visibility.find(lobby, permit, id=id)
    session = await change.alter(
        lobby, id, lambda session: session.drop_code(inviting), by=permit.actor, known=found
    )
    lobby.audit.act("code dropped", session=id)
    return session


async def find(lobby: Lobby, permit: Permit, text: str, *, address: str) -> Session:
    """The session whose code this is, for a caller from this address (empty: from no network).
    Raises SessionNotFound, TooMany."""
    code = codes.read(text)
    if code is None:
        raise SessionNotFound
    async with _counted(lobby, permit, address):
        return await _find(lobby, permit, code)


async def _find(lobby: Lobby, permit: Permit, code: str) -> Session:
    """Two reads, whatever comes of it: where no leader's account is to be read, another is."""
    session = await _good(lobby, code)
    if session is not None and session.leader is not None:
        if not permit.outright:
            await visibility.require_visible(lobby, permit, session)
        return session
    with suppress(AccountNotFound):
        await lobby.accounts.get(permit.actor.uuid)
    if session is None:
        raise SessionNotFound
    return session


async def _good(lobby: Lobby, code: str) -> Session | None:
    with suppress(SessionNotFound):
        session = await lobby.sessions.claimed("code", code)
        if session.answers_to(code, lobby.clock()):
            return session
    return None


@asynccontextmanager
async def _counted(lobby: Lobby, permit: Permit, address: str) -> AsyncIterator[None]:
    """Count the body where it finds nothing. Game servers are not counted."""
    limits, account = lobby.rate_limits, permit.actor.uuid
    mine, there = limits.rules.codes_per_account, limits.rules.codes_per_address
    if permit.actor.holds(SERVING):
        yield
        return
    async with AsyncExitStack() as counts:
        for rule, who in ((there, address), (mine, account)):
            if who:
                await counts.enter_async_context(limits.guess(rule, who, wrong=_wrong, why=GUESSED))
        yield


def _wrong(no: Exception) -> bool:
    return isinstance(no, SessionNotFound)


async def _with(
    lobby: Lobby, permit: Permit, id: int, decide: Callable[[Session, Code], object]
) -> Session:
    """The session after the decision about a new code, which no live session has."""
    await visibility.find(lobby, permit, id=id)
    for _ in range(TRIES):
        text = codes.draw(random.choice)

        def decided(session: Session, text: str = text) -> None:
            decide(session, Code(text, _until(lobby, session)))

        with suppress(CodeTaken):
            return await change.alter(lobby, id, decided, by=permit.actor)
    raise Unavailable("a code that no other session has")


def _until(lobby: Lobby, session: Session) -> float | None:
    """When a new code is over. Raises TemplateForbids."""
    template = lobby.catalogue.by_session_type.get(session.template)
    if template is not None and not template.codes:
        raise TemplateForbids(word="code")
    seconds = template.code_ttl_s if template is not None else 0
    return round(lobby.now() + seconds, 3) if seconds else None
