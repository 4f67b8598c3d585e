"""The player services document as a table: what its nouns have, in the document's order."""

from __future__ import annotations

from lobby.api.dialect import Door
from lobby.api.player_services import (
    browser,
    configuration,
    events,
    instances,
    login,
    matches,
    notifications,
    platform_sessions,
    players,
    registration,
    sessions,
)
from lobby.api.player_services.dialect import player_services

rows = [
    *login.rows,
    *configuration.rows,
    *browser.rows,
    *sessions.rows,
    *matches.rows,
    *players.rows,
    *events.rows,
    *instances.rows,
    *platform_sessions.rows,
    *notifications.rows,
    *registration.rows,
]

door: Door = (player_services, rows)
