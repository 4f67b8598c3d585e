"""Endpoints of the session browser: sessions that are listed for everybody."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from lobby.actions.sessions import browser
from lobby.api.dialect import Call, Row
from lobby.api.player_services import sessions
from lobby.api.player_services.responses import (
    WITH_ETAG,
    answer,
    gives,
    no_content,
    session_id,
)
from lobby.domain.errors import Malformed
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect
from protocol.codec import encode, listable, problem
from protocol.player_services.browser import (
    BrowserInfo,
    BrowserQuery,
    BrowserResponse,
    BrowserSessionInfo,
)
from protocol.player_services.sessions import SessionPath, TtlQuery

READING = needs("session:read:browser", "session:*")
LISTING = needs("session:*", own="session:update:browser", role=Role.ADMIN)
PATH = "/session/v1/session/{session_id}/browser"


async def list_sessions(call: Call, query: BrowserQuery) -> Response:
    """The listed sessions of one type, oldest first, full ones too."""
    found, cursor = await browser.page(
        call.lobby,
        call.permit,
        session_type=query.session_type,
        region=query.region_id,
        cursor=query.cursor,
        size=query.page_size,
    )
    said = BrowserResponse(cursor=cursor, browser_sessions=[listed(session) for session in found])
    etag = hashlib.sha256(encode(said)).hexdigest()[:32]
    return answer(said, headers={"ETag": f'"{etag}"'})


async def add_listing(
    call: Call, path: SessionPath, query: TtlQuery, body: BrowserInfo
) -> Response:
    """List the session, or replace the custom data of its listing."""
    _require_listable(body)
    shown = await browser.show(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        custom_data=body.custom_data,
        refresh_ttl=query.refresh_ttl,
    )
    return answer(BrowserInfo(custom_data=shown))


async def update_listing(call: Call, path: SessionPath, body: BrowserInfo) -> Response:
    """Change the custom data of a listed session."""
    _require_listable(body)
    shown = await browser.edit(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        custom_data=body.custom_data if "custom_data" in body.model_fields_set else None,
    )
    return answer(BrowserInfo(custom_data=shown))


async def add_listing_again(
    call: Call, effect: Effect, path: SessionPath, query: TtlQuery, body: BrowserInfo
) -> Response:
    return answer(BrowserInfo(custom_data=body.custom_data))


async def update_listing_again(
    call: Call, effect: Effect, path: SessionPath, body: BrowserInfo
) -> Response:
    session = await sessions.read_now(call, path.session_id)
    return answer(BrowserInfo(custom_data=session.listing or {}))


async def remove_listing(call: Call, path: SessionPath) -> Response:
    """Remove the session from the list."""
    await browser.hide(call.lobby, call.permit, id=session_id(path.session_id))
    return no_content()


def _require_listable(body: BrowserInfo) -> None:
    """Not a rule of the model: a listing that is stored must never fail a response."""
    try:
        listable(body.custom_data)
    except ValueError as no:
        raise Malformed([problem("too_long", str(no), "body", "custom_data")]) from None


def listed(session: Session) -> BrowserSessionInfo:
    return BrowserSessionInfo(
        session_id=str(session.id),
        player_count=sum(1 for _ in session.seats.occupants()),
        max_player_count=len(session.seats),
        custom_data=session.listing,
    )


rows = [
    Row(
        "GET",
        "/session/v1/browser",
        list_sessions,
        READING,
        gives(BrowserResponse),
        query=BrowserQuery,
        headers=WITH_ETAG,
    ),
    Row(
        "POST",
        PATH,
        add_listing,
        LISTING,
        gives(BrowserInfo, 404, 413),
        path=SessionPath,
        query=TtlQuery,
        takes=BrowserInfo,
        again=add_listing_again,
    ),
    Row("DELETE", PATH, remove_listing, LISTING, gives(None, 404, status=204), path=SessionPath),
    Row(
        "PATCH",
        PATH,
        update_listing,
        LISTING,
        gives(BrowserInfo, 404, 413),
        path=SessionPath,
        takes=BrowserInfo,
        again=update_listing_again,
    ),
]
