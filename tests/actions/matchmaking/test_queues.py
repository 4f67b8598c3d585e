"""Entering a queue and leaving it: who may, who is held to it, and what ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.changes import tickets
from lobby.actions.economy import ranks
from lobby.actions.instances import instances
from lobby.actions.matchmaking import queues
from lobby.actions.sessions import invitations
from lobby.domain.errors import Forbidden, LobbyError
from lobby.domain.matchmaking.errors import (
    GroupTooLarge,
    InstanceActive,
    MatchmakingNotAllowed,
    NoMatchingTemplate,
    NothingOffered,
    NotInQueue,
    PlayerQueued,
    QueueInactive,
    QueueNotFound,
    TicketNotFound,
)
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.ranks import Score
from lobby.domain.sessions.errors import InQueue
from lobby.domain.sessions.instances import HostType
from tests.support.game import uuid
from tests.support.lobby import leading
from tests.support.matchmaking import CLIENT, MatchmakingWorld, Party, matchmaking_world
from tests.support.strict_queues import STRICT


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path, game=STRICT) as here:
        yield here


async def test_a_party_waits_as_its_session_shows(here: MatchmakingWorld) -> None:
    party = await here.party(2)
    ticket = await here.queue(party, "strict", map_preferences=["canyon"], search={"tags": ["x"]})
    session = await here.session(party.session)
    assert session.ticket == ticket.id
    assert await here.in_queue(party)
    assert (await here.log(party.session))[-1] == "queue_joined"
    kept = await here.lobby.tickets.get(ticket.id)
    assert (kept.leader, kept.region, kept.created) == (
        party.leader.uuid,
        "eu",
        here.local.clock.now,
    )
    assert {one.uuid for one in kept.players} == party.uuids
    assert all((one.mu, one.sigma, one.client) == (25, 8.333, CLIENT) for one in kept.players)
    assert (kept.map_preferences, kept.search) == (["canyon"], {"tags": ["x"]})
    assert (kept.template, kept.profiles) == (uuid(903), ["pairs", "duel"])


async def test_everybody_in_it_is_told(here: MatchmakingWorld) -> None:
    party = await here.party(2)
    before = [len(await here.heard(player)) for player in party.players]
    await here.queue(party, "strict")
    await here.lobby.inbox.close()
    after = [len(await here.heard(player)) for player in party.players]
    assert all(more > less for more, less in zip(after, before, strict=True))


async def test_the_rating_is_of_all_together(here: MatchmakingWorld) -> None:
    party = await here.party(2)
    for player, mu in zip(party.players, (30.0, 40.0), strict=True):
        await ranks.put(here.lobby, SYSTEM, player=player.uuid, rank=1, score=Score(mu, 2.0))
    assert (await here.queue(party, "strict")).rating == 40.0


async def refused(here: MatchmakingWorld, party: Party, queue: str) -> type[LobbyError]:
    before = await here.session(party.session)
    with pytest.raises(LobbyError) as no:
        await here.queue(party, queue)
    assert await here.session(party.session) == before
    return no.type


async def test_each_refusal_is_named_in_the_contracts_order(here: MatchmakingWorld) -> None:
    party = await here.party(3)
    assert await refused(here, party, "nowhere") is QueueNotFound
    assert await refused(here, party, "closed") is QueueInactive
    assert await refused(here, party, "strict") is GroupTooLarge
    single = await here.party()
    assert await refused(here, single, "nobody") is NoMatchingTemplate
    await instances.request(
        here.lobby, leading(single.leader), id=single.session, host_type=HostType.PLAYER
    )
    assert await refused(here, single, "nobody") is NoMatchingTemplate
    assert await refused(here, single, "strict") is InstanceActive
    waiting = await here.party()
    await here.queue(waiting)
    assert await refused(here, waiting, "nowhere") is QueueNotFound
    assert await refused(here, waiting, "duel") is InQueue
    assert await refused(here, waiting, "nobody") is InQueue


async def test_only_sessions_of_some_types_wait(here: MatchmakingWorld) -> None:
    party = await here.party()

    await here.lobby.sessions.change(str(party.session), lambda s: setattr(s, "template", "game"))
    assert await refused(here, party, "duel") is MatchmakingNotAllowed


async def test_only_who_leads_enters_and_leaves(here: MatchmakingWorld) -> None:
    party = await here.party(2)
    following = leading(party.players[1])
    with pytest.raises(Forbidden):
        await queues.join(here.lobby, following, id=party.session, queues=["strict"])
    await queues.join(here.lobby, SYSTEM, id=party.session, queues=["strict"])
    with pytest.raises(Forbidden):
        await queues.leave(here.lobby, following, id=party.session)
    assert await here.in_queue(party)


async def test_leaving_ends_the_ticket(here: MatchmakingWorld) -> None:
    party = await here.party()
    await here.queue(party)
    await here.leave(party)
    assert not await here.in_queue(party)
    assert await here.tickets() == []
    assert (await here.log(party.session))[-1] == "queue_left"
    with pytest.raises(NotInQueue):
        await here.leave(party)
    await here.queue(party)
    assert await here.in_queue(party)


@pytest.mark.parametrize("how", ["comes", "goes", "is kicked", "is deleted"])
async def test_who_comes_or_goes_ends_the_wait(here: MatchmakingWorld, how: str) -> None:
    party = await here.party(2)
    await here.queue(party, "strict")
    if how == "comes":
        await here.come(party.session, await here.player())
    elif how == "goes":
        await here.go(party.session, party.players[1])
    elif how == "is kicked":
        await here.go(party.session, party.leader)
    else:
        gone = party.players[1]
        await accounts.delete(here.lobby, SYSTEM, account=gone.uuid)
    assert not await here.in_queue(party)
    assert await here.tickets() == []
    assert "queue_left" in await here.log(party.session)


async def test_an_invitation_does_not(here: MatchmakingWorld) -> None:
    party = await here.party()
    await here.queue(party)
    other = await here.player()
    await invitations.invite(here.lobby, leading(party.leader), id=party.session, player=other.uuid)
    assert await here.in_queue(party)


async def test_a_session_that_ends_waits_no_more(here: MatchmakingWorld) -> None:
    party = await here.party()
    await here.queue(party)
    await here.go(party.session, party.leader)
    assert await here.tickets() == []


async def test_nobody_waits_in_two_parties(here: MatchmakingWorld) -> None:
    first, second = await here.party(), await here.party()
    await here.queue(first)
    await here.come(second.session, first.leader)
    assert await refused(here, second, "strict") is PlayerQueued
    await here.leave(first)
    await here.queue(second, "strict")


async def test_what_a_killed_process_has_left_is_in_nobodys_way(here: MatchmakingWorld) -> None:
    party = await here.party()
    ticket = await here.queue(party)
    await here.lobby.sessions.change(str(party.session), lambda s: setattr(s, "ticket", None))
    again = await here.queue(party)
    assert [one.id for one in await here.tickets()] == [again.id] != [ticket.id]


async def test_only_its_players_are_asked_and_only_when_there_is_a_match(
    here: MatchmakingWorld,
) -> None:
    party = await here.party()
    ticket = await here.queue(party)
    with pytest.raises(NothingOffered):
        await here.answer(party.leader, ticket, True)
    with pytest.raises(TicketNotFound):
        await here.answer(await here.player(), ticket, True)
    with pytest.raises(TicketNotFound):
        await queues.answer(here.lobby, Permit(party.leader), ticket=uuid(1), ready=True)


async def test_withdrawing_what_is_gone_changes_nothing(here: MatchmakingWorld) -> None:
    party = await here.party()
    ticket = await here.queue(party)
    await tickets.withdraw(here.lobby, uuid(1))
    assert (await here.lobby.tickets.get(ticket.id)).state is TicketState.WAITING
