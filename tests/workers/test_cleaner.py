"""The cleaner removes what is over, and touches nothing that is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from lobby.actions.accounts import accounts, hosts
from lobby.actions.changes import change, expiry_timers, visibility
from lobby.actions.login import token_families
from lobby.actions.sessions import lifecycle
from lobby.actions.sessions.leftovers import MARGIN_SECONDS
from lobby.domain.errors import AccountNotFound
from lobby.domain.permissions import SYSTEM, Permit
from lobby.domain.reasons import Reason
from lobby.operator import naming
from lobby.storage.account_index import account_index
from lobby.workers.cleaner import Cleaner
from persistence.idempotency import REMEMBERED_SECONDS, Once
from persistence.ports import UNINDEXED, Index, Store
from persistence.urls import open_store
from protocol import topics
from protocol.events import ChatEntry, InboxEntry, SessionEventEntry
from tests.contracts.test_schema import statement
from tests.support.lobby import LocalLobby, leading, local_lobby
from tests.support.stores import new_store_url


@pytest.fixture(params=["sqlite-memory", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return new_store_url(request, tmp_path)


async def heads(local: LocalLobby, *streams: str) -> list[bool]:
    return [bool(await local.lobby.store.head(stream)) for stream in streams]


async def test_logins_that_can_no_longer_be_renewed_go(store: Store) -> None:
    async with local_lobby(store, refresh_seconds=100) as local:
        user = await local.user()
        for _ in range(3):
            await token_families.begin(local.lobby, user)
        local.clock.advance(50)
        await token_families.begin(local.lobby, user)
        local.clock.advance(50)
        await Cleaner(local.lobby).round()
        assert len(await local.lobby.families.all("account", user.uuid)) == 1


async def test_ids_of_commands_go_after_their_time(store: Store) -> None:
    async with local_lobby(store) as local:
        for n in range(3):
            await store.remember(Once("ann", str(n), "d", "{}", local.clock() + n))
        local.clock.advance(REMEMBERED_SECONDS + 1)
        await Cleaner(local.lobby).round()
        left = await store.forget_commands(now=local.clock() + 10)
        assert left == 1


async def test_streams_that_were_left_behind_go_and_others_stay(store: Store) -> None:
    async with local_lobby(store) as local:
        lobby, host = local.lobby, await local.person()
        session = await local.open_session(host)
        at = local.clock()
        streams = [
            *(topics.inbox(host.uuid), topics.chat(session.id)),
            *(topics.session_events(session.id), topics.instance("arena")),
        ]
        note = InboxEntry(kind="message", message="x", at=at).model_dump_json()
        line = SessionEventEntry(code="c", at=at, version=1).model_dump_json()
        await store.append(streams[0], note)
        await store.append(
            streams[1], ChatEntry(author=host.uuid, text="x", at=at).model_dump_json()
        )
        await store.append(streams[2], line)
        await store.append(streams[3], note)
        cleaner = Cleaner(lobby)
        # 1. What has an owner stays, however old it is; an instance of no session does not.
        local.clock.advance(change.LOG_SECONDS + MARGIN_SECONDS + 1)
        await cleaner.round()
        assert await heads(local, *streams) == [True, True, True, False]
        # 2. The owners go, and the process dies before it has cleared up behind them.
        await lobby.sessions.remove(str(session.id))
        await lobby.accounts.remove(host.uuid)
        await store.append(
            streams[3], InboxEntry(kind="message", message="x", at=local.clock()).model_dump_json()
        )
        await cleaner.round()
        assert await heads(local, *streams) == [False, False, False, True]
        local.clock.advance(expiry_timers.STREAM_SECONDS + MARGIN_SECONDS + 1)
        await cleaner.round()
        assert await heads(local, *streams) == [False] * 4


async def test_the_log_of_a_session_that_ended_is_kept_for_its_time(store: Store) -> None:
    async with local_lobby(store) as local:
        host = await local.person()
        session = await local.open_session(host)
        await lifecycle.close(local.lobby, leading(host), id=session.id, reason=Reason.CLOSED)
        cleaner, log = Cleaner(local.lobby), topics.session_events(session.id)
        local.clock.advance(change.LOG_SECONDS - 1)
        await cleaner.round()
        assert await heads(local, log) == [True]
        local.clock.advance(MARGIN_SECONDS + 2)
        await cleaner.round()
        assert await heads(local, log) == [False]


async def test_a_round_goes_through_all_that_left_in_small_steps(store: Store) -> None:
    async with local_lobby(store, anonymous_kept_days=0) as local:
        for _ in range(120):
            await local.nameless()
        kept = await local.nameless()
        await accounts.set_password(local.lobby, SYSTEM, account=kept.uuid, password="a fine one 9")
        local.clock.advance(90_000)
        await Cleaner(local.lobby).round()
        assert not await local.lobby.accounts.ranked("leaving")
        assert await local.lobby.accounts.versions([kept.uuid])


OLDER = {"called", "bans"}
"""Labels of accounts that programs of stores of version 2 may not have written."""
MARKED = Index({UNINDEXED: ["yes"]})


async def written_by_an_older_program(local: LocalLobby) -> tuple[str, str, str]:
    """A user that shows a name, a host and whom it has banned; with the labels of that time."""
    user, host, guest = await local.user(), await local.person(), await local.person()
    lobby = local.lobby
    await lobby.accounts.change(user.uuid, lambda account: setattr(account, "name", "Ann Other"))
    await hosts.ban(lobby, Permit(host), host=host.uuid, guest=guest.uuid)
    for uuid in (user.uuid, host.uuid):
        account = await lobby.accounts.get(uuid)
        found = account_index(account)
        older = {label: found.labels[label] for label in found.labels if label not in OLDER}
        document = await lobby.store.get("account", uuid)
        assert document is not None
        await lobby.store.put(
            "account",
            uuid,
            document.body,
            expected=document.version,
            index=replace(found, labels=older),
        )
    return user.uuid, host.uuid, guest.uuid


@pytest.mark.parametrize("store_url", ["sqlite-file", "postgres"], indirect=True)
async def test_accounts_of_an_older_program_get_the_labels_of_this_one(store_url: str) -> None:
    async with open_for(store_url) as local:
        user, host, guest = await written_by_an_older_program(local)
        with pytest.raises(AccountNotFound):
            await naming.find(local.lobby, "ann other")
        assert await visibility.banned_by(local.lobby.accounts, guest) == frozenset()
    await statement(store_url, "UPDATE facts SET value = '2' WHERE name = 'schema'")
    async with open_for(store_url) as local:
        broken = await local.person()
        await local.lobby.store.put("account", broken.uuid, "{}", expected=1, index=MARKED)
        before = await local.lobby.accounts.get(user)
        await Cleaner(local.lobby).round()
        assert (await naming.find(local.lobby, "ann other")).uuid == user
        assert await visibility.banned_by(local.lobby.accounts, guest) == {host}
        after = await local.lobby.accounts.get(user)
        assert replace(after, version=before.version) == before
        left = await local.lobby.store.find("account", UNINDEXED, "yes")
        assert [document.key for document in left] == [broken.uuid]
        versions = await local.lobby.accounts.versions([user, host])
        await Cleaner(local.lobby).round()
        assert await local.lobby.accounts.versions([user, host]) == versions


@asynccontextmanager
async def open_for(url: str) -> AsyncIterator[LocalLobby]:
    """A lobby over this store, which nobody else has open."""
    store = await open_store(url)
    try:
        async with local_lobby(store) as local:
            yield local
    finally:
        await store.close()
