"""Calls that are passed on to the game's own services."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from lobby.actions import custom
from lobby.api.dialect import Call, Row
from lobby.api.player_services.answers import gives
from lobby.domain.errors import Malformed
from lobby.domain.permissions import needs
from protocol.codec import problem
from protocol.player_services.custom import ContentType, EndpointPath

ANYBODY = needs(own="look")
"""Whoever has come in: what else a service asks of its callers stands in the catalogue."""
TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(;[\x20-\x7e]*)?", re.ASCII)
LONGEST_TYPE = 256
NOTHING = b"null"


async def send_custom(call: Call, path: EndpointPath) -> Response:
    """Call a service of the game's own, and get its answer."""
    body = await custom.send(
        call.lobby,
        call.permit,
        id=path.endpoint_id,
        body=await call.request.body(),
        type=content_type(call),
    )
    return Response(body or NOTHING, media_type="application/json")


def content_type(call: Call) -> str:
    """As the body was sent, since so it goes on."""
    said = call.request.headers.get("content-type", "application/json")
    if len(said) > LONGEST_TYPE or not TYPE.fullmatch(said):
        where = ("header", "content-type")
        raise Malformed([problem("malformed", "must be a media type", *where)])
    return said


rows = [
    Row(
        "POST",
        "/custom/v1/custom/{endpoint_id}",
        send_custom,
        ANYBODY,
        gives(Any, 404, 413),
        path=EndpointPath,
        headers_in=ContentType,
        passes_on=True,
    ),
]
