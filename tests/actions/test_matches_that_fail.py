"""Matches that nobody hosts: those who were to play wait on, as old as they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions import instances, proposals, telling
from lobby.domain.errors import SessionNotFound
from lobby.domain.instances import HostType, JoinStatus
from lobby.domain.permissions import SYSTEM
from tests.actions.halls import Hall, hall, leading


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Hall]:
    async with hall(tmp_path) as here:
        yield here


async def test_without_a_host_they_wait_on_as_old_as_they_were(here: Hall) -> None:
    parties = await here.waiting()
    created = {ticket.id: ticket.created for ticket in await here.tickets()}
    await here.pass_time(20)
    await here.tick()
    session = await here.match()
    await here.pass_time(62)
    await proposals.attend(here.lobby)
    with pytest.raises(SessionNotFound):
        await here.session(session.id)
    assert {ticket.id: ticket.created for ticket in await here.tickets()} == created
    for party in parties:
        assert await here.in_queue(party)
        assert str(session.id) not in [e["session"] for e in await here.heard(party.leader)]
    await here.tick()
    assert (await here.match()).id != session.id


async def test_a_host_that_closes_before_it_can_be_joined_is_a_failure(here: Hall) -> None:
    parties = await here.matched()
    session = await here.match()
    assert await here.serve() == session.id
    await here.report(session.id, JoinStatus.PENDING)
    await here.report(session.id, JoinStatus.CLOSED)
    await proposals.attend(here.lobby)
    assert await here.matches() == []
    assert [await here.in_queue(party) for party in parties] == [True, True]


@pytest.mark.parametrize("how", ["removed", "expired"])
async def test_so_is_a_session_that_is_no_more(here: Hall, how: str) -> None:
    parties = await here.matched()
    session = await here.match()
    if how == "removed":
        await instances.remove(here.lobby, SYSTEM, id=session.id)
    else:
        await telling.end(here.lobby, session.id, message="over", code="session_expired")
    await proposals.attend(here.lobby)
    assert await here.matches() == []
    assert [await here.in_queue(party) for party in parties] == [True, True]


async def test_a_party_that_has_changed_meanwhile_does_not_wait_on(here: Hall) -> None:
    one, other = await here.matched("pairs", (2, 2))
    await here.go(one.session, one.players[1])
    await here.pass_time(62)
    await proposals.attend(here.lobby)
    assert not await here.in_queue(one)
    assert await here.in_queue(other)
    assert len(await here.tickets()) == 1


async def test_time_runs_on_for_those_who_wait_again(here: Hall) -> None:
    parties = await here.waiting()
    await here.pass_time(800, step=50)
    await here.tick()
    await here.pass_time(62)
    await proposals.attend(here.lobby)
    assert [await here.in_queue(party) for party in parties] == [True, True]
    await here.pass_time(50)
    assert [await here.in_queue(party) for party in parties] == [False, False]


# A player hosts


async def test_who_has_waited_longest_hosts_and_is_invited_at_once(here: Hall) -> None:
    one = await here.party()
    await here.queue(one, "hosted")
    await here.pass_time(1)
    other = await here.party()
    await here.queue(other, "hosted")
    await here.tick()
    session = await here.match()
    assert session.instance is not None
    assert (session.instance.host_type, session.instance.host) == (
        HostType.PLAYER,
        one.leader.uuid,
    )
    assert session.instance.startup is not None
    assert session.invited(one.leader.uuid)
    assert not session.invited(other.leader.uuid)
    assert (await here.heard(one.leader))[-1]["kind"] == "session_invited"
    await here.come(session.id, one.leader)
    session = await here.report(session.id, JoinStatus.JOINABLE, by=leading(one.leader))
    assert session.invited(other.leader.uuid)
    assert session.leader == one.leader.uuid


@pytest.mark.parametrize("how", ["does not come", "leaves"])
async def test_a_host_who_fails_the_others_waits_no_more(here: Hall, how: str) -> None:
    one = await here.party()
    await here.queue(one, "hosted")
    await here.pass_time(1)
    other = await here.party()
    await here.queue(other, "hosted")
    await here.tick()
    session = await here.match()
    if how == "leaves":
        await here.come(session.id, one.leader)
        await here.go(session.id, one.leader)
    else:
        await here.pass_time(62)
    await proposals.attend(here.lobby)
    assert await here.matches() == []
    assert not await here.in_queue(one)
    assert await here.in_queue(other)
