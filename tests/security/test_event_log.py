"""The event log of a session: strangers who read it, write to it, or push lines out of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.changes import notify
from lobby.actions.sessions import event_log, lifecycle
from lobby.domain.errors import Forbidden
from lobby.domain.permissions import SYSTEM, Permit, Role
from lobby.domain.reasons import Reason
from tests.support.http_players import HttpGame, Player
from tests.support.player_services import player_services_server
from tests.support.sessions import SessionsWorld, sessions_world

LINE = {
    "event_code": "player_kicked",
    "description": "",
    "custom_data": {},
    "timestamp": "2023-11-01T12:30:00.123Z",
}


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with player_services_server() as (http, callers):
        yield HttpGame(http, callers)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


def codes(who: Player, id: str) -> list[str]:
    answer = who.call("GET", f"/session/v1/session/{id}/event", page_size="50")
    assert answer.status_code == 200, answer.text
    return [one["event_code"] for one in answer.json()["events"]]


def written(who: Player, id: str, **said: Any) -> int:
    return who.call("POST", f"/session/v1/session/{id}/event", LINE | said).status_code


def test_e1_strangers_read_an_empty_log_and_write_nothing(game: HttpGame) -> None:
    leader, member, invited, stranger = game.players(4)
    id = leader.open("game", member)
    leader.invite(id, invited)
    before = codes(leader, id)
    assert len(before) > 3
    for outsider in (stranger, invited):
        assert codes(outsider, id) == []
        assert written(outsider, id, event_code="lap") == 403
    assert codes(leader, id) == codes(member, id) == before
    assert written(member, id, event_code="lap") == 200
    services = Player(game.http, game.callers, game.callers.machine("server"))
    assert written(services, id, event_code="warm-up") == 200
    assert codes(services, id) == [*before, "lap", "warm-up"]
    assert leader.remove(id, member).status_code == 204
    assert (codes(member, id), written(member, id)) == ([], 403)
    assert written(stranger, "1024") == 404


async def test_e1_a_log_is_read_after_its_end_by_who_was_inside(here: SessionsWorld) -> None:
    leader, member, kicked, stranger = [await here.player() for _ in range(4)]
    session = await here.open(leader, "game", member, kicked)
    await here.dismiss(leader, session, kicked)
    await lifecycle.close(here.lobby, SYSTEM, id=session.id, reason=Reason.CLOSED)

    async def lines(who: Any) -> int:
        permit = Permit(who, role=Role.ACTIVE)
        return len(await event_log.page(here.lobby, permit, id=session.id, number=0, size=50))

    assert [await lines(one) > 0 for one in (leader, member, kicked, stranger)] == [
        *(True, True),
        *(False, False),
    ]


async def test_e1_lines_of_clients_displace_none_of_the_lobbys(
    here: SessionsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "LONGEST_CLIENT_LOG", 20)
    leader, stranger = [await here.player() for _ in range(2)]
    session = await here.open(leader)
    ours = await here.log(session)

    async def write(who: Any, number: int) -> None:
        said: dict[str, Any] = {"code": f"noise {number}", "description": "", "custom_data": {}}
        permit = Permit(who, role=Role.ACTIVE)
        await event_log.add(here.lobby, permit, id=session.id, at=9e9, **said)

    for number in range(50):
        await write(leader, number)
    with pytest.raises(Forbidden):
        await write(stranger, 50)
    page = await event_log.page(here.lobby, SYSTEM, id=session.id, number=0, size=1_000)
    assert [line.code for line in page] == [*ours, *(f"noise {n}" for n in range(30, 50))]
