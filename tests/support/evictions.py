"""What puts somebody out of everything, and where they are then: nowhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from lobby.actions.accounts import accounts, moderation
from lobby.context import Lobby
from lobby.domain.accounts import Restriction
from lobby.domain.matchmaking.errors import TicketNotFound
from lobby.domain.permissions import SYSTEM, Actor
from tests.support.matchmaking import MatchmakingWorld, Party

Act = Callable[[Lobby, str], Awaitable[object]]
BAN = Restriction("account_ban")


def restrict(lobby: Lobby, account: str) -> Awaitable[object]:
    return moderation.restrict(lobby, SYSTEM, account=account, restriction=BAN)


def delete(lobby: Lobby, account: str) -> Awaitable[object]:
    return accounts.delete(lobby, SYSTEM, account=account)


def sign_out(lobby: Lobby, account: str) -> Awaitable[object]:
    return accounts.sign_out_everywhere(lobby, SYSTEM, account=account)


async def nowhere(lobby: Lobby, who: Actor) -> None:
    with pytest.raises(TicketNotFound):
        await lobby.tickets.claimed("player", who.uuid)
    for session in await lobby.sessions.all("live", "yes"):
        assert session.seats.held_by(who.uuid) is None
        assert who.uuid not in session.insiders()
    for proposal in await lobby.proposals.all("open", "yes"):
        assert who.uuid not in proposal.players()


async def alone_in_queue(arena: MatchmakingWorld, others: list[Party]) -> None:
    """The others wait, as old as they were; nothing of the match is left."""
    assert await arena.proposals() == []
    assert await arena.matches() == []
    assert [await arena.in_queue(party) for party in others] == [True] * len(others)
