"""Where a session is played: instances, their health, and the game servers that wait for work."""

from __future__ import annotations

from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows import Good, Line
from tests.api.player_services.rows.made import led
from tests.support.player_services import Caller, Callers, numbers

PATH = "/session/v1/session/{session_id}/instance"
ALLOCATED = "/session/v1/session/allocation/{allocation_id}"
WAITING = "/instances/sic_registration"
LEADING = "renew 200 200 403 200 403 renew renew renew renew renew"
SERVING = "renew 403 403 403 200 403 renew renew renew renew renew"
"""In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
forged, revoked, deleted."""


def asking(callers: Callers, caller: Caller) -> Good:
    said = {
        "host_type": "player",
        "instance_startup_params": {"map": "/Game/Canyon", "mode": "duel", "misc_params": ""},
        "custom_data": {"map": "canyon"},
        "host_player_uuid": caller.subject.uuid,
    }
    return Good({"session_id": led(callers, caller).id}, json=said)


def ending(callers: Callers, caller: Caller) -> Good:
    return Good({"session_id": hosted(callers, caller).id})


def reporting(callers: Callers, caller: Caller) -> Good:
    session = hosted(callers, caller)
    assert session.instance is not None
    said = {
        "allocation_id": session.instance.allocation,
        "join_status": "joinable",
        "join_params": {"public_conn_str": "203.0.113.7:7777", "private_conn_str": ""},
        "version": "1.4.0+7",
        "custom_data": {"map": "canyon"},
    }
    return Good({"session_id": session.id}, json=said)


def well(callers: Callers, caller: Caller) -> Good:
    session = hosted(callers, caller)
    assert session.instance is not None
    said = {"instance_id": session.instance.id, "instance_health": "healthy"}
    return Good({"session_id": session.id}, json=said)


def broken(callers: Callers, caller: Caller) -> Good:
    session = hosted(callers, caller)
    assert session.instance is not None
    said = {
        "instance_id": session.instance.id,
        "error": "no floor",
        "region": "eu",
        "matchmaking_profile_id": "duel",
        "instance_source_provider": "player",
    }
    return Good({"session_id": session.id}, json=said)


def given(callers: Callers, caller: Caller) -> Good:
    session = hosted(callers, caller)
    assert session.instance is not None
    return Good({"allocation_id": session.instance.allocation})


def offering(callers: Callers, caller: Caller) -> Good:
    host = {
        "id": f"host-{next(numbers)}",
        "group_tags": ["nowhere"],
        "public_host": "203.0.113.7",
        "public_port": 7777,
    }
    return Good(json={"items": [host]})


def waiting(callers: Callers, caller: Caller) -> Good:
    return Good(json={"items": [{"id": "nobody"}]})


def hosted(callers: Callers, caller: Caller) -> Session:
    """By the subject, who leads it."""
    instance = Instance(
        id=f"instance-{next(numbers)}",
        host_type=HostType.PLAYER,
        status=JoinStatus.PENDING,
        created=1.0,
        host=caller.subject.uuid,
        allocation=f"allocation-{next(numbers)}",
    )
    return led(callers, caller, instance=instance)


LINES = {
    f"GET {ALLOCATED}": Line(given, SERVING),
    f"POST {PATH}": Line(asking, LEADING),
    f"DELETE {PATH}": Line(ending, LEADING.replace("200", "204")),
    f"PATCH {PATH}": Line(reporting, LEADING),
    f"POST {PATH}/health": Line(well, LEADING),
    f"POST {PATH}/fubar": Line(broken, LEADING),
    f"POST {WAITING}/v3/register": Line(offering, SERVING),
    f"POST {WAITING}/v1/state": Line(waiting, SERVING),
}
