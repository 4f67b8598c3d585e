"""Trails are written behind the answer: bounded, counted, and nothing of who is gone."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from typing import Any
from uuid import uuid4

from lobby import trails
from lobby.actions.accounts import accounts
from lobby.audit import MERGE_SECONDS
from lobby.caller import Caller, calling
from lobby.domain.errors import SessionFull
from lobby.domain.permissions import SYSTEM
from lobby.domain.trail import Record
from lobby.trails import LONGEST_TRAIL, MOST_WAITING
from tests.support.frozen_stores import away
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.waiting import until


def happened(account: str, what: str = "joined", at: float = 1.0) -> Record:
    return Record(at, what, actor=account, target=account)


async def whats(local: LocalLobby, account: str) -> list[str]:
    await local.lobby.trails.flush()
    page = await local.lobby.store.read(f"trail:{account}", limit=LONGEST_TRAIL)
    return [json.loads(entry.body)["what"] for entry in page.entries]


async def test_it_has_what_happened_in_order_and_the_newest_thousand() -> None:
    async with local_lobby() as local:
        ann = (await local.person()).uuid
        for n in range(LONGEST_TRAIL + 5):
            local.lobby.trails.add(happened(ann, f"{n}"))
        await local.lobby.trails.flush()
        head = await local.lobby.store.head(f"trail:{ann}")
        page = await local.lobby.store.read(f"trail:{ann}", after=head - LONGEST_TRAIL - 5)
        assert json.loads(page.entries[0].body)["what"] != "0"
        kept = await local.lobby.store.read(
            f"trail:{ann}", after=head - LONGEST_TRAIL, limit=LONGEST_TRAIL
        )
        assert [json.loads(one.body)["what"] for one in kept.entries] == [
            f"{n}" for n in range(5, LONGEST_TRAIL + 5)
        ]


async def test_who_is_no_account_has_none() -> None:
    async with local_lobby() as local:
        stranger = str(uuid4())
        local.lobby.trails.add(happened(stranger))
        assert await whats(local, stranger) == []


async def test_a_deleted_account_has_none_whenever_it_is_deleted() -> None:
    async with local_lobby() as local:
        before, after = (await local.person()).uuid, (await local.person()).uuid
        local.lobby.trails.add(happened(before))
        assert await whats(local, before)
        for account in (before, after):
            local.lobby.trails.add(happened(account))
            await accounts.delete(local.lobby, SYSTEM, account=account)
        assert await whats(local, before) == await whats(local, after) == []


async def test_an_account_that_is_deleted_while_its_trail_is_written_has_none() -> None:
    async with local_lobby() as local:
        ann = (await local.person()).uuid
        looks: list[Any] = [{ann: 1}, {}]

        async def there(asked: object) -> dict[str, int]:
            return dict(looks.pop(0))

        writer = trails.TrailWriter(local.lobby.store, there)
        writer.add(happened(ann))
        await writer.flush()
        assert not (await local.lobby.store.read(f"trail:{ann}")).entries


async def test_while_the_store_is_away_entries_wait_and_each_is_written_once() -> None:
    async with local_lobby() as local:
        ann = (await local.person()).uuid
        writing = asyncio.create_task(local.lobby.trails.run())
        try:
            with away(local.lobby.store):
                local.lobby.trails.add(happened(ann))
                await until(lambda: local.lobby.trails.waiting == 1)
            await until(lambda: local.lobby.trails.waiting == 0)
        finally:
            writing.cancel()
        assert await whats(local, ann) == ["joined"]


async def test_what_does_not_fit_is_dropped_and_counted() -> None:
    async with local_lobby() as local:
        ann = (await local.person()).uuid
        for _ in range(MOST_WAITING + 7):
            local.lobby.trails.add(happened(ann))
        assert local.lobby.trails.waiting == MOST_WAITING
        assert local.lobby.trails.dropped == 7


async def test_a_storm_of_refusals_takes_bounded_memory_and_few_entries() -> None:
    async with local_lobby() as local:
        people = [(await local.person()).uuid for _ in range(20)]
        tracemalloc.start()
        try:
            for n in range(20_000):
                with calling(Caller("channel", actor=people[n % 20], operation="session.join")):
                    local.lobby.audit.refused(SessionFull(), every=True)
            grown, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert grown < 1_000_000
        assert local.lobby.trails.waiting == 0
        local.clock.advance(MERGE_SECONDS)
        local.lobby.audit.settle()
        await local.lobby.trails.flush()
        (entry,) = (await local.lobby.store.read(f"trail:{people[0]}")).entries
        assert json.loads(entry.body) == {
            "at": json.loads(entry.body)["at"],
            "what": "refused",
            "code": "session_full",
            "door": "channel",
            "operation": "session.join",
            "process": local.lobby.name,
            "times": 1000,
        }
