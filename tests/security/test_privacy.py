"""Who is shown what about others: held seats, and invitations of somebody who is banned."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from lobby.actions.accounts import hosts
from lobby.domain.errors import GuestNotWelcome
from lobby.domain.permissions import Permit
from lobby.domain.sessions.seats import SeatStatus
from tests.support.callers import ApiCallers
from tests.support.checked_clients import recorded
from tests.support.server_thread import serving
from tests.support.sessions import SessionsWorld, above, sessions_world


@pytest.fixture(scope="module")
def http_and_people() -> Iterator[tuple[httpx2.Client, ApiCallers]]:
    with serving() as served, recorded(served.url) as http:
        yield http, ApiCallers(served)


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[SessionsWorld]:
    async with sessions_world(tmp_path) as here:
        yield here


def slots_with(seats: list[dict[str, object]], status: str) -> list[dict[str, object]]:
    return [seat for seat in seats if seat["status"] == status]


def test_l2_a_held_slot_names_its_holder_to_insiders_and_to_themselves_alone(
    http_and_people: tuple[httpx2.Client, ApiCallers],
) -> None:
    http, people = http_and_people
    session, _ = people.session_of(host := people.get("self user").account)
    holder, stranger = people._registered("holder"), people._registered("stranger")
    ask = {one.uuid: {"Authorization": f"Bearer {people.token(one)}"} for one in (host, holder)}
    ask[stranger.uuid] = {"authorization": f"bearer {people.token(stranger)}"}
    held = session.id + 2
    assert http.post(f"/slots/{held}/reserve", headers=ask[holder.uuid]).text == "OK"

    def shown(account: str) -> list[object]:
        path = f"/slots?session={session.id}"
        listed = slots_with(http.get(path, headers=ask[account]).json(), "reserved")
        one = http.get(f"/slots/{held}", headers=ask[account]).json()
        assert listed == [one], "the list and the slot say the same"
        return [one["user"]]

    named = {"id": holder.number, "username": "holder"}
    assert shown(host.uuid) == shown(holder.uuid) == [named]
    assert shown(stranger.uuid) == [None]


@pytest.mark.parametrize("status", ["invited", "member", "leader"])
async def test_l2_nothing_of_somebody_banned_reaches_who_banned_them(
    here: SessionsWorld, status: str
) -> None:
    pest, target, friend = [await here.player() for _ in range(3)]
    await hosts.ban(here.lobby, Permit(target), host=target.uuid, guest=pest.uuid)
    session = await here.open(pest)
    for _ in range(8):
        with pytest.raises(GuestNotWelcome):
            await here.place(pest, session, target, status=status)
    now = await here.local.now(session)
    assert now.seats.held_by(target.uuid) is None
    assert await here.heard(target) == []
    await here.place(pest, session, friend, status="invited")
    assert (await here.local.now(session)).seats.invited(friend.uuid), "others are invited"


async def test_l2_services_place_whom_they_must_and_a_lifted_ban_is_lifted(
    here: SessionsWorld,
) -> None:
    pest, target, service = [await here.player() for _ in range(3)]
    await hosts.ban(here.lobby, Permit(target), host=target.uuid, guest=pest.uuid)
    session = await here.open(pest)
    after = await here.place(above(service), session, target, status="invited")
    assert after.seats.of(target.uuid).seat.status is SeatStatus.INVITED
    await here.dismiss(target, session)
    await hosts.unban(here.lobby, Permit(target), host=target.uuid, guest=pest.uuid)
    after = await here.place(pest, session, target, status="invited")
    assert after.seats.invited(target.uuid)
