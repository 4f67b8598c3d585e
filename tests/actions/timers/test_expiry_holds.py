"""Seats that are held for a while are free again at their time, and not before."""

from __future__ import annotations

import pytest

from lobby.actions.sessions import invitations, lifecycle, seats
from lobby.actions.timers import expiry
from lobby.domain.errors import SeatTaken
from lobby.domain.permissions import Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.seats import SeatStatus, seat_id
from lobby.domain.sessions.session import Session
from tests.support.lobby import LocalLobby, leading
from tests.support.lobby import seats_with as taken

MOMENT = 0.001


async def test_a_hold_that_is_over_is_a_free_seat_before_anybody_sweeps(
    local: LocalLobby,
) -> None:
    host, late, guest = await local.person(), await local.person(), await local.person()
    session = await local.open_session(host)
    seat = seat_id(session.id, "3")
    await seats.reserve(local.lobby, Permit(late), seat=seat)
    with pytest.raises(SeatTaken):
        await seats.reserve(local.lobby, Permit(guest), seat=seat)
    local.clock.advance(local.lobby.settings.reservation_seconds)
    await seats.reserve(local.lobby, Permit(guest), seat=seat)
    assert taken(await local.now(session), SeatStatus.RESERVED) == {"3": guest.uuid}


async def test_a_reservation_lapses_at_its_time_and_not_before(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await seats.reserve(local.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    local.clock.advance(local.lobby.settings.reservation_seconds - MOMENT * 2)
    await expiry.free_expired_seats(local.lobby)
    assert taken(await local.now(session), SeatStatus.RESERVED) == {"3": guest.uuid}
    local.clock.advance(MOMENT * 4)
    await expiry.free_expired_seats(local.lobby)
    assert taken(await local.now(session), SeatStatus.RESERVED) == {}
    assert await local.lobby.sessions.all("held", "yes") == []
    event = [event for topic, event in local.told if topic == f"session:{session.id}"][-1]
    assert event["inner"]["seats"]["3"]["status"] == "free"


async def test_an_invitation_lapses_at_its_time_and_not_before(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session, _ = await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    await invitations.invite(local.lobby, leading(host), id=session.id, player=guest.uuid)
    local.clock.advance(local.lobby.settings.invite_seconds - MOMENT * 2)
    await expiry.free_expired_seats(local.lobby)
    assert (await local.now(session)).seats.invited(guest.uuid)
    local.clock.advance(MOMENT * 4)
    await expiry.free_expired_seats(local.lobby)
    assert (await local.now(session)).seats.held_by(guest.uuid) is None


async def test_what_was_taken_in_time_does_not_lapse(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await seats.reserve(local.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    await local.join(session, guest)
    local.clock.advance(10_000)
    await expiry.free_expired_seats(local.lobby)
    assert taken(await local.now(session)) == {"0": host.uuid, "3": guest.uuid}


async def test_a_session_that_closes_meanwhile_does_not_stop_the_others_from_lapsing(
    local: LocalLobby,
) -> None:
    host, other, guest = [await local.person() for _ in range(3)]
    held = [await local.open_session(host), await local.open_session(other)]
    for session in held:
        await seats.reserve(local.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    local.clock.advance(10_000)
    # The list is read, and then the first of them is closed.
    first = min(held, key=lambda session: str(session.id))
    second = max(held, key=lambda session: str(session.id))
    listed = await local.lobby.sessions.all("held", "yes")
    await lifecycle.close(
        local.lobby, Permit(host, outright=True), id=first.id, reason=Reason.CLOSED
    )
    lapsing = local.lobby.sessions

    async def as_listed(label: str, value: str, *, page: int = 500) -> list[Session]:
        return listed

    lapsing.all = as_listed  # type: ignore[method-assign]
    await expiry.free_expired_seats(local.lobby)
    assert taken(await local.now(second), SeatStatus.RESERVED) == {}
