"""Rows of the player services document, in its order."""

from __future__ import annotations

from dataclasses import replace

from lobby.api.dialect import Door
from lobby.api.player_services import (
    audit,
    backfill,
    browser,
    codes,
    codes_of_sessions,
    configuration,
    custom,
    entitlements,
    events,
    instances,
    login,
    matches,
    matchmaking,
    members,
    notifications,
    permits,
    platform_sessions,
    player_sessions,
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
from lobby.api.player_services.operation_ids import OPERATION_IDS

every = [
    *settings.rows,
    *login.rows,
    *portals.rows,
    *configuration.rows,
    *browser.rows,
    *sessions.rows,
    *codes_of_sessions.rows,
    *matches.rows,
    *players.rows,
    *player_sessions.rows,
    *members.rows,
    *permits.rows,
    *events.rows,
    *audit.rows,
    *queues.rows,
    *backfill.rows,
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

rows = [replace(codes.explained(row), operation_id=OPERATION_IDS[row.name]) for row in every]
dialect = replace(player_services, resolve=codes_of_sessions.resolved)
door: Door = (dialect, rows)
