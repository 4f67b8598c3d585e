"""Sessions that are listed for everybody."""

from __future__ import annotations

import hashlib

from starlette.responses import Response

from lobby.actions import browser
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import MARKED, answer, done, gives, session_id
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions import Session
from protocol.codec import encode
from protocol.player_services.browser import (
    BrowserInfo,
    BrowserQuery,
    BrowserResponse,
    BrowserSessionInfo,
)
from protocol.player_services.sessions import SessionPath, TtlQuery

LOOKING = needs("session:read:browser", "session:*")
LISTING = needs("session:*", own="session:update:browser", role=Role.ADMIN)
PATH = "/session/v1/session/{session_id}/browser"


async def list_sessions(call: Call, query: BrowserQuery) -> Response:
    """The listed sessions of one type, oldest first, full ones too."""
    found, cursor = await browser.page(
        call.lobby,
        session_type=query.session_type,
        region=query.region_id,
        cursor=query.cursor,
        size=query.page_size,
    )
    said = BrowserResponse(cursor=cursor, browser_sessions=[listed(session) for session in found])
    mark = hashlib.sha256(encode(said)).hexdigest()[:32]
    return answer(said, headers={"ETag": f'"{mark}"'})


async def add_listing(
    call: Call, path: SessionPath, query: TtlQuery, body: BrowserInfo
) -> Response:
    """List the session, or say otherwise what is said of it."""
    shown = await browser.show(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        custom_data=body.custom_data,
        refresh_ttl=query.refresh_ttl,
    )
    return answer(BrowserInfo(custom_data=shown))


async def update_listing(call: Call, path: SessionPath, body: BrowserInfo) -> Response:
    """Say otherwise what is said of a listed session."""
    shown = await browser.edit(
        call.lobby,
        call.permit,
        id=session_id(path.session_id),
        custom_data=body.custom_data if "custom_data" in body.model_fields_set else None,
    )
    return answer(BrowserInfo(custom_data=shown))


async def remove_listing(call: Call, path: SessionPath) -> Response:
    """List the session no longer."""
    await browser.hide(call.lobby, call.permit, id=session_id(path.session_id))
    return done()


def listed(session: Session) -> BrowserSessionInfo:
    return BrowserSessionInfo(
        session_id=str(session.id),
        player_count=sum(1 for _ in session.occupants()),
        max_player_count=len(session.seats),
        custom_data=session.listing,
    )


rows = [
    Row(
        "GET",
        "/session/v1/browser",
        list_sessions,
        LOOKING,
        gives(BrowserResponse),
        query=BrowserQuery,
        headers=MARKED,
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
    ),
]
