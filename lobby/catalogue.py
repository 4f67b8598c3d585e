"""What this game offers: the templates of sessions."""

from __future__ import annotations

from lobby.config import Settings
from lobby.domain.sessions import Template

HOSTED = "hosted"


def hosted(settings: Settings) -> Template:
    """What a host launches."""
    return Template(HOSTED, settings.hosted_teams, settings.hosted_seats_per_team)
