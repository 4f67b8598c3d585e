"""Backfill: the host of a running match asks for players."""

from __future__ import annotations

from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.matches import BackfillMode, Match
from lobby.domain.sessions.player_need import PlayerNeed
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows import READERS, Good, Line, plain
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers, numbers

PATH = "/session/v1/backfill/session/{session_id}"
HOSTING = "renew {0} {0} 403 {0} 403 renew renew renew renew renew"
"""In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
forged, revoked, deleted."""


def running(callers: Callers, caller: Caller) -> Session:
    """A match that the subject hosts, and that may ask for players."""
    instance = Instance(
        f"instance-{next(numbers)}",
        HostType.PLAYER,
        JoinStatus.JOINABLE,
        created=1.0,
        host=caller.subject.uuid,
    )
    match = Match("m", 1.0, profile="crowd", backfill=BackfillMode.SERVER, need=PlayerNeed())
    return led(callers, caller, instance=instance, match=match)


def needing(callers: Callers, caller: Caller) -> Good:
    session = running(callers, caller)
    said = {
        "instance_id": session.instance and session.instance.id,
        "teams": [{"team_id": 1, "players_required": 2}],
        "additional_join_params": {"tags": ["late"]},
    }
    return Good({"session_id": session.id}, json=said)


def still_there(callers: Callers, caller: Caller) -> Good:
    session = running(callers, caller)
    said = {
        "instance_id": session.instance and session.instance.id,
        "extensions": {"round": "3"},
        "overflow_action": "none",
        "styles": ["composition"],
    }
    return Good({"session_id": session.id}, json=said)


def ending(callers: Callers, caller: Caller) -> Good:
    session = running(callers, caller)
    said = {"instance_id": session.instance and session.instance.id}
    return Good({"session_id": session.id}, json=said)


LINES = {
    "GET /session/v1/backfill/config": Line(plain, READERS),
    f"PATCH {PATH}": Line(needing, HOSTING.format(204)),
    f"POST {PATH}": Line(still_there, HOSTING.format(200)),
    f"DELETE {PATH}": Line(ending, HOSTING.format(204)),
}
