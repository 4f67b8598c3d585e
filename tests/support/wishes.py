"""Requests about a player in the format of player services, translated as its door does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lobby.actions.sessions import exclusions, members
from lobby.api.player_services import edits
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.session import Session
from protocol.player_services.players import (
    SelfSessionPlayerUpdateRequest,
    SessionPlayerUpdateRequest,
)

GAME: dict[str, Any] = {
    "client_version": "1.0.0",
    "client_settings": {"platform": "Anon", "input": "gamepad"},
}
NOWHERE = Client("1.0.0", None, "gamepad")


@dataclass(frozen=True, slots=True)
class Wish:
    """Fields of a request; None: left out."""

    status: str | None = None
    team: int = 0
    custom_data: dict[str, str] | None = None
    client: Client | None = None

    def body(self, **game: Any) -> str:
        said = {"team_id": self.team, "status": self.status, "custom_data": self.custom_data}
        return json.dumps(game | {k: value for k, value in said.items() if value is not None})


async def enter(
    lobby: Lobby,
    permit: Permit,
    *,
    id: int,
    player: str,
    wish: Wish,
    way: Way = Way.JOIN,
    friend: str | None = None,
) -> Session:
    """Join or, as a member, edit one's own entry. `friend`: who vouches."""
    body = SelfSessionPlayerUpdateRequest.model_validate_json(wish.body(**GAME))
    edit = edits.own_edit(body, wish.client or NOWHERE)
    return await members.join(
        lobby, permit, id=id, player=player, edit=edit, way=way, friend=friend, rejoin=True
    )


async def place(lobby: Lobby, permit: Permit, *, id: int, player: str, wish: Wish) -> Session:
    body = SessionPlayerUpdateRequest.model_validate_json(wish.body())
    if player == permit.actor.uuid:
        edits.require_own(body)
    verb = edits.PLACINGS[edits.asked_status(body)]
    return await verb(lobby, permit, id=id, player=player, edit=edits.edit_of(body))


async def dismiss(lobby: Lobby, permit: Permit, *, id: int, player: str) -> Session:
    """Remove the player, or leave if it is the caller."""
    if player == permit.actor.uuid:
        return await members.leave(lobby, permit, id=id)
    return await exclusions.kick(lobby, permit, id=id, player=player)
