"""One good request for each operation, and who may send it: put together from what stands in
`rows`, noun by noun. An operation without its line there is an error.
"""

from __future__ import annotations

from lobby.api.player_services import routes
from tests.api.player_services.rows import (
    Line,
    audit,
    backfill,
    browser,
    configuration,
    custom,
    entitlements,
    events,
    instances,
    login,
    matches,
    notifications,
    platform_sessions,
    players,
    portals,
    queues,
    ranks,
    sessions,
    settings,
    site,
)

ROWS = {row.name: row for row in routes.door[1]}
LINES: dict[str, Line] = {
    **login.LINES,
    **portals.LINES,
    **configuration.LINES,
    **browser.LINES,
    **sessions.LINES,
    **matches.LINES,
    **players.LINES,
    **events.LINES,
    **audit.LINES,
    **queues.LINES,
    **backfill.LINES,
    **instances.LINES,
    **platform_sessions.LINES,
    **entitlements.LINES,
    **notifications.LINES,
    **custom.LINES,
    **settings.LINES,
    **ranks.LINES,
    **site.LINES,
}
