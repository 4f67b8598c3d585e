"""Presence over HTTP: for whoever asks now and then, what the channel's topics show."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobby.actions import people
from lobby.actions.login import tokens
from lobby.api.conditional import IfNoneMatch, unchanged
from lobby.api.dialect import Call, Dialect, Door, Row, retry_after, status_of
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import Actor, needs
from lobby.hub.source import State
from lobby.identity.bearer import bearer
from protocol import presence as words
from protocol.codec import encode
from protocol.roster import Friends, OnePerson, PresenceCount

STATUS: dict[type[errors.LobbyError], int] = {
    errors.Unauthenticated: 401,
    errors.AccountNotFound: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Malformed: 422,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 400,
}
LOOK = needs(own="look")
MESSAGE = words.PresenceMessage
BUSY = {429: MESSAGE, 500: MESSAGE, 503: MESSAGE}
BEARER = {401: MESSAGE, 403: MESSAGE, **BUSY}
ETAG = "Of what is shown: send it as `If-None-Match` when you ask again."
CONDITIONAL = {200: {"ETag": ETAG}, 304: {"ETag": ETAG}}


async def identify(request: Request, lobby: Lobby) -> Actor:
    """By the bearer token of the Authorization header."""
    return await tokens.identify(lobby, bearer(request.headers.get("authorization")))


def refuse(error: errors.LobbyError) -> Response:
    status = status_of(error, STATUS)
    return JSONResponse({"message": str(error)}, status, headers=retry_after(error))


async def counts(call: Call) -> Response:
    """How many are visibly online. It may be a second old."""
    return _shown(call, await people.counts(call.lobby))


async def person(call: Call, path: words.PersonPath) -> Response:
    """Whether somebody is online, as the caller may see it. Empty where they are not, or are not
    shown, or where there is nobody of this name."""
    return _shown(call, await people.person(call.lobby, call.permit, uuid=path.uuid))


async def friends(call: Call) -> Response:
    """Everybody on the caller's list of friends, and who of them is online."""
    return _shown(call, await people.friends(call.lobby, call.permit))


def _shown(call: Call, state: State) -> Response:
    """200 with an ETag of the content; 304 where the client has it already."""
    body = encode(state)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if unchanged(call.request, etag):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, "application/json")


presence = Dialect("presence", identify, refuse, about="Who is online, for who asks now and then.")

rows = [
    Row(
        "GET",
        "/presence",
        counts,
        needs(),
        {200: PresenceCount, 304: None, **BUSY},
        operation_id="get_presence_count",
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row(
        "GET",
        "/presence/{uuid}",
        person,
        LOOK,
        {200: OnePerson, 304: None, 422: MESSAGE, **BEARER},
        operation_id="get_presence_of_person",
        path=words.PersonPath,
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row(
        "GET",
        "/friends/presence",
        friends,
        LOOK,
        {200: Friends, 304: None, **BEARER},
        operation_id="get_presence_of_friends",
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
]

door: Door = (presence, rows)
