"""Endpoint that forwards calls to the game's own services."""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import Response

from lobby.actions import custom_endpoints
from lobby.api.dialect import Call, Row
from lobby.api.idempotency_key import HEADER
from lobby.api.player_services.responses import gives
from lobby.domain.errors import Malformed
from lobby.domain.permissions import needs
from lobby.idempotency import Effect
from protocol.codec import problem
from protocol.player_services.custom import ContentType, EndpointPath

ANYBODY = needs(own="look")
"""Any caller who is logged in; a service's own permissions stand in the catalogue."""
TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(;[\x20-\x7e]*)?", re.ASCII)
LONGEST_TYPE = 256
"""Characters of the content type of a custom endpoint's call."""
NOTHING = b"null"


async def send_custom(call: Call, path: EndpointPath) -> Response:
    """Call a service of the game's own; its response is passed back."""
    body = await custom_endpoints.send(
        call.lobby,
        call.permit,
        id=path.endpoint_id,
        body=await call.request.body(),
        type=content_type(call),
        key=call.request.headers.get(HEADER),
    )
    return Response(body or NOTHING, media_type="application/json")


async def send_again(call: Call, effect: Effect, path: EndpointPath) -> Response:
    """The service is called again, and told the key by which it knows the call."""
    return await send_custom(call, path)


def content_type(call: Call) -> str:
    """The body's media type, to be forwarded with it; raises Malformed."""
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
        any_body=True,
        again=send_again,
    ),
]
