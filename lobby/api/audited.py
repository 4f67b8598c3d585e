"""What the audit log says of an HTTP request: who, through which door, about whom."""

from __future__ import annotations

import re

from starlette.requests import Request

from lobby.caller import Caller, current
from lobby.context import Lobby
from lobby.domain.permissions import Actor, Permit

ADMINISTRATION = "administration"
"""What the audit log calls a change by an administrator which no verb has recorded."""
TARGETS = ("host", "player_uuid", "player_id", "slot", "instance_id", "allocation_id")
"""Parts of a path that name whom or what a request is about."""
ID = re.compile(r"[0-9]{1,20}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def caller(request: Request, door: str, operation: str) -> Caller:
    """Who is recorded for what this request does or is refused."""
    caller = current()
    caller.door, caller.operation = door, operation
    parts = request.path_params.items()
    ids = {name: text.lower() for name, text in parts if ID.fullmatch(text)}
    caller.session, caller.ticket = ids.get("session_id", ""), ids.get("ticket_id", "")
    caller.target = next((ids[name] for name in TARGETS if name in ids), "")
    return caller


def identified(caller: Caller, actor: Actor, request: Request) -> None:
    """A name in the path is kept where somebody answers for it: strangers write what they like."""
    caller.actor = actor.uuid
    if actor.uuid and not caller.target:
        caller.target = request.path_params.get("user", "")


def changed(lobby: Lobby, permit: Permit) -> None:
    """An administrator changed something, by their right over others."""
    if permit.actor.admin and permit.outright and not current().acted:
        lobby.audit.act(ADMINISTRATION)
