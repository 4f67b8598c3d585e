"""The users and slots document: each operation in a few lines."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationError
from starlette.responses import JSONResponse, PlainTextResponse, Response

from lobby.actions import accounts, logins, seats
from lobby.api.dialect import Call
from lobby.domain.errors import Malformed
from lobby.domain.seats import Seat, SeatStatus, seat_id
from lobby.domain.sessions import Session
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
    """The token, as the body. It has no expiry: a new password or deletion ends it."""
    credentials = await _credentials(call)
    token = await logins.login_with_password(
        call.lobby,
        login=credentials.username,
        password=credentials.password,
        address=call.address,
    )
    return PlainTextResponse(token, headers={"Cache-Control": "no-store"})


async def list_slots(call: Call, query: words.SlotQuery) -> Response:
    """Every slot of a session."""
    session = await seats.of_session(call.lobby, call.permit, session=query.session)
    return JSONResponse([slot(session, n, seat) for n, seat in session.seats.items()])


async def get_slot(call: Call, path: words.SlotPath) -> Response:
    """One slot."""
    session, name = await seats.get(call.lobby, call.permit, seat=path.slot)
    return JSONResponse(slot(session, name, session.seats[name]))


async def reserve_slot(call: Call, path: words.SlotPath) -> Response:
    """Hold the slot for the caller for a limited time."""
    await seats.reserve(call.lobby, call.permit, seat=path.slot)
    return PlainTextResponse(OK)


async def release_slot(call: Call, path: words.SlotPath) -> Response:
    """Give the caller's slot back."""
    await seats.release(call.lobby, call.permit, seat=path.slot)
    return PlainTextResponse(OK)


def slot(session: Session, name: str, seat: Seat) -> dict[str, object]:
    user = words.Occupant(id=seat.number, username=seat.name) if seat.player else None
    return words.Slot(
        id=seat_id(session.id, name),
        session=session.id,
        team=seat.team,
        status=SHOWN[seat.status],
        user=user,
    ).model_dump()


async def _credentials(call: Call) -> words.Credentials:
    """What is missing is said before what is wrong, each field by its name."""
    form = await call.form()
    if form is None:
        raise Malformed(message="missing form")
    given = {name: form[name] for name in words.Credentials.model_fields if form.get(name)}
    missing = [name for name in words.Credentials.model_fields if name not in given]
    if missing:
        raise Malformed(message=f"missing fields [{', '.join(missing)}]")
    try:
        return words.Credentials.model_validate(given, strict=True)
    except ValidationError as error:
        wrong = {str(problem["loc"][0]) for problem in error.errors()}
        fields = [name for name in words.Credentials.model_fields if name in wrong]
        raise Malformed(message=f"invalid fields [{', '.join(fields)}]") from None
