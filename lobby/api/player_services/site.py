"""Endpoints that clients use though the document lacks them: sites, time, presence, account links.

Where nothing describes what clients expect, the shapes are our own.
"""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response

from lobby.actions.accounts import accounts
from lobby.actions.timers import presence
from lobby.api.conditional import IfNoneMatch, unchanged
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import (
    BROKEN,
    CONDITIONAL,
    answer,
    gives,
)
from lobby.catalogue import Catalogue
from lobby.domain.permissions import needs
from lobby.domain.sessions.clients import NUMBERS
from protocol.codec import encode
from protocol.player_services import configuration as words
from protocol.player_services.platforms import Platform, PlatformID
from protocol.player_services.players import PlayerPath

ANYBODY = needs()
HERE = needs(own="guest")
LINKS = needs("session:read-player:any", "session:*", own="session:read-player:self")
SHOWN = {
    words.OnlineStatus.ONLINE: "online",
    words.OnlineStatus.AWAY: "away",
    words.OnlineStatus.INVISIBLE: "invisible",
    words.OnlineStatus.OFFLINE: "invisible",
}
"""A client that reports `offline` is online all the same, so it is shown as invisible."""


async def list_sites(call: Call) -> Response:
    """The regions, in the order to show them in, with a number for each."""
    return _tagged(call, encode(sites(call.lobby.catalogue)))


async def list_app_settings(call: Call) -> Response:
    """Settings of the game itself: none."""
    return _tagged(call, b"[]")


async def tell_time(call: Call) -> Response:
    """The server's time, in UTC."""
    now = datetime.fromtimestamp(call.lobby.clock(), UTC)
    return JSONResponse(now.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


async def update_presence(call: Call, body: words.PresenceUpdate) -> Response:
    """Heartbeat of a client without a socket, and its presence status."""
    status = SHOWN[body.status] if body.status else None
    lasting = body.status is not words.OnlineStatus.OFFLINE
    await presence.keep_alive(call.lobby, call.permit, status=status, lasting=lasting)
    return JSONResponse({})


async def list_links(call: Call, path: PlayerPath) -> Response:
    """The platform accounts that are linked to a player."""
    account = await accounts.get(call.lobby, call.permit, account=path.player_uuid)
    found = []
    if account.portal is not None:
        platform = account.portal.platform
        found = [
            words.PlayerLink(
                platform=Platform(platform),
                platform_id=PlatformID(NUMBERS[platform]) if platform in NUMBERS else None,
                player_uuid=account.uuid,
                player_id=account.number,
            )
        ]
    return answer(words.PlayerLinks(links=found))


def sites(catalogue: Catalogue) -> list[words.SiteSettings]:
    """The regions with a number each: their ids, if all are numbers, else their position."""
    ids = [region.region_id for region in catalogue.regions]
    own = all(id.isdecimal() and not id.startswith("0") for id in ids)
    numbered = enumerate(catalogue.regions, start=1)
    every = [
        words.SiteSettings(
            site_id=int(region.region_id) if own else number,
            region_id=region.region_id,
            sort_order=region.sort_order,
            custom_only=region.custom_only,
            message_name=region.description,
        )
        for number, region in numbered
    ]
    return sorted(every, key=lambda site: site.sort_order)


def _tagged(call: Call, body: bytes) -> Response:
    headers = {"ETag": call.lobby.catalogue.etag, "Cache-Control": "private, no-cache"}
    if unchanged(call.request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


rows = [
    Row(
        "GET",
        "/config/v1/site",
        list_sites,
        ANYBODY,
        {200: list[words.SiteSettings], 304: None, **BROKEN},
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row(
        "GET",
        "/config/v1/app_settings/client",
        list_app_settings,
        ANYBODY,
        {200: list[words.AppSetting], 304: None, **BROKEN},
        headers_in=IfNoneMatch,
        headers=CONDITIONAL,
    ),
    Row("GET", "/config/v1/time/utc", tell_time, ANYBODY, {200: words.UtcTime, **BROKEN}),
    Row(
        "PATCH",
        "/presence/v1/player/me/presence",
        update_presence,
        HERE,
        gives(dict[str, str], 413),
        takes=words.PresenceUpdate,
    ),
    Row(
        "GET",
        "/users/v2/player/{player_uuid}/links",
        list_links,
        LINKS,
        gives(words.PlayerLinks, 404),
        path=PlayerPath,
    ),
]
