"""The sessions that platforms keep behind ours: linked once each, read and unlinked by members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from lobby import expiring_keys
from lobby.actions.sessions import platform_sessions
from lobby.api.player_services.views import platform_session
from lobby.domain.errors import Forbidden, SessionNotFound
from lobby.domain.permissions import Permit, Role
from lobby.domain.sessions.errors import (
    PlatformSessionExists,
    PlatformSessionNotFound,
    PlatformTemplateNotFound,
)
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from tests.support.stored_sessions import (
    LEADER,
    OTHER,
    SERVER,
    StoredSessionsWorld,
    on_platform,
    permit_of,
    stored_sessions_world,
)

ANN, BOB = on_platform("Steam", LEADER), on_platform("Steam", OTHER)
LEADING, FOLLOWING = permit_of(LEADER, Role.ACTIVE), permit_of(OTHER, Role.ACTIVE)
LOBBY = {"platform": "Steam", "platform_id": "TE9CQlk6MQ=="}
ANOTHER = {"platform": "Steam", "platform_id": "TE9CQlk6Mg=="}
LINKED = PlatformSession("Steam", "TE9CQlk6MQ==", "lobby", {"tag": "party"})


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[StoredSessionsWorld]:
    async with stored_sessions_world(tmp_path) as here:
        yield here


async def link(
    here: StoredSessionsWorld, session: Session, permit: Permit = LEADING, **of: str
) -> Session:
    linked, _ = await platform_sessions.link(
        here.lobby, permit, id=session.id, refresh_ttl=True, **(LOBBY | of)
    )
    assert isinstance(linked, Session)
    return linked


async def unlink(
    here: StoredSessionsWorld, session: Session, permit: Permit = LEADING, **of: str
) -> None:
    await platform_sessions.unlink(
        here.lobby, permit, id=session.id, refresh_ttl=True, **(LOBBY | of)
    )


async def test_a_session_is_linked_as_its_template_says(here: StoredSessionsWorld) -> None:
    session = await here.session("party", ANN, BOB)
    linked = await link(here, session, FOLLOWING)
    assert linked.platform_sessions == [LINKED] == (await here.now(session)).platform_sessions
    assert await here.log(session) == ["platform_session_added"]


async def test_the_same_again_changes_nothing(here: StoredSessionsWorld) -> None:
    session = await here.session("party", ANN)
    versions = [(await link(here, session)).version for _ in range(3)]
    assert len(set(versions)) == 1
    assert await here.log(session) == ["platform_session_added"]


async def test_who_comes_second_is_told_to_look_again_and_to_come_back(
    here: StoredSessionsWorld,
) -> None:
    session = await here.session("party", ANN, BOB)
    await link(here, session)
    before = await here.lobby.store.head(f"inbox:{OTHER.uuid}")
    with pytest.raises(PlatformSessionExists) as refused:
        await link(here, session, FOLLOWING, **ANOTHER)
    assert refused.value.retry_after is not None
    assert (await here.now(session)).platform_sessions == [LINKED]
    await here.lobby.inbox.close()
    page = await here.lobby.store.read(f"inbox:{OTHER.uuid}", after=before)
    assert page.entries
    assert f'"session":"{session.id}"' in page.entries[-1].body


async def test_of_many_who_link_at_once_one_wins(here: StoredSessionsWorld) -> None:
    session = await here.session("party", ANN, BOB)
    ids = [f"TE9CQlk6M{n}==" for n in "ABCDEFGH"]
    ends = await asyncio.gather(
        *(link(here, session, platform_id=id) for id in ids), return_exceptions=True
    )
    refused = [end for end in ends if isinstance(end, PlatformSessionExists)]
    assert len(refused) == len(ids) - 1
    assert len((await here.now(session)).platform_sessions) == 1


async def test_each_platform_has_its_own(here: StoredSessionsWorld) -> None:
    session = await here.session("party", ANN)
    await link(here, session)
    linked = await link(here, session, platform="PSN")
    assert [(one.platform, one.type) for one in linked.platform_sessions] == [
        ("Steam", "lobby"),
        ("PSN", "player session"),
    ]


async def test_one_of_the_platform_stands_behind_one_of_ours(here: StoredSessionsWorld) -> None:
    first, second = await here.session("party", ANN), await here.session("party", BOB)
    await link(here, first)
    with pytest.raises(PlatformSessionExists) as refused:
        await link(here, second, FOLLOWING)
    assert refused.value.retry_after is not None
    assert (await here.now(second)).platform_sessions == []


@pytest.mark.parametrize(("type_", "platform"), [("game", "Steam"), ("party", "Epic")])
async def test_there_is_none_where_the_game_has_none(
    here: StoredSessionsWorld, type_: str, platform: str
) -> None:
    session = await here.session(type_, ANN)
    with pytest.raises(PlatformTemplateNotFound):
        await link(here, session, platform=platform)


async def test_only_who_is_in_the_session_or_stands_above_it_may(here: StoredSessionsWorld) -> None:
    session = await here.session("party", ANN)
    await here.lobby.sessions.change(str(session.id), lambda s: s.seats.invite(BOB, until=9e9))
    with pytest.raises(Forbidden):
        await link(here, session, FOLLOWING)
    await link(here, session, SERVER)
    with pytest.raises(Forbidden):
        await platform_sessions.read(here.lobby, FOLLOWING, **LOBBY)
    with pytest.raises(Forbidden):
        await unlink(here, session, FOLLOWING)
    assert (await here.now(session)).platform_sessions == [LINKED]
    with pytest.raises(SessionNotFound):
        await link(here, replace(session, id=session.id + 1), SERVER)


async def test_it_is_read_with_those_who_play_there(here: StoredSessionsWorld) -> None:
    psn = on_platform("PSN", Guest("c" * 32, "Cat", 3))
    session = await here.session("party", BOB, ANN, psn, Guest("e" * 32, "Eve", 4))
    await link(here, session)
    found, linked = await platform_sessions.read(here.lobby, SERVER, **LOBBY)
    words = platform_session(found, linked).model_dump(mode="json", exclude_none=True)
    said = {key: words[key] for key in words if key != "players"}
    assert said == {
        "platform": "Steam",
        "platform_session_type": "lobby",
        "platform_session_id_base64": LOBBY["platform_id"],
        "custom_data": {"tag": "party"},
    }
    told = [(one["player_id"], one["leader"]) for one in words["players"]]
    assert told == [(LEADER.number, True), (OTHER.number, False)]


async def test_unlinked_it_is_free_for_another_and_nobody_has_left(
    here: StoredSessionsWorld,
) -> None:
    session = await here.session("party", ANN, BOB)
    await link(here, session)
    await unlink(here, session, FOLLOWING)
    now = await here.now(session)
    assert now.platform_sessions == []
    assert now.seats.sits(ANN.uuid)
    assert now.seats.sits(BOB.uuid)
    for ask in (
        platform_sessions.read(here.lobby, LEADING, **LOBBY),
        unlink(here, session),
    ):
        with pytest.raises(PlatformSessionNotFound):
            await ask
    await link(here, session, FOLLOWING, **ANOTHER)
    assert await here.log(session) == [
        "platform_session_added",
        "platform_session_removed",
        "platform_session_added",
    ]


async def test_another_one_is_not_unlinked(here: StoredSessionsWorld) -> None:
    session = await here.session("party", ANN)
    await link(here, session)
    with pytest.raises(PlatformSessionNotFound):
        await unlink(here, session, platform_id=ANOTHER["platform_id"])
    with pytest.raises(PlatformSessionNotFound):
        await unlink(here, session, platform="PSN")
    assert (await here.now(session)).platform_sessions == [LINKED]


@pytest.mark.parametrize("permit", [LEADING, SERVER], ids=["leader", "elevated"])
async def test_linking_prolongs_the_sessions_time_unless_it_should_not(
    permit: Permit, here: StoredSessionsWorld
) -> None:
    session, time = await here.session("party", ANN), here.lobby.catalogue.server.session_ttl_s
    await link(here, session, permit)
    here.local.clock.advance(time - 1)
    await platform_sessions.link(here.lobby, permit, id=session.id, refresh_ttl=False, **LOBBY)
    here.local.clock.advance(2)
    assert expiring_keys.session_ttl(session.id) in await here.lobby.timers.due()
    await here.lobby.timers.done([expiring_keys.session_ttl(session.id)])
    await link(here, session, permit)
    here.local.clock.advance(time - 1)
    assert expiring_keys.session_ttl(session.id) not in await here.lobby.timers.due()
