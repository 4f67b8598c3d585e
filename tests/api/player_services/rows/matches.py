"""The match of a session."""

from __future__ import annotations

from lobby.domain.sessions.matches import Match
from tests.api.player_services.rows import Good, Line
from tests.api.player_services.rows.made import led, playing
from tests.support.player_services import Caller, Callers

PATH = "/session/v1/session/{session_id}/match"
LEADING = "renew 200 200 403 200 403 renew renew renew renew renew"
"""In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
forged, revoked, deleted."""


def starting(callers: Callers, caller: Caller) -> Good:
    path = {"session_id": led(callers, caller, instance=playing()).id}
    return Good(path, json={"match_id": "final", "custom_data": {"map": "canyon"}})


def started(callers: Callers, caller: Caller) -> Good:
    match = Match("final", created=1.0)
    return Good({"session_id": led(callers, caller, instance=playing(), match=match).id})


def updating(callers: Callers, caller: Caller) -> Good:
    said = {"match_id": "", "custom_data": {"map": "harbour"}}
    return Good(started(callers, caller).path, json=said)


LINES = {
    f"POST {PATH}": Line(starting, LEADING),
    f"DELETE {PATH}": Line(started, LEADING),
    f"PATCH {PATH}": Line(updating, LEADING),
}
