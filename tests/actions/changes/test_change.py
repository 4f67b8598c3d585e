"""Whatever changes in a session, everybody whom it concerns hears of it, and nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.changes import change, views
from lobby.actions.instances import instances
from lobby.actions.sessions import lifecycle
from lobby.actions.timers import expiry
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import HostType
from lobby.domain.sessions.session import Session
from tests.support.frozen_stores import away
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, above, sessions_world
from tests.support.waiting import until


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


async def last(here: SessionsWorld, who: Actor) -> dict[str, Any]:
    """What they were told at last, without when."""
    entry = (await here.heard(who))[-1]
    return {key: entry.get(key) for key in ("kind", "session", "version", "view")}


def word(session: Session, kind: str, who: Actor | None = None) -> dict[str, Any]:
    """Without `who`: to somebody who belongs to it no longer."""
    return {
        "kind": kind,
        "session": str(session.id),
        "version": session.version if who else None,
        "view": views.view_of(session, who.uuid) if who else None,
    }


async def test_everybody_inside_is_told_how_it_looks_to_them_by_now_also_who_did_it(
    here: SessionsWorld,
) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann, "game", bob)
    await here.place(ann, session, cat, status="invited")
    now = await lifecycle.update(here.lobby, leading(ann), id=session.id, custom_data={"map": "x"})
    for who in (ann, bob, cat):
        assert await last(here, who) == word(now, "session_updated", who)
    assert [views.view_of(now, who.uuid) for who in (ann, bob, cat)] == [
        *("inside", "inside", "outside")
    ]


async def test_who_is_invited_hears_so_and_only_once(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    now = await here.place(ann, session, bob, status="invited")
    assert [entry["kind"] for entry in await here.heard(bob)] == ["session_invited"]
    assert await last(here, bob) == word(now, "session_invited", bob)
    await here.place(ann, session, bob, status="invited")
    assert len(await here.heard(bob)) == 1


async def test_who_is_set_aside_hears_nothing_until_they_are_announced(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(above(ann), session, bob, status="reserved")
    await lifecycle.update(here.lobby, leading(ann), id=session.id, custom_data={"map": "x"})
    assert await here.heard(bob) == []
    now = await change.alter(
        here.lobby, session.id, lambda s: s.seats.announce(until=9e9, now=1.0), by=ann
    )
    assert await last(here, bob) == word(now, "session_invited", bob)


async def test_who_is_set_aside_and_then_not_hears_nothing_at_all(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(above(ann), session, bob, status="reserved")
    await here.dismiss(above(ann), session, bob)
    await here.place(above(ann), session, bob, status="reserved")
    await here.dismiss(ann, session)
    assert await here.heard(bob) == []


@pytest.mark.parametrize("who_removes", ["the leader", "themselves", "time", "nobody is left"])
async def test_whoever_is_removed_gets_one_last_word_without_a_mark(
    here: SessionsWorld, who_removes: str
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
            here.local.clock.advance(201)
            await expiry.free_expired_seats(here.lobby)
        case _:
            await here.dismiss(ann, session)
    kinds = {
        "the leader": "session_uninvited",
        "themselves": "session_updated",
        "time": "seat_lapsed",
        "nobody is left": "session_closed",
    }
    assert await last(here, bob) == word(session, kinds[who_removes])
    heard = await here.heard(bob)
    assert len(heard) == 2


async def test_the_last_one_to_leave_is_told_on_their_other_devices(here: SessionsWorld) -> None:
    ann = await here.player()
    session = await here.create(ann)
    await here.heard(ann)
    await here.dismiss(ann, session)
    assert await last(here, ann) == word(session, "session_updated")


async def test_what_changes_nothing_is_told_nobody(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    log, heard = await here.log(session), await here.heard(bob)
    for _ in range(2):
        same = await lifecycle.update(here.lobby, leading(ann), id=session.id, entry=Entry.OPEN)
        assert same.version == session.version
    assert (await here.log(session), await here.heard(bob)) == (log, heard)


async def test_whoever_serves_it_hears_who_comes_and_goes(here: SessionsWorld) -> None:
    ann, bob, cat = [await here.player() for _ in range(3)]
    session = await here.open(ann)
    hosted = await instances.request(
        here.lobby, leading(ann), id=session.id, host_type=HostType.PLAYER
    )
    assert hosted.instance is not None
    stream = f"instance:{hosted.instance.id}"
    await here.enter(bob, session)
    await here.enter(cat, session)
    await lifecycle.update(here.lobby, leading(ann), id=session.id, custom_data={"map": "x"})
    await here.dismiss(bob, session)
    await here.dismiss(ann, session, cat)
    heard = await here.heard(stream)
    assert [entry["custom_data"]["reason"] for entry in heard] == [
        *("player_joined", "player_joined", "player_left", "player_kicked")
    ]
    assert {entry["session"] for entry in heard} == {str(session.id)}


async def test_watchers_see_each_version_and_the_end(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "plaza", bob)
    await here.dismiss(bob, session)
    await change.end(here.lobby, session.id, message="over", reason=Reason.EXPIRED)
    told = [event for topic, event in here.local.told if topic == f"session:{session.id}"]
    versions = [event["version"] for event in told if event["told"] == "document"]
    assert versions == sorted(set(versions))
    assert versions[-1] == session.version + 1
    assert told[-1]["told"] == "ended"
    listed = [event for topic, event in here.local.told if topic == "sessions"][-1]
    assert listed["patch"] == {str(session.id): None}


async def test_a_log_outlives_its_session_by_a_day(here: SessionsWorld) -> None:
    ann = await here.player()
    session = await here.create(ann)
    await here.dismiss(ann, session)
    with pytest.raises(SessionNotFound):
        await here.local.now(session)
    await here.pass_time(change.LOG_SECONDS - 60)
    assert (await here.log(session))[-1] == "session_deleted"
    await here.pass_time(120)
    assert await here.log(session) == []


async def test_each_line_of_a_log_says_who_did_it_to_whom(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    await here.dismiss(Permit(bob), session)
    page = await here.lobby.store.read(f"events:{session.id}", limit=10)
    lines = [entry.body for entry in page.entries]
    assert f'"source":"{bob.uuid}"' in lines[-1]
    assert f'"target":"{bob.uuid}"' in lines[-1]
    assert f'"source_number":{bob.number}' in lines[-1]


async def saved(here: SessionsWorld, session: Session, decide: Any) -> tuple[Session, Session]:
    """Before and after a change of which nobody was told yet."""
    return await here.lobby.sessions.alter(str(session.id), decide)


async def untold(here: SessionsWorld, session: Session, decide: Any) -> None:
    """The store goes away between the change and what is told of it."""
    before, after = await saved(here, session, decide)
    with away(here.lobby.store):
        await change.announce(here.lobby, before, after, by=SYSTEM.actor)


def announce(session: Session) -> None:
    session.seats.announce(until=9e9, now=1.0)


async def test_whoever_is_invited_as_the_store_goes_away_is_told_when_it_is_back(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(above(ann), session, bob, status="reserved")
    await untold(here, session, announce)
    # Whatever else changes meanwhile, they hear that they are invited, and how it looks by now.
    now = await lifecycle.update(here.lobby, leading(ann), id=session.id, custom_data={"map": "x"})
    await until(lambda: here.heard(bob))
    assert await last(here, bob) == word(now, "session_invited", bob)
    assert len(await here.heard(bob)) == 1


async def test_an_invitation_that_is_over_when_the_store_is_back_is_not_told(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.create(ann)
    await here.place(above(ann), session, bob, status="reserved")
    await untold(here, session, announce)
    await saved(here, session, lambda s: s.unseat(bob.uuid, Reason.LEFT))
    await here.lobby.inbox.close()
    assert await here.heard(bob) == []


async def test_whoever_is_removed_as_the_store_goes_away_is_told_when_it_is_back(
    here: SessionsWorld,
) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    heard = len(await here.heard(bob))
    await untold(here, session, lambda s: s.unseat(bob.uuid, Reason.LEFT))
    await here.lobby.inbox.close()
    assert await last(here, bob) == word(session, "session_kicked")
    assert len(await here.heard(bob)) == heard + 1


async def test_whoever_serves_it_is_told_when_the_store_is_back(here: SessionsWorld) -> None:
    ann, bob = await here.player(), await here.player()
    session = await here.open(ann, "game", bob)
    hosted = await instances.request(
        here.lobby, leading(ann), id=session.id, host_type=HostType.PLAYER
    )
    assert hosted.instance is not None
    await untold(here, session, lambda s: s.unseat(bob.uuid, Reason.LEFT))
    await here.lobby.inbox.close()
    heard = await here.heard(f"instance:{hosted.instance.id}")
    assert [entry["custom_data"]["reason"] for entry in heard] == ["player_left"]
