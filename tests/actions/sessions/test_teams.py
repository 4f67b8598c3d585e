"""Members are moved and swapped, teams get more seats: what is told of it, and across processes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lobby.actions.changes import views
from lobby.actions.sessions import lifecycle, members, teams
from lobby.domain.errors import NotSeated
from lobby.domain.permissions import Permit
from lobby.domain.sessions.edits import MemberEdit, TeamEdit
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import OwnTeamFixed, TeamNotFound, TeamsLocked
from tests.support.lobby import leading
from tests.support.sessions import SessionsWorld, sessions_world, sitting


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as world:
        yield world


async def test_a_member_moves_and_the_leader_moves_others(here: SessionsWorld) -> None:
    ann, bob = [await here.player() for _ in range(2)]
    session = await here.open(ann, "game", bob)
    await teams.move(here.lobby, leading(bob), id=session.id, player=bob.uuid, team=1)
    after = await teams.move(here.lobby, leading(ann), id=session.id, player=ann.uuid, team=1)
    assert sitting(after) == [[], [bob.uuid, ann.uuid]]
    assert (await here.log(session))[-2:] == ["player_moved", "player_moved"]
    stranger = await here.player()
    with pytest.raises(NotSeated):
        await teams.move(here.lobby, leading(ann), id=session.id, player=stranger.uuid, team=0)


async def test_the_catalogue_and_the_leader_forbid_ones_own_move(here: SessionsWorld) -> None:
    ann, bob = [await here.player() for _ in range(2)]
    draft = await here.open(ann, "draft", bob)
    with pytest.raises(OwnTeamFixed):
        await teams.move(here.lobby, leading(bob), id=draft.id, player=bob.uuid, team=1)
    await lifecycle.update(here.lobby, leading(ann), id=draft.id, teams_locked=True)
    with pytest.raises(TeamsLocked):
        await members.edit(
            here.lobby, Permit(bob), id=draft.id, player=bob.uuid, edit=MemberEdit(team=1)
        )
    assert views.inside(await here.local.now(draft), "")["teams_locked"] is True
    assert (await here.log(draft))[-1] == "session_updated"


async def test_a_swap_is_one_change_in_which_both_have_moved(here: SessionsWorld) -> None:
    ann, bob, cat, dan = [await here.player() for _ in range(4)]
    session = await here.open(ann, "game", bob, cat, dan)
    before = session.version
    after = await teams.swap(here.lobby, leading(ann), id=session.id, one=bob.uuid, other=cat.uuid)
    assert sitting(after) == [[ann.uuid, cat.uuid], [bob.uuid, dan.uuid]]
    assert after.version == before + 1
    assert (await here.log(session))[-2:] == ["player_moved", "player_moved"]


async def test_a_seat_that_was_added_is_taken_like_any_other(here: SessionsWorld) -> None:
    ann, bob = [await here.player() for _ in range(2)]
    session = await here.create(ann, "party")
    edits = [TeamEdit(5, {"colour": "red"})]
    await lifecycle.update(
        here.lobby, leading(ann), id=session.id, entry=Entry.OPEN, team_edits=edits
    )
    for _ in range(3):
        await here.enter(await here.player(), session)
    after = await here.enter(bob, session)
    assert after.seats.of(bob.uuid).name == "4"
    assert after.team_data == {"0": {"colour": "red"}}
    with pytest.raises(TeamNotFound):
        await lifecycle.update(
            here.lobby, leading(ann), id=session.id, team_edits=[TeamEdit(), TeamEdit(2)]
        )
    await teams.edit(here.lobby, leading(ann), id=session.id, team=0, edit=TeamEdit(6))
    assert (await here.log(session))[-1] == "session_updated"
