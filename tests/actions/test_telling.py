"""Whatever changes in a session, everybody whom it concerns hears of it, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lobby.actions import instances, seating, sessions, telling, views
from lobby.domain.errors import SessionNotFound
from lobby.domain.instances import HostType
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions import Session
from tests.actions.tables import Table, above, acting, table


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Table]:
    async with table(tmp_path) as here:
        yield here


async def last(here: Table, who: Actor) -> dict[str, Any]:
    """What they were told at last, without when."""
    entry = (await here.heard(who))[-1]
    return {key: entry.get(key) for key in ("kind", "rh_url", "etag")}


def word(session: Session, kind: str, who: Actor | None = None) -> dict[str, Any]:
    etag = views.etag(session, who.uuid) if who else None
    return {"kind": kind, "rh_url": f"/session/v1/session/{session.id}", "etag": etag}


async def test_everybody_inside_is_told_how_it_looks_to_them_by_now_also_who_did_it(
    here: Table,
) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob)
    await here.place(ann, session, cat, status="invited")
    now = await sessions.revise(here.lobby, acting(ann), id=session.id, custom_data={"map": "x"})
    for who in (ann, bob, cat):
        assert await last(here, who) == word(now, "session_updated", who)
    assert [views.etag(now, who.uuid)[-2] for who in (ann, bob, cat)] == ["f", "f", "l"]


async def test_who_is_invited_hears_so_and_only_once(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    now = await here.place(ann, session, bob, status="invited")
    assert [entry["kind"] for entry in await here.heard(bob)] == ["session_invited"]
    assert await last(here, bob) == word(now, "session_invited", bob)
    await here.place(ann, session, bob, status="invited")
    assert len(await here.heard(bob)) == 1


async def test_who_is_set_aside_hears_nothing_until_they_are_announced(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(above(ann), session, bob, status="reserved")
    await sessions.revise(here.lobby, acting(ann), id=session.id, custom_data={"map": "x"})
    assert await here.heard(bob) == []
    now = await telling.alter(
        here.lobby, session.id, lambda s: s.announce(until=9e9, now=1.0), by=ann
    )
    assert await last(here, bob) == word(now, "session_invited", bob)


async def test_who_is_set_aside_and_then_not_hears_nothing_at_all(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(above(ann), session, bob, status="reserved")
    await here.dismiss(above(ann), session, bob)
    await here.place(above(ann), session, bob, status="reserved")
    await here.dismiss(ann, session)
    assert await here.heard(bob) == []


@pytest.mark.parametrize("who_removes", ["the leader", "themselves", "time", "nobody is left"])
async def test_whoever_is_removed_gets_one_last_word_without_a_mark(
    here: Table, who_removes: str
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(ann, session, bob, status="invited")
    match who_removes:
        case "the leader":
            await here.dismiss(ann, session, bob)
        case "themselves":
            await here.dismiss(bob, session)
        case "time":
            here.house.clock.advance(201)
            await seating.lapse(here.lobby)
        case _:
            await here.dismiss(ann, session)
    kinds = {
        "the leader": "session_kicked",
        "themselves": "session_updated",
        "time": "seat_lapsed",
        "nobody is left": "session_closed",
    }
    assert await last(here, bob) == word(session, kinds[who_removes])
    heard = await here.heard(bob)
    assert len(heard) == 2


async def test_the_last_one_to_leave_is_told_on_their_other_devices(here: Table) -> None:
    ann = await here.player()
    session = await here.create(ann)
    await here.heard(ann)
    await here.dismiss(ann, session)
    assert await last(here, ann) == word(session, "session_updated")


async def test_what_changes_nothing_is_told_nobody(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    log, heard = await here.log(session), await here.heard(bob)
    for _ in range(2):
        same = await sessions.revise(here.lobby, acting(ann), id=session.id, joinable=True)
        assert same.version == session.version
    assert (await here.log(session), await here.heard(bob)) == (log, heard)


async def test_whoever_serves_it_hears_who_comes_and_goes(here: Table) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann)
    hosted = await instances.request(
        here.lobby, acting(ann), id=session.id, host_type=HostType.PLAYER
    )
    assert hosted.instance is not None
    stream = f"instance:{hosted.instance.id}"
    await here.enter(bob, session)
    await here.enter(cat, session)
    await sessions.revise(here.lobby, acting(ann), id=session.id, custom_data={"map": "x"})
    await here.dismiss(bob, session)
    await here.dismiss(ann, session, cat)
    heard = await here.heard(stream)
    assert [entry["custom_data"]["reason"] for entry in heard] == [
        *("player_joined", "player_joined", "player_left", "player_kicked")
    ]
    assert {entry["rh_url"] for entry in heard} == {f"/session/v1/session/{session.id}"}


async def test_watchers_see_each_version_and_the_end(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    await here.dismiss(bob, session)
    await telling.end(here.lobby, session.id, message="over")
    told = [event for topic, event in here.house.told if topic == f"session:{session.id}"]
    versions = [event["version"] for event in told if event["told"] == "document"]
    assert versions == sorted(set(versions))
    assert versions[-1] == session.version + 1
    assert told[-1]["told"] == "ended"
    listed = [event for topic, event in here.house.told if topic == "sessions"][-1]
    assert listed["patch"] == {str(session.id): None}


async def test_a_log_outlives_its_session_by_a_day(here: Table) -> None:
    ann = await here.player()
    session = await here.create(ann)
    await here.dismiss(ann, session)
    with pytest.raises(SessionNotFound):
        await here.house.now(session)
    await here.pass_time(telling.LOG_SECONDS - 60)
    assert (await here.log(session))[-1] == "session_deleted"
    await here.pass_time(120)
    assert await here.log(session) == []


async def test_each_line_of_a_log_says_who_did_it_to_whom(here: Table) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    await here.dismiss(Permit(bob), session)
    page = await here.lobby.store.read(f"events:{session.id}", limit=10)
    lines = [entry.body for entry in page.entries]
    assert f'"source":"{bob.uuid}"' in lines[-1]
    assert f'"target":"{bob.uuid}"' in lines[-1]
    assert f'"source_number":{bob.number}' in lines[-1]
