"""The match of a session: begun where it can be played, by whoever leads or serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from lobby.actions.sessions import matches
from lobby.domain.errors import Forbidden, SessionNotFound
from lobby.domain.sessions.errors import InstanceNotFound, MatchExists, MatchMismatch, MatchNotFound
from lobby.domain.sessions.instances import JoinStatus
from lobby.domain.sessions.matches import Match
from tests.support.stored_sessions import (
    FOLLOWING,
    LEADER,
    LEADING,
    OTHER,
    SERVER,
    StoredSessionsWorld,
    running_instance,
    stored_sessions_world,
)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[StoredSessionsWorld]:
    async with stored_sessions_world(tmp_path) as here:
        yield here


async def test_a_match_begins_on_an_instance(here: StoredSessionsWorld) -> None:
    session = await here.session(instance=running_instance())
    begun = await matches.start(
        here.lobby, LEADING, id=session.id, match_id="Final", custom_data={"map": "canyon"}
    )
    assert begun == Match("final", here.lobby.clock(), {"map": "canyon"})
    assert (await here.now(session)).match == begun
    assert "match_started" in await here.log(session)


async def test_an_empty_id_asks_for_one(here: StoredSessionsWorld) -> None:
    ids = []
    for session in [await here.session(instance=running_instance(id=id)) for id in ("a", "b")]:
        begun = await matches.start(
            here.lobby, LEADING, id=session.id, match_id="", custom_data=None
        )
        assert str(UUID(begun.id)) == begun.id
        ids.append(begun.id)
    assert ids[0] != ids[1]


@pytest.mark.parametrize("instance", [None, running_instance(JoinStatus.CLOSED)])
async def test_nothing_is_played_nowhere(here: StoredSessionsWorld, instance: object) -> None:
    session = await here.session(instance=instance)
    with pytest.raises(InstanceNotFound):
        await matches.start(here.lobby, SERVER, id=session.id, match_id="", custom_data=None)
    assert (await here.now(session)).match is None


async def test_two_matches_are_not_played_at_once(here: StoredSessionsWorld) -> None:
    session = await here.session(instance=running_instance())
    begun = await matches.start(here.lobby, LEADING, id=session.id, match_id="", custom_data=None)
    for id in ("", begun.id, "another"):
        with pytest.raises(MatchExists):
            await matches.start(here.lobby, SERVER, id=session.id, match_id=id, custom_data=None)
    assert (await here.now(session)).match == begun


@pytest.mark.parametrize("id", ["", "MADE"])
async def test_one_that_was_made_is_adopted(here: StoredSessionsWorld, id: str) -> None:
    made = Match("made", 5.0, {"a": "b"}, ["ticket"], started=False)
    session = await here.session(instance=running_instance(), match=made)
    begun = await matches.start(here.lobby, SERVER, id=session.id, match_id=id, custom_data=None)
    assert begun == Match("made", 5.0, {"a": "b"}, ["ticket"])
    assert await here.log(session) == ["match_started"]


async def test_one_that_was_made_is_no_other(here: StoredSessionsWorld) -> None:
    made = Match("made", 5.0, started=False)
    session = await here.session(instance=running_instance(), match=made)
    with pytest.raises(MatchMismatch):
        await matches.start(here.lobby, SERVER, id=session.id, match_id="own", custom_data=None)
    assert (await here.now(session)).match == made


async def test_what_is_said_of_a_match_is_replaced_or_stays(here: StoredSessionsWorld) -> None:
    session = await here.session(instance=running_instance(), match=Match("one", 5.0, {"a": "b"}))

    async def update(id: str, custom_data: dict[str, str] | None) -> dict[str, str]:
        updated = await matches.update(
            here.lobby, LEADING, id=session.id, match_id=id, custom_data=custom_data
        )
        return updated.custom_data

    assert await update("one", None) == {"a": "b"}
    assert await here.log(session) == []
    assert await update("ONE", {"c": "d"}) == {"c": "d"}
    assert await here.log(session) == ["match_updated"]
    with pytest.raises(MatchMismatch):
        await update("two", {})
    assert await update("", {}) == {}


async def test_a_match_ends_and_its_instance_stays(here: StoredSessionsWorld) -> None:
    session = await here.session(instance=running_instance(), match=Match("one", 5.0))
    await matches.end(here.lobby, LEADING, id=session.id)
    now = await here.now(session)
    assert (now.match, now.instance) == (None, running_instance())
    assert await here.log(session) == ["match_ended"]
    with pytest.raises(MatchNotFound):
        await matches.end(here.lobby, LEADING, id=session.id)
    with pytest.raises(MatchNotFound):
        await matches.update(here.lobby, LEADING, id=session.id, match_id="", custom_data={})


async def test_only_who_leads_or_serves_the_session_or_stands_above_it_may(
    here: StoredSessionsWorld,
) -> None:
    session = await here.session("game", LEADER, OTHER, instance=running_instance())
    with pytest.raises(Forbidden):
        await matches.start(here.lobby, FOLLOWING, id=session.id, match_id="", custom_data=None)
    await matches.start(here.lobby, LEADING, id=session.id, match_id="one", custom_data=None)
    with pytest.raises(Forbidden):
        await matches.update(here.lobby, FOLLOWING, id=session.id, match_id="one", custom_data={})
    with pytest.raises(Forbidden):
        await matches.end(here.lobby, FOLLOWING, id=session.id)
    await matches.end(here.lobby, SERVER, id=session.id)
    with pytest.raises(SessionNotFound):
        await matches.end(here.lobby, SERVER, id=session.id + 1)
