"""What clients of this document ask for besides it: where and when they are, and whether they are
still here. Where no description says what they expect, the shapes are ours.
"""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import JSONResponse, Response

from lobby.actions import links, signs
from lobby.api.dialect import Call, IfNoneMatch, Row, unchanged
from lobby.api.player_services.answers import BROKEN, DENIED, TAGGED, answer, gives
from lobby.api.player_services.configuration import CONFIG
from lobby.catalogue import Catalogue
from lobby.domain.permissions import needs
from lobby.domain.platforms import NUMBERS
from protocol.codec import encode
from protocol.player_services import configuration as words
from protocol.player_services.platforms import Platform, PlatformID
from protocol.player_services.players import PlayerPath

ANYBODY = needs()
HERE = needs(own="guest")
LINKS = needs("session:read-player:any", "session:*", own="session:read-player:self")
BACKFILL = words.BackfillConfig(cadence_seconds=60)
SHOWN = {
    words.OnlineStatus.ONLINE: "online",
    words.OnlineStatus.AWAY: "away",
    words.OnlineStatus.INVISIBLE: "invisible",
    words.OnlineStatus.OFFLINE: "invisible",
}
"""Nobody is offline who says so."""


async def list_sites(call: Call) -> Response:
    """The regions, in the order to show them in, with a number for each."""
    return _tagged(call, encode(sites(call.lobby.catalogue)))


async def list_app_settings(call: Call) -> Response:
    """Settings of the game itself, of which there are none here."""
    return _tagged(call, b"[]")


async def tell_time(call: Call) -> Response:
    """What time it is here, in UTC."""
    now = datetime.fromtimestamp(call.lobby.clock(), UTC)
    return JSONResponse(now.isoformat(timespec="milliseconds").replace("+00:00", "Z"))


async def update_presence(call: Call, body: words.PresenceUpdate) -> Response:
    """Say that you are still here, and how you wish to be seen."""
    status = SHOWN[body.status] if body.status else None
    await signs.still_here(call.lobby, call.permit, status=status)
    return JSONResponse({})


async def list_links(call: Call, path: PlayerPath) -> Response:
    """The platforms that a player comes from."""
    account = await links.of_player(call.lobby, call.permit, player=path.player_uuid)
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


async def backfill_config(call: Call) -> Response:
    """How often a session that wants more players should say so again."""
    return answer(BACKFILL)


def sites(catalogue: Catalogue) -> list[words.SiteSettings]:
    """A region that is called by a number has that one, if all are; else they are counted."""
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
    if unchanged(call, headers["ETag"]):
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
        headers=TAGGED,
    ),
    Row(
        "GET",
        "/config/v1/app_settings/client",
        list_app_settings,
        ANYBODY,
        {200: list[words.AppSetting], 304: None, **BROKEN},
        headers_in=IfNoneMatch,
        headers=TAGGED,
    ),
    Row("GET", "/config/v1/time/utc", tell_time, ANYBODY, {200: str, **BROKEN}),
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
    Row(
        "GET",
        "/session/v1/backfill/config",
        backfill_config,
        CONFIG,
        {200: words.BackfillConfig, **DENIED},
    ),
]
