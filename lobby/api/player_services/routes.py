"""The player services document as a table: what its nouns have, in the document's order."""

from __future__ import annotations

from lobby.api.dialect import Door
from lobby.api.player_services import (
    browser,
    configuration,
    custom,
    entitlements,
    events,
    instances,
    login,
    matches,
    matchmaking,
    notifications,
    platform_sessions,
    players,
    portals,
    queues,
    ranks,
    registration,
    sessions,
    settings,
    site,
)
from lobby.api.player_services.dialect import player_services

rows = [
    *settings.rows,
    *login.rows,
    *portals.rows,
    *configuration.rows,
    *browser.rows,
    *sessions.rows,
    *matches.rows,
    *players.rows,
    *events.rows,
    *queues.rows,
    *instances.rows,
    *platform_sessions.rows,
    *matchmaking.rows,
    *entitlements.rows,
    *notifications.rows,
    *ranks.rows,
    *custom.rows,
    *registration.rows,
    *site.rows,
]

door: Door = (player_services, rows)
