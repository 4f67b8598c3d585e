"""Calls to services of the operator's own, passed on with our word for whom they are."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.errors import Forbidden
from lobby.domain.outbound_errors import EndpointNotFound, UpstreamFailed
from lobby.domain.permissions import Permit


async def send(lobby: Lobby, permit: Permit, *, id: str, body: bytes, type: str) -> bytes:
    """The service's answer: JSON, or nothing."""
    endpoint = lobby.catalogue.by_endpoint.get(id)
    if endpoint is None:
        raise EndpointNotFound
    if endpoint.permission is not None and not permit.actor.holds(endpoint.permission):
        raise Forbidden
    caller = permit.actor
    about = {"Endpoint": id, "Player": caller.uuid, "Player-Id": str(caller.number)}
    if caller.platform is not None:
        about["Platform"] = caller.platform
    answer = await lobby.outbound.post(
        endpoint.url, body, about=about, secret=endpoint.secret, type=type
    )
    if not answer.good:
        raise UpstreamFailed
    return answer.body
