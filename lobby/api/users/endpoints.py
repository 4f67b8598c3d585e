"""Endpoints of the users and slots document. A slot is a seat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from lobby.actions.accounts import accounts
from lobby.actions.changes import change
from lobby.actions.changes.views import sees_all
from lobby.actions.login import tokens
from lobby.actions.sessions import seats
from lobby.api.dialect import Call
from lobby.domain.errors import Malformed
from lobby.domain.permissions import Permit
from lobby.domain.sessions.seats import SeatStatus, seat_id
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol import users as words

OK = "OK"

SHOWN: dict[SeatStatus, Literal["free", "reserved", "taken"]] = {
    SeatStatus.FREE: "free",
    SeatStatus.RESERVED: "reserved",
    SeatStatus.INVITED: "reserved",
    SeatStatus.TAKEN: "taken",
}


async def list_users(call: Call, query: words.Users) -> Response:
    """Everybody with a username, by id; a thousand at a time."""
    found = await accounts.list_users(call.lobby, call.permit, after=query.after, limit=query.limit)
    return JSONResponse([{"id": a.number, "username": a.login} for a in found])


async def register(call: Call) -> Response:
    """Register with a username and a password."""
    credentials = await _credentials(call)
    await accounts.register_user(
        call.lobby,
        login=credentials.username,
        password=credentials.password,
        address=call.address,
    )
    return PlainTextResponse(OK, 201)


async def login(call: Call) -> Response:
    """Log in with username and password. The body is the token, which has no expiry: a new password
    or deletion revokes it."""
    credentials = await _credentials(call)
    token = await tokens.login_with_password(
        call.lobby,
        login=credentials.username,
        password=credentials.password,
        address=call.address,
    )
    return PlainTextResponse(token, headers={"Cache-Control": "no-store"})


async def list_slots(call: Call, query: words.SlotQuery) -> Response:
    """Every slot of a session."""
    session = await seats.of_session(call.lobby, call.permit, session=query.session)
    named = {n for n in session.seats if names(call.permit, session, n)}
    logins = await seats.logins(call.lobby, [session.seats[n] for n in named])
    return JSONResponse([slot(session, n, logins if n in named else None) for n in session.seats])


async def get_slot(call: Call, path: words.SlotPath) -> Response:
    """One slot."""
    session, name = await seats.get(call.lobby, call.permit, seat=path.slot)
    if not names(call.permit, session, name):
        return JSONResponse(slot(session, name, None))
    logins = await seats.logins(call.lobby, [session.seats[name]])
    return JSONResponse(slot(session, name, logins))


async def reserve_slot(call: Call, path: words.SlotPath) -> Response:
    """Hold the slot for the caller for a limited time."""
    await seats.reserve(call.lobby, call.permit, seat=path.slot)
    return PlainTextResponse(OK)


async def release_slot(call: Call, path: words.SlotPath) -> Response:
    """Give the caller's slot back."""
    await seats.release(call.lobby, call.permit, seat=path.slot)
    return PlainTextResponse(OK)


async def release_again(call: Call, effect: Effect, path: words.SlotPath) -> Response:
    if effect.key:
        await change.complete(call.lobby, int(effect.key))
    return PlainTextResponse(OK)


def names(permit: Permit, session: Session, name: str) -> bool:
    """Whether the caller may know whose the seat is: anybody, of one that is taken; of one that is
    held, insiders and the one it is held for."""
    seat = session.seats[name]
    own = seat.player == permit.actor.uuid
    return seat.status is SeatStatus.TAKEN or own or sees_all(session, permit)


def slot(session: Session, name: str, logins: Mapping[str, str | None] | None) -> dict[str, object]:
    """A seat as this document shows it: users by their logins, as their list does. Without logins
    it names nobody."""
    seat, user = session.seats[name], None
    if seat.player and logins is not None:
        user = words.Occupant(id=seat.number, username=logins.get(seat.player))
    return words.Slot(
        id=seat_id(session.id, name),
        session=session.id,
        team=seat.team,
        status=SHOWN[seat.status],
        user=user,
    ).model_dump()


async def _credentials(call: Call) -> words.Credentials:
    """The form's username and password; raises Malformed naming missing, then invalid fields."""
    form, names = await call.form(), list(words.Credentials.model_fields)
    missing = [name for name in names if form.get(name, "") == ""]
    if missing:
        raise Malformed(message=f"missing fields [{', '.join(missing)}]")
    try:
        return words.Credentials.model_validate({n: form[n] for n in names}, strict=True)
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
        fields = [name for name in names if name in wrong]
        raise Malformed(message=f"invalid fields [{', '.join(fields)}]") from None
