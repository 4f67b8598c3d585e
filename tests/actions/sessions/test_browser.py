"""Sessions that are listed where everybody looks: which ones, in which order, by whose hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby import expiring_keys
from lobby.actions.sessions import browser
from lobby.api.player_services.browser import listed
from lobby.domain.errors import Forbidden, SessionNotFound
from lobby.domain.permissions import NOBODY, Permit
from lobby.domain.sessions.errors import BrowserNotAllowed, BrowserNotFound
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from lobby.expiring_keys import TimerKind
from tests.support.stored_sessions import (
    FOLLOWING,
    LEADER,
    LEADING,
    OTHER,
    SERVER,
    StoredSessionsWorld,
    stored_sessions_world,
)

PARTS: dict[str, str] = {"map": "canyon"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[StoredSessionsWorld]:
    async with stored_sessions_world(tmp_path) as here:
        yield here


async def page(
    here: StoredSessionsWorld,
    type_: str = "game",
    *,
    region: str | None = None,
    cursor: int = 0,
    size: int = 50,
) -> tuple[list[int], int]:
    """The sessions' numbers, and the cursor."""
    found, more = await browser.page(
        here.lobby, Permit(NOBODY), session_type=type_, region=region, cursor=cursor, size=size
    )
    return [session.sequence for session in found], more


async def show(
    here: StoredSessionsWorld, session: Session, **words: dict[str, str]
) -> dict[str, str]:
    said = words.get("custom_data", PARTS)
    return await browser.show(
        here.lobby, LEADING, id=session.id, custom_data=said, refresh_ttl=False
    )


async def test_the_oldest_come_first_and_the_cursor_goes_on_where_the_page_ended(
    here: StoredSessionsWorld,
) -> None:
    for n in range(7):
        await here.session(listing={} if n % 2 == 0 else None)
    assert await page(here, size=2) == ([1, 3], 5)
    assert await page(here, size=2, cursor=5) == ([5, 7], 0)
    assert await page(here, size=4) == ([1, 3, 5, 7], 0)
    assert await page(here, cursor=8) == ([], 0)


async def test_a_cursor_still_holds_when_the_session_it_names_is_gone(
    here: StoredSessionsWorld,
) -> None:
    made = [await here.session(listing={}) for _ in range(4)]
    _, cursor = await page(here, size=2)
    assert cursor == made[2].sequence
    await browser.hide(here.lobby, SERVER, id=made[2].id)
    assert await page(here, size=2, cursor=cursor) == ([made[3].sequence], 0)


async def test_only_those_of_the_type_and_the_region_are_shown(here: StoredSessionsWorld) -> None:
    await here.session(listing={}, region="eu")
    await here.session(listing={}, region="us")
    await here.session(listing={})
    await here.session("plaza", listing={}, region="eu")
    assert (await page(here))[0] == [1, 2, 3]
    assert (await page(here, region="eu"))[0] == [1]
    assert (await page(here, "plaza"))[0] == [4]


@pytest.mark.parametrize("type_", ["nothing", "", "game:eu", "GAME", "hosted"])
async def test_of_a_type_that_is_none_there_are_none(here: StoredSessionsWorld, type_: str) -> None:
    await here.session(listing={}, region="eu")
    assert await page(here, type_) == ([], 0)


@pytest.mark.parametrize("region", ["nowhere", "eu:", ""])
async def test_in_a_region_that_is_none_there_are_none(
    here: StoredSessionsWorld, region: str
) -> None:
    await here.session(listing={}, region="eu")
    assert await page(here, region=region) == ([], 0)


async def test_full_ones_are_shown_with_who_plays_and_how_many_fit(
    here: StoredSessionsWorld,
) -> None:
    guests = [LEADER, OTHER, *(Guest(f"{n}" * 32) for n in (1, 2))]
    full = await here.session("game", *guests, listing=PARTS)
    with_invited = await here.session(listing={})
    await here.lobby.sessions.change(
        str(with_invited.id), lambda s: s.seats.invite(OTHER, until=9e9)
    )
    found, _ = await browser.page(
        here.lobby, Permit(NOBODY), session_type="game", region=None, cursor=0, size=50
    )
    shown = [listed(session) for session in found]
    assert [(one.player_count, one.max_player_count) for one in shown] == [(4, 4), (1, 4)]
    assert (shown[0].session_id, shown[0].custom_data) == (str(full.id), PARTS)


async def test_a_session_is_listed_changed_and_unlisted(here: StoredSessionsWorld) -> None:
    session = await here.session()
    assert await page(here) == ([], 0)
    assert await show(here, session) == PARTS
    assert await page(here) == ([1], 0)
    assert await show(here, session, custom_data={"map": "harbour"}) == {"map": "harbour"}
    edited = await browser.edit(here.lobby, LEADING, id=session.id, custom_data={"a": "b"})
    assert edited == {"a": "b"} == (await here.now(session)).listing
    assert await browser.edit(here.lobby, LEADING, id=session.id, custom_data=None) == edited
    for _ in range(2):
        await browser.hide(here.lobby, LEADING, id=session.id)
    assert await page(here) == ([], 0)
    assert await here.log(session) == [
        "browser_added",
        "browser_updated",
        "browser_updated",
        "browser_removed",
    ]


async def test_what_is_not_listed_cannot_be_changed_there(here: StoredSessionsWorld) -> None:
    session = await here.session()
    with pytest.raises(BrowserNotFound):
        await browser.edit(here.lobby, LEADING, id=session.id, custom_data={})
    with pytest.raises(SessionNotFound):
        await browser.hide(here.lobby, SERVER, id=session.id + 1)


@pytest.mark.parametrize("type_", ["party", "plaza"])
async def test_nobody_lists_what_the_game_does_not_have_listed(
    here: StoredSessionsWorld, type_: str
) -> None:
    session = await here.session(type_)
    for permit in (LEADING, SERVER):
        with pytest.raises(BrowserNotAllowed):
            await browser.show(here.lobby, permit, id=session.id, custom_data={}, refresh_ttl=False)
    assert (await here.now(session)).listing is None


async def test_what_was_listed_by_itself_may_be_described_anew(here: StoredSessionsWorld) -> None:
    session = await here.session("plaza", listing={"kind": "social"})
    assert await show(here, session) == PARTS == (await here.now(session)).listing


async def test_only_who_leads_the_session_or_stands_above_it_may(here: StoredSessionsWorld) -> None:
    session = await here.session("game", LEADER, OTHER)
    with pytest.raises(Forbidden):
        await browser.show(here.lobby, FOLLOWING, id=session.id, custom_data={}, refresh_ttl=False)
    await show(here, session)
    with pytest.raises(Forbidden):
        await browser.edit(here.lobby, FOLLOWING, id=session.id, custom_data={})
    with pytest.raises(Forbidden):
        await browser.hide(here.lobby, FOLLOWING, id=session.id)
    assert await page(here) == ([1], 0)


@pytest.mark.parametrize("permit", [LEADING, SERVER], ids=["leader", "elevated"])
async def test_listing_prolongs_the_sessions_time_unless_it_should_not(
    permit: Permit, here: StoredSessionsWorld
) -> None:
    async def due() -> list[str]:
        return [
            key for key in await here.lobby.timers.due() if key.startswith(TimerKind.SESSION_TTL)
        ]

    session, time = await here.session(), here.lobby.catalogue.server.session_ttl_s
    await browser.show(here.lobby, permit, id=session.id, custom_data={}, refresh_ttl=True)
    here.local.clock.advance(time - 1)
    await browser.show(here.lobby, permit, id=session.id, custom_data={}, refresh_ttl=False)
    assert await due() == []
    here.local.clock.advance(2)
    assert await due() == [expiring_keys.session_ttl(session.id)]
