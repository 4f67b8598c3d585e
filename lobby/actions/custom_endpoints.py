"""Custom endpoints: forwards requests to services of the operator's, with the caller's identity in
signed headers.
"""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.errors import Forbidden
from lobby.domain.permissions import Permit
from lobby.domain.upstream_errors import EndpointNotFound, UpstreamFailed


async def send(
    lobby: Lobby, permit: Permit, *, id: str, body: bytes, type: str, key: str | None = None
) -> bytes:
    """The body of the service's response: JSON, or empty. `key`: the caller's Idempotency-Key, by
    which the service knows what it has done before."""
    endpoint = lobby.catalogue.by_endpoint.get(id)
    if endpoint is None:
        raise EndpointNotFound
    if endpoint.permission is not None and not permit.actor.holds(endpoint.permission):
        raise Forbidden
    caller = permit.actor
    about = {"Endpoint": id, "Player": caller.uuid, "Player-Id": str(caller.number)}
    if caller.platform is not None:
        about["Platform"] = caller.platform
    if key is not None:
        about["Idempotency-Key"] = key
    answer = await lobby.http.post(
        endpoint.url, body, about=about, secret=endpoint.secret, type=type
    )
    if not answer.good:
        raise UpstreamFailed
    return answer.body
