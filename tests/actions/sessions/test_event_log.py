"""The log of a session: read by pages, written by clients too, and by none in the lobby's name."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.changes import change, notify
from lobby.actions.sessions import browser, event_log
from lobby.api.player_services.events import event, seconds
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions import diff
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.session import Session
from lobby.workers.sweeper import Sweeper
from protocol import topics
from protocol.events import SessionEventEntry
from protocol.player_services.events import SessionEvent
from tests.support.stored_sessions import (
    LEADER,
    LEADING,
    OTHER,
    SERVER,
    StoredSessionsWorld,
    permit_of,
    running_instance,
    stored_sessions_world,
)

INSIDE = permit_of(LEADER, Role.ACTIVE)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[StoredSessionsWorld]:
    async with stored_sessions_world(tmp_path) as here:
        yield here


async def add(here: StoredSessionsWorld, session: Session, code: str = "lap", **said: Any) -> None:
    words = {"description": "", "custom_data": {}, "at": 5.0, **said}
    await event_log.add(here.lobby, INSIDE, id=session.id, code=code, **words)


async def codes(
    here: StoredSessionsWorld, session: Session, number: int = 0, size: int = 50
) -> list[str]:
    found = await event_log.page(here.lobby, SERVER, id=session.id, number=number, size=size)
    return [entry.code for entry in found]


async def test_pages_count_from_0_and_the_oldest_comes_first(here: StoredSessionsWorld) -> None:
    session = await here.session()
    for n in range(5):
        await add(here, session, f"lap {n}")
    assert await codes(here, session, size=2) == ["lap 0", "lap 1"]
    assert await codes(here, session, 1, size=2) == ["lap 2", "lap 3"]
    assert await codes(here, session, 2, size=2) == ["lap 4"]
    assert await codes(here, session, 3, size=2) == []
    assert await codes(here, session, 2**53, size=50) == []


async def test_a_long_log_begins_with_the_oldest_that_is_kept(here: StoredSessionsWorld) -> None:
    session, lines = await here.session(), notify.LONGEST_LOG + 3
    entries = [SessionEventEntry(code=str(n), at=1.0) for n in range(lines)]
    stream = topics.session_events(session.id)
    await notify.append(here.lobby, stream, *entries, keep=notify.LONGEST_LOG)
    assert await codes(here, session, size=2) == ["3", "4"]
    last = (notify.LONGEST_LOG - 1) // 50
    assert (await codes(here, session, last))[-1] == str(lines - 1)
    assert await codes(here, session, last + 1) == []


async def test_of_a_session_that_never_was_there_is_nothing(here: StoredSessionsWorld) -> None:
    assert await event_log.page(here.lobby, SERVER, id=1, number=0, size=50) == []


async def test_what_the_lobby_does_and_what_clients_tell_stand_together(
    here: StoredSessionsWorld,
) -> None:
    session = await here.session()
    await add(here, session, "warming up")
    await browser.show(here.lobby, LEADING, id=session.id, custom_data={}, refresh_ttl=False)
    await add(here, session, "racing")
    assert await codes(here, session) == ["warming up", "browser_added", "racing"]


async def test_a_clients_event_is_stamped_with_who_tells_it_and_what_is_played_where(
    here: StoredSessionsWorld,
) -> None:
    session = await here.session(instance=running_instance(id="arena-1"), match=Match("final", 1.0))
    await add(here, session, description="best of all", custom_data={"lap": "3"}, at=1_000.25)
    (entry,) = await event_log.page(here.lobby, SERVER, id=session.id, number=0, size=50)
    assert event(entry) == SessionEvent(
        event_code="lap",
        description="best of all",
        source_player_id=LEADER.number,
        source_player_uuid=LEADER.uuid,
        instance="arena-1",
        match="final",
        custom_data={"lap": "3"},
        timestamp=datetime(1970, 1, 1, 0, 16, 40, 250_000, UTC),
    )


@pytest.mark.parametrize("code", ["player_kicked", "Player_Kicked"])
async def test_a_client_does_not_pass_for_the_lobby(here: StoredSessionsWorld, code: str) -> None:
    session = await here.session("game", LEADER, OTHER)
    await add(here, session, code)
    assert await codes(here, session) == [f"custom.{code}"]


def test_every_code_that_happenings_have_is_known_as_ours() -> None:
    texts = {
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(diff)))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    used = {text for text in texts if re.fullmatch(r"[a-z]+(_[a-z]+)+", text)}
    assert {"player_joined", "match_found", "instance_health_changed"} <= used
    assert used <= event_log.LOBBY_CODES


async def test_nothing_is_told_of_a_session_that_is_none(here: StoredSessionsWorld) -> None:
    session = await here.session()
    await here.lobby.sessions.remove(str(session.id))
    with pytest.raises(SessionNotFound):
        await add(here, session)
    assert await codes(here, session) == []


async def test_the_log_outlives_its_session_by_a_day(here: StoredSessionsWorld) -> None:
    session, sweeper = await here.session(), Sweeper(here.lobby)
    await add(here, session)
    await sweeper.round()  # the first one finds nothing of what fades
    await change.end(here.lobby, session.id, message="over", reason=Reason.EXPIRED)
    here.local.clock.advance(change.LOG_SECONDS - 1)
    await sweeper.round()
    assert await codes(here, session) == ["lap", "session_deleted"]
    here.local.clock.advance(2)
    await sweeper.round()
    assert await codes(here, session) == []


async def test_telling_something_is_no_change_of_the_session(here: StoredSessionsWorld) -> None:
    session = await here.session()
    await add(here, session)
    assert (await here.now(session)).version == session.version


@pytest.mark.parametrize(
    "time",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_000, UTC),
        datetime(2023, 11, 1, 12, 30, 0, 123_000, UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
    ],
)
def test_a_time_comes_out_as_it_came_in(time: datetime) -> None:
    entry = SessionEventEntry(code="lap", at=seconds(time))
    kept = SessionEventEntry.model_validate_json(entry.model_dump_json())
    written = event(kept).model_dump(mode="json")["timestamp"]
    assert written == time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
