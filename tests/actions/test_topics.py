"""What the hub finds when it looks again at the list of sessions: only what differs."""

from __future__ import annotations

from lobby.actions.accounts import hosts
from lobby.actions.topics import SLICE, TopicSource
from lobby.domain.permissions import Permit
from lobby.domain.sessions.powers import Power
from lobby.domain.sessions.session import Session
from lobby.hub import Known
from lobby.hub.source import FOREVER, State
from persistence.live.memory import open_memory
from persistence.urls import open_store
from tests.support.lobby import LocalLobby, local_lobby


def source_of(local: LocalLobby) -> TopicSource:
    lobby = local.lobby

    async def queued(ticket: str) -> State:
        return {}

    counts = lobby.hub.roster.source.counts
    links = lambda: lobby.links  # noqa: E731
    return TopicSource(lobby.store, lobby.roster, lobby, queued, local.clock, links, counts)


async def test_of_a_list_only_what_differs_is_read() -> None:
    async with local_lobby() as local:
        source = source_of(local)
        opened = [await local.open_session(await local.person()) for _ in range(5)]
        look = await source.snapshot("sessions")
        known = {key: entry["version"] for key, entry in look.outer.items()}
        assert len(known) == 5
        same, changed, unlisted, gone, relisted = (str(session.id) for session in opened)
        sessions = local.lobby.sessions
        assert (await source.news("sessions", known)).entries == {}
        # 1. What is saved and not told is found, each thing as it is.
        await sessions.change(changed, rename)
        hidden = await sessions.change(unlisted, unlist)
        await sessions.remove(gone)
        news = await source.news("sessions", known)
        assert {k: e["name"] for k, e in news.entries.items()} == {changed: "Renamed"}
        assert news.gone == {unlisted: hidden.version, gone: FOREVER}
        # 2. What is listed again is newer than when it went.
        shown = await sessions.change(unlisted, relist)
        del known[unlisted], known[gone]
        news = await source.news("sessions", known)
        assert news.entries[unlisted]["version"] == shown.version > hidden.version
        assert {same, relisted}.isdisjoint(news.entries)


async def test_a_list_of_several_slices_is_whole() -> None:
    async with local_lobby() as local:
        host = await local.open_session(await local.person())
        for n in range(SLICE + 5):
            host.id, host.leader, host.version = 1024 * (n + 1), f"{n}", 0
            await local.lobby.sessions.add(host)
        assert len((await source_of(local).snapshot("sessions")).outer) >= SLICE + 5


async def test_the_roster_is_read_again_only_at_another_version() -> None:
    store, live = await open_store("sqlite::memory:"), open_memory()
    async with local_lobby(store, live) as local:
        source = source_of(local)
        stands = Known(*(await live.roster.versions())[0])
        assert await source.changed({"presence": stands}) == []
        await live.roster.enter("keeper", {"ann": "{}"})
        assert await source.changed({"presence": stands}) == ["presence"]
    await live.close()
    await store.close()


async def test_bans_of_who_leads_in_name_hide_nothing_from_the_list(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await hosts.ban(local.lobby, Permit(host), host=host.uuid, guest=guest.uuid)
    source, key = source_of(local), str(session.id)

    async def hidden() -> bool:
        hides = await source.hides("sessions", guest.uuid)
        entry = (await source.snapshot("sessions")).outer[key]
        return hides is not None and hides(key, entry)

    assert await hidden()
    await local.lobby.sessions.change(key, lead_in_name)
    assert not await hidden()


def lead_in_name(session: Session) -> None:
    session.leader_may = [Power.UPDATE]


def rename(session: Session) -> None:
    session.name = "Renamed"


def unlist(session: Session) -> None:
    session.listing = None


def relist(session: Session) -> None:
    session.listing = {}
