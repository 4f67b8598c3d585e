"""Which queues take a party, and how its ticket is rated for each."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.domain.errors import LobbyError
from lobby.domain.matchmaking.errors import (
    GroupTooLarge,
    NoMatchingTemplate,
    QueueInactive,
    QueueNotFound,
)
from lobby.domain.sessions.errors import InQueue
from lobby.domain.sessions.queue_entry import QueueEntry
from tests.support.matchmaking import MatchmakingWorld, matchmaking_world
from tests.support.strict_queues import STRICT


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[MatchmakingWorld]:
    async with matchmaking_world(tmp_path, game=STRICT) as here:
        yield here


async def test_one_ticket_waits_in_several_queues(here: MatchmakingWorld) -> None:
    party = await here.party()
    ticket = await here.queue(party, "pairs", "duel", "pairs")
    entry = QueueEntry(["pairs", "duel"], ["pairs", "duel"])
    assert (ticket.queue, ticket.entry) == ("pairs", entry)
    assert (await here.session(party.session)).queued == entry
    await here.leave(party)
    assert (await here.session(party.session)).queued is None


async def test_the_first_match_of_any_takes_it(here: MatchmakingWorld) -> None:
    one, other = await here.party(), await here.party()
    await here.queue(one, "pairs", "duel")
    await here.queue(other, "duel")
    await here.tick()
    match = (await here.match()).match
    assert match is not None
    assert match.profile == "duel"
    assert [await here.has_match(party) for party in (one, other)] == [True, True]


async def test_queues_that_do_not_take_it_are_left_out(here: MatchmakingWorld) -> None:
    party = await here.party(2)
    ticket = await here.queue(party, "closed", "nobody", "strict", "pairs")
    assert ticket.queues == ["strict", "pairs"]


@pytest.mark.parametrize(
    ("size", "ids", "refusal"),
    [
        (3, ["closed", "strict"], QueueInactive),
        (3, ["strict", "closed"], GroupTooLarge),
        (1, ["nobody", "closed"], NoMatchingTemplate),
        (1, ["duel", "nowhere"], QueueNotFound),
    ],
)
async def test_where_none_takes_it_the_refusal_of_the_first_is_told(
    here: MatchmakingWorld, size: int, ids: list[str], refusal: type[LobbyError]
) -> None:
    party = await here.party(size)
    with pytest.raises(refusal):
        await here.queue(party, *ids)
    assert not await here.in_queue(party)


async def test_it_enters_no_second_queue_beside_the_first(here: MatchmakingWorld) -> None:
    party = await here.party()
    await here.queue(party, "duel")
    with pytest.raises(InQueue):
        await here.queue(party, "closed", "pairs")


async def test_it_is_rated_as_the_first_queue_with_the_profile_says(
    here: MatchmakingWorld,
) -> None:
    party = await here.party()
    ticket = await here.queue(party, "strict", "pairs")
    assert ticket.profiles == ["pairs", "duel"]
    assert {*ticket.ratings} == {"duel"}
