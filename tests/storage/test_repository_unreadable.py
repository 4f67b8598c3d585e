"""A document that this program cannot read is named once in the log, and hides no other."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from lobby.domain.errors import SessionNotFound
from lobby.storage.repository import Unreadable
from lobby.workers.sweeper import Sweeper
from persistence.ports import Index
from tests.support.lobby import LocalLobby, local_lobby


async def spoil(local: LocalLobby, kind: str, key: str) -> None:
    """As a newer program, or a hand in the database, may leave it."""
    document = await local.lobby.store.get(kind, key)
    assert document is not None
    await local.lobby.store.put(kind, key, '{"from":"elsewhere"}', expected=document.version)


async def test_it_is_reported_once_with_its_key_and_the_others_are_found() -> None:
    async with local_lobby() as local:
        sessions = [await local.open_session(await local.person()) for _ in range(5)]
        spoilt, others = str(sessions[1].id), {s.id for s in sessions} - {sessions[1].id}
        await spoil(local, "session", spoilt)
        with capture_logs() as logs:
            for page in (1, 2, 500):
                found = await local.lobby.sessions.all("live", "yes", page=page)
                assert {session.id for session in found} == others
            with pytest.raises(Unreadable):
                await local.lobby.sessions.get(spoilt)
        assert [(one["event"], one["key"]) for one in logs] == [("document_unreadable", spoilt)]


async def test_a_page_is_full_for_as_long_as_there_are_more() -> None:
    """Whoever reads in pages takes a short one for the last."""
    async with local_lobby() as local:
        store = local.lobby.store
        for n in range(6):
            marks = Index(labels={"open": ["yes"]})
            await store.put("rankupdate", f"u{n}", "nonsense", expected=0, index=marks)
        sessions = sorted([str((await local.open_session(await local.person())).id) for _ in "abc"])
        await spoil(local, "session", sessions[0])
        assert await local.lobby.rank_updates.all("open", "yes", page=2) == []
        page = await local.lobby.sessions.find("live", "yes", limit=2)
        assert [str(session.id) for session in page] == sessions[1:]


async def test_the_sweeper_goes_on_without_it() -> None:
    async with local_lobby() as local:
        host, guest, other = [await local.person() for _ in range(3)]
        session, spoilt = await local.open_session(host), await local.open_session(guest)
        await spoil(local, "session", str(spoilt.id))
        await local.join(session, other)
        # 1. All that was lost is set again, for all others.
        await Sweeper(local.lobby).round()
        # 2. Who is gone is gone, whatever became of somebody else's account and session.
        await spoil(local, "account", guest.uuid)
        for who in (guest, other):
            await local.lobby.roster.expire_after(who.uuid, 0.001)
        local.clock.advance(10_000)
        await Sweeper(local.lobby).round()
        assert await local.lobby.roster.expired() == []
        with pytest.raises(SessionNotFound):
            await local.now(session)
