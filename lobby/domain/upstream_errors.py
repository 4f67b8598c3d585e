"""Refusals of calls to services outside (custom endpoints, providers)."""

from __future__ import annotations

from lobby.domain.errors import Forbidden, NotFound


class EndpointNotFound(NotFound):
    """This game has no such endpoint."""

    code = "endpoint_not_found"


class UpstreamFailed(Forbidden):
    """The service behind this did not answer as it should; the operator's log says how."""

    code = "upstream_error"
