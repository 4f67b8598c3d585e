"""Every dialect of the HTTP API, with its operations."""

from __future__ import annotations

from lobby.api import health, presence
from lobby.api.dialect import Door
from lobby.api.hosts import routes as hosts
from lobby.api.player_services import routes as player_services
from lobby.api.server_status import routes as server_status
from lobby.api.users import routes as users
from lobby.config import Settings


def doors_of(settings: Settings) -> list[Door]:
    return [
        hosts.door,
        users.door,
        presence.door,
        server_status.door(settings.api_prefix),
        player_services.door,
        health.door,
    ]
