"""Why somebody is out who was restricted, deleted or signed out: in logs, trails and queues."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts.trail import read
from lobby.actions.matchmaking import proposals
from lobby.domain.matchmaking.ticket_reasons import TicketReason
from lobby.domain.permissions import SYSTEM, Actor
from lobby.domain.reasons import Reason
from lobby.domain.trail import GONE
from protocol import topics
from tests.support.evictions import Act, delete, restrict, sign_out
from tests.support.lobby import LocalLobby
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world


@pytest.fixture
async def arena(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path) as arena:
        yield arena


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (restrict, Reason.RESTRICTED),
        (delete, Reason.ACCOUNT_DELETED),
        (sign_out, Reason.LEFT),
    ],
)
async def test_the_log_has_the_reason(local: LocalLobby, act: Act, why: Reason) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await act(local.lobby, guest.uuid)
    (line,) = [
        line
        for line in await local.entries(f"events:{session.id}")
        if line.get("target") == guest.uuid and line.get("reason")
    ]
    assert line["reason"] == why


@pytest.mark.parametrize(
    ("act", "own", "why"),
    [
        (restrict, Reason.RESTRICTED, Reason.RESTRICTED),
        (delete, None, Reason.HOST_GONE),  # whose trail is deleted, too
        (sign_out, Reason.LEFT, Reason.HOST_LEFT),
    ],
)
async def test_a_session_ends_for_one_reason_which_its_log_and_all_its_members_read(
    local: LocalLobby, act: Act, own: Reason | None, why: Reason
) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await act(local.lobby, host.uuid)
    last = (await local.entries(f"events:{session.id}"))[-1]
    assert (last["code"], last["reason"]) == ("session_deleted", why)
    assert (await local.entries(f"inbox:{guest.uuid}"))[-1]["reason"] == why
    assert await left_for(local, guest) == why
    assert await left_for(local, host) == own


async def left_for(local: LocalLobby, who: Actor) -> str | None:
    """The last departure in their trail."""
    trail = await read(local.lobby, SYSTEM, account=who.uuid)
    return next((one["reason"] for one in reversed(trail) if one["what"] == GONE), None)


@pytest.mark.parametrize(
    ("act", "why", "to_others"),
    [
        (restrict, TicketReason.RESTRICTED, TicketReason.PARTY_CHANGED),
        (delete, TicketReason.ACCOUNT_DELETED, TicketReason.PARTY_CHANGED),
        (sign_out, TicketReason.LEFT_QUEUE, TicketReason.LEFT_QUEUE),
    ],
)
async def test_a_ticket_ends_with_the_reason_which_strangers_do_not_read(
    arena: MatchmakingWorld, act: Act, why: TicketReason, to_others: TicketReason
) -> None:
    gone, stays = await arena.matched("duel")
    (ticket,) = [one for one in await arena.tickets() if one.session == gone.session]
    await act(arena.lobby, gone.leader.uuid)
    await proposals.advance_all(arena.lobby)
    told = [event for to, event in arena.local.told if to == topics.queue(ticket.id)]
    (end,) = [event for event in told if "code" in event]
    assert (end["code"], end["reason"]) == ("queue_left", why)
    (waits,) = await arena.tickets()
    assert (waits.session, waits.why) == (stays.session, to_others)
