"""What a request says of the game it comes from."""

from __future__ import annotations

from typing import Protocol

from lobby.api.dialect import Call
from lobby.domain.platforms import Client, Crossplay, platform_numbered
from protocol.player_services.platforms import ClientSettings, CrossplayPreferences


class Described(Protocol):
    """A body that says it."""

    @property
    def client_version(self) -> str: ...
    @property
    def client_settings(self) -> ClientSettings: ...
    @property
    def crossplay_preferences(self) -> CrossplayPreferences | None: ...


def client_of(call: Call, body: Described) -> Client:
    """The platform of the token counts, whatever the body says; a name counts before a number."""
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
