"""Passwords of sessions, as guests show them and leaders set them: hashed and compared in the
threads of logins, where each address has its share.

A try is counted before it is looked at, for the account and for the session, in all processes. It
is given back where it was right.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from lobby.context import Lobby
from lobby.domain.errors import TooMany
from lobby.domain.sessions import admission
from lobby.domain.sessions.admission import Knock, Terms
from lobby.domain.sessions.errors import PasswordNeeded, TemplateForbids, WrongPassword
from lobby.domain.sessions.passwords import NewPassword, ShownPassword
from lobby.domain.sessions.session import Session

OF_ADDRESS = "too many passwords from this address in a minute; wait, then try again"
UNSEEN = ShownPassword(-1, right=False)
"""Of a password that was not looked at, since none was asked: if one is by the commit, it is."""


@dataclass
class Said:
    """A password as somebody says it in one request, and from which address. `text`: None where
    there is to be none. `shown`: what came of comparing it, so that it is compared once."""

    text: str | None = field(repr=False)
    address: str
    shown: ShownPassword | None = None


async def look(
    lobby: Lobby, session: Session, terms: Terms, knock: Knock, said: Said | None
) -> Knock:
    """The knock with what came of the password, which is looked at only where nothing else keeps
    the guest out. Raises WrongPassword with the tries that are left, TooMany beyond."""
    if said is None or said.text is None:
        return knock
    if not admission.asks_password(session, terms, knock, lobby.clock()):
        return replace(knock, shown=UNSEEN)
    if said.shown is None or said.shown.number != session.password.number:
        said.shown = await _compared(lobby, session, knock.guest.uuid, said.text, said.address)
    return replace(knock, shown=said.shown)


async def hashed(lobby: Lobby, template: str, said: Said) -> NewPassword:
    """What is kept of a new password. Raises TemplateForbids where the type has none."""
    if said.text is None:
        return NewPassword(None)
    require_allowed(lobby, template)
    async with _counted(lobby, said.address):
        return NewPassword(await lobby.passwords.hash(said.text, by=said.address))


def require_allowed(lobby: Lobby, template: str) -> None:
    row = lobby.catalogue.by_session_type.get(template)
    if row is not None and not row.passwords:
        raise TemplateForbids(word="password")


async def with_left(
    lobby: Lobby, session: Session, player: str, no: PasswordNeeded
) -> PasswordNeeded:
    """The refusal, with how many wrong passwords the player may still say this minute."""
    limits, who = lobby.rate_limits, str(session.id)
    rules = limits.rules
    mine = await limits.counters.read(rules.session_passwords_mine.key_for(player, who))
    all = await limits.counters.read(rules.session_passwords.key_for(who))
    left = min(rules.session_passwords_mine.amount - mine, rules.session_passwords.amount - all)
    no.about = {"left": max(0, left)}
    return no


async def _compared(
    lobby: Lobby, session: Session, player: str, text: str, address: str
) -> ShownPassword:
    limits, asked, id = lobby.rate_limits, session.password, str(session.id)
    mine = limits.guess(limits.rules.session_passwords_mine, player, id, wrong=_is_wrong)
    everybody = limits.guess(limits.rules.session_passwords, id, wrong=_is_wrong)
    async with mine, everybody, _counted(lobby, address):
        verdict = await lobby.passwords.verify(asked.hash, text, by=address)
        shown = ShownPassword(asked.number, right=verdict != "wrong")
        asked.require(player, shown)
    return shown


@asynccontextmanager
async def _counted(lobby: Lobby, address: str) -> AsyncIterator[None]:
    """Rate limit of hashes for one address, whatever comes of them. One that was not made, since
    too many wait, is given back."""
    limits = lobby.rate_limits
    await limits.spend(limits.rules.session_hashes, address, why=OF_ADDRESS)
    try:
        yield
    except TooMany:
        await limits.give_back(limits.rules.session_hashes, address)
        raise


def _is_wrong(refusal: Exception) -> bool:
    return isinstance(refusal, WrongPassword)
