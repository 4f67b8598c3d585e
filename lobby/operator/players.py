"""Operator commands about somebody who plays: show, restrict, lift, and the role of a player.

Any kind of account can be shown and restricted, by whatever the operator knows of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from lobby.actions.accounts import moderation, whereabouts
from lobby.context import Lobby
from lobby.domain.accounts import Account, Restriction
from lobby.domain.errors import AccountNotFound
from lobby.domain.permissions import SYSTEM, Kind
from lobby.operator.arguments import Anybody, Player, Type
from lobby.operator.naming import find
from protocol.codec import StrictModel, without_nul

Result = dict[str, Any]
Text = Annotated[str, StringConstraints(min_length=1, max_length=256), AfterValidator(without_nul)]


class ShowPlayer(StrictModel):
    command: Literal["player show"]
    player: Anybody


class Restrict(StrictModel):
    """`seconds` from now; without them, permanently."""

    command: Literal["player restrict"]
    player: Anybody
    type: Type
    reason: Text | None = None
    seconds: Annotated[float, Field(gt=0, le=10**10)] | None = None


class Lift(StrictModel):
    """Lift the restrictions of this type; without one, all."""

    command: Literal["player lift"]
    player: Anybody
    type: Type | None = None


class SetRole(StrictModel):
    command: Literal["player role"]
    player: Player
    role: Annotated[str, StringConstraints(min_length=1, max_length=64)]


PlayerCommand = ShowPlayer | Restrict | Lift | SetRole


async def show(lobby: Lobby, command: ShowPlayer) -> Result:
    return await _view(lobby, await find(lobby, command.player))


async def restrict(lobby: Lobby, command: Restrict) -> Result:
    account = await find(lobby, command.player)
    until = None if command.seconds is None else round(lobby.clock() + command.seconds, 3)
    one = Restriction(command.type, command.reason, until)
    return await _view(
        lobby, await moderation.restrict(lobby, SYSTEM, account=account.uuid, restriction=one)
    )


async def lift(lobby: Lobby, command: Lift) -> Result:
    account = await find(lobby, command.player)
    return await _view(
        lobby, await moderation.lift(lobby, SYSTEM, account=account.uuid, type=command.type)
    )


async def set_role(lobby: Lobby, command: SetRole) -> Result:
    player = await find(lobby, command.player)
    if player.kind is not Kind.PLAYER and player.role is None:  # nor a user who logs in as one
        raise AccountNotFound
    return await _view(
        lobby, await moderation.set_role(lobby, SYSTEM, account=player.uuid, role=command.role)
    )


HANDLERS: Mapping[type[Any], Callable[[Lobby, Any], Awaitable[Result]]] = {
    ShowPlayer: show,
    Restrict: restrict,
    Lift: lift,
    SetRole: set_role,
}


async def _view(lobby: Lobby, account: Account) -> Result:
    """Times in Unix seconds; a restriction without `until` is permanent."""
    return {
        "uuid": account.uuid,
        "number": account.number,
        "kind": str(account.kind),
        "login": account.login,
        "name": account.shown_name,
        "platform": account.portal.platform if account.portal else None,
        "role": account.role,
        "registered": account.registered,
        "restrictions": [vars(one) for one in account.restrictions],
        **await whereabouts.of(lobby, account.uuid),
    }
