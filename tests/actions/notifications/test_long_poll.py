"""Polls that wait: answered when there is something, when their time is up, and never too soon."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.notifications.long_poll import SHORTEST_SECONDS
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM, Kind
from lobby.hub.waiters import MOST_WAITERS
from protocol import topics
from protocol.events import InboxEntry
from tests.api.player_services.rows.notifications import instance_of, post, put
from tests.support.long_poll import LongPoll, poll
from tests.support.player_services import Callers, player_services_server
from tests.support.slowness import slowness
from tests.support.waiting import soon, until

"""Seconds; nobody who is woken waits longer."""


@pytest.fixture(scope="module")
def callers() -> Iterator[Callers]:
    with player_services_server() as (_, callers):
        yield callers


class Player:
    """Somebody new, and their polls; those still open at the end are left."""

    def __init__(self, callers: Callers) -> None:
        self.callers, self.account = callers, callers.player()
        self.url, self.token = callers.served.url, callers.token(self.account)
        self.topic = topics.inbox(self.account.uuid)
        self.open = ExitStack()

    async def send(self, **query: Any) -> LongPoll:
        sent = await LongPoll.send(self.url, self.token, **query)
        self.open.callback(sent.leave)
        return sent

    async def waiting(self, **query: Any) -> LongPoll:
        """Sent, and known to wait."""
        before = self.places
        sent = await self.send(**query)
        await until(lambda: self.places == min(before + 1, MOST_WAITERS))
        return sent

    @property
    def places(self) -> int:
        return len(self.callers.served.lobby.hub.waiters._waiters.get(self.topic, ()))

    def told(self) -> str:
        return put(self.callers, self.account)


@pytest.fixture
def player(callers: Callers) -> Iterator[Player]:
    player = Player(callers)
    with player.open:
        yield player


async def test_a_poll_is_answered_by_what_comes_and_no_other_is(
    callers: Callers, player: Player
) -> None:
    other = Player(callers)
    waiting, others = await player.waiting(), await other.waiting()
    began = time.monotonic()
    id = player.told()
    assert (await waiting.answer()).ids == [id]
    assert time.monotonic() - began < soon()
    assert not others.answered
    assert other.places == 1
    others.leave()


async def test_what_comes_together_is_answered_together(player: Player) -> None:
    waiting = await player.waiting()
    lobby = player.callers.served.lobby

    async def three() -> None:
        for text in ("one", "two", "three"):
            entry = {"kind": "message", "message": text, "at": lobby.clock()}
            await lobby.inbox.put(player.topic, InboxEntry.model_validate(entry))

    player.callers.served.do(three())
    assert (await waiting.answer()).messages == ["one", "two", "three"]


async def test_an_empty_poll_ends_well_and_a_second_before_its_deadline(player: Player) -> None:
    answer = await poll(player.url, player.token, deadline=3)
    assert (answer.status, answer.json) == (200, {"notifications": []})
    assert 1.9 < answer.took < 2.9 * slowness()
    shortest = await poll(player.url, player.token, deadline=1)
    assert (shortest.status, shortest.ids) == (200, [])
    assert 0.4 < shortest.took < soon()


async def test_a_poll_that_does_not_want_to_wait_does_not(player: Player) -> None:
    answer = await poll(player.url, player.token, deadline=0)
    assert answer.ids == []
    assert answer.took < soon()


async def test_everything_that_polls_for_a_player_is_answered(player: Player) -> None:
    polls = [await player.waiting() for _ in range(MOST_WAITERS)]
    id = player.told()
    assert [(await one.answer()).ids for one in polls] == [[id]] * MOST_WAITERS


async def test_one_poll_too_many_ends_the_oldest_but_not_at_once(player: Player) -> None:
    polls = [await player.waiting() for _ in range(MOST_WAITERS + 1)]
    ended = await polls[0].answer()
    assert ended.ids == []
    assert ended.took > SHORTEST_SECONDS * 0.9
    assert not any(one.answered for one in polls[1:])
    player.told()
    assert [len((await one.answer()).ids) for one in polls[1:]] == [1] * MOST_WAITERS


async def test_who_forgets_their_place_when_nothing_came_misses_nothing(player: Player) -> None:
    first = player.told()
    assert (await poll(player.url, player.token, exclude_before=first, deadline=1)).ids == []
    second = player.told()
    again = await poll(player.url, player.token, exclude_before="", offset_reset_strategy="latest")
    assert again.ids == [second]
    third = player.told()
    assert (await poll(player.url, player.token, exclude_before=second)).ids == [third]


async def test_another_login_of_theirs_begins_with_what_comes(player: Player) -> None:
    assert (await poll(player.url, player.token, deadline=0)).ids == []
    player.told()
    token = player.callers.token(player.account)
    assert token != player.token
    assert (await poll(player.url, token, deadline=0)).ids == []


async def test_who_goes_away_leaves_their_place(player: Player) -> None:
    waiting = await player.waiting(deadline=900)
    waiting.leave()
    await until(lambda: player.places == 0)
    second = await player.waiting()
    id = player.told()
    assert (await second.answer()).ids == [id]


async def test_who_went_away_without_an_answer_misses_nothing(player: Player) -> None:
    waiting = await player.waiting()
    waiting.leave()
    await until(lambda: player.places == 0)
    lobby = player.callers.served.lobby
    id = player.told()
    newest = lobby.hub.cursor(player.topic)
    assert newest is not None
    assert newest.version == int(id)
    assert (await poll(player.url, player.token)).ids == [id]


async def test_who_loses_their_token_while_they_wait_hears_nothing(player: Player) -> None:
    waiting = await player.waiting()
    served, uuid = player.callers.served, player.account.uuid
    served.do(accounts.sign_out_everywhere(served.lobby, SYSTEM, account=uuid))
    player.told()
    answer = await waiting.answer()
    assert (answer.status, answer.json["auth_success"]) == (403, False)


async def test_a_poll_lasts_no_longer_than_its_token(player: Player) -> None:
    account: Account = player.account
    ring = player.callers.served.lobby.key_ring
    player.token = ring.issue(
        account.uuid, Kind.PLAYER, token_version=account.token_version, seconds=2
    )
    answer = await poll(player.url, player.token, deadline=900)
    assert answer.ids == []
    assert answer.took < soon()


async def test_the_end_of_an_instance_ends_the_waiting_for_what_is_said_to_it(
    player: Player,
) -> None:
    served = player.callers.served
    id = instance_of(player.callers, player.account)
    player.topic = topics.instance(id)
    post(player.callers, player.topic)
    path = f"/notification/v1/instance/{id}/stream/notification/lp"
    waiting = await player.waiting(path=path)
    served.do(served.lobby.inbox.end(player.topic, code="instance_ended"))
    assert (await waiting.answer()).ids == []
    assert served.do(served.lobby.store.head(player.topic)) == 0


async def test_what_comes_while_somebody_begins_to_wait_is_not_lost(player: Player) -> None:
    """Over and over, at whatever moment of the other's beginning."""
    place = player.told()
    for n in range(100):
        sent = await player.send(exclude_before=place, deadline=5)
        await asyncio.sleep(n % 10 / 2_000)
        place = player.told()
        assert (await sent.answer()).ids == [place]


# Without a cursor


async def test_a_poll_without_a_cursor_repeats_nothing_and_loses_nothing(player: Player) -> None:
    """As a client that never says where it is, and polls again at once."""
    assert (await poll(player.url, player.token, deadline=0)).ids == []
    told, heard = [], []
    for n in range(12):
        told += [player.told() for _ in range(n % 4)]
        heard += (await poll(player.url, player.token, deadline=0, max_page_size=2)).ids
    while rest := (await poll(player.url, player.token, deadline=0)).ids:
        heard += rest
    assert heard == told


async def test_what_a_poll_with_a_cursor_was_given_is_not_repeated_to_one_without(
    player: Player,
) -> None:
    first = player.told()
    assert (await poll(player.url, player.token, exclude_before=first, deadline=0)).ids == []
    second = player.told()
    assert (await poll(player.url, player.token, exclude_before=first)).ids == [second]
    assert (await poll(player.url, player.token, deadline=0)).ids == []
    third = player.told()
    assert (await poll(player.url, player.token, deadline=0)).ids == [third]


async def test_the_other_polls_of_a_player_are_given_it_too(player: Player) -> None:
    waiting = [await player.waiting() for _ in range(3)]
    id = player.told()
    assert [(await one.answer()).ids for one in waiting] == [[id]] * 3
    assert (await poll(player.url, player.token, deadline=0)).ids == []
