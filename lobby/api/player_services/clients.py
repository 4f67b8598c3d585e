"""The game client of a request: version, platform, input, crossplay preferences."""

from __future__ import annotations

from typing import Protocol

from lobby.api.dialect import Call
from lobby.domain.sessions.clients import Client, Crossplay, platform_numbered
from protocol.player_services.platforms import ClientSettings, CrossplayPreferences
from protocol.player_services.sessions import SessionAskQuery


class Described(Protocol):
    """A request body with these fields."""

    @property
    def client_version(self) -> str: ...
    @property
    def client_settings(self) -> ClientSettings: ...
    @property
    def crossplay_preferences(self) -> CrossplayPreferences | None: ...


def asked_with(call: Call, query: SessionAskQuery) -> Client | None:
    """The client of somebody who asks before they join; None where they do not say enough."""
    if query.client_version is None or query.input is None:
        return None
    own = query.platform.value if query.platform else None
    return Client(
        version=query.client_version,
        platform=call.permit.actor.platform or own,
        input=query.input.value,
        crossplay=Crossplay(query.permitted_platform.value, query.permitted_input.value),
    )


def client_of(call: Call, body: Described) -> Client:
    """The client of a request. The token's platform has precedence over the body's; in the body
    its name over its number."""
    said, wishes = body.client_settings, body.crossplay_preferences
    own = said.platform.value if said.platform else platform_numbered(said.platform_id)
    return Client(
        version=body.client_version,
        platform=call.permit.actor.platform or own,
        input=said.input.value,
        crossplay=Crossplay(wishes.permitted_platform.value, wishes.permitted_input.value)
        if wishes
        else None,
    )
