"""What is asked for a player, as verbs take it: the words of statuses and teams end here.

A status that is not said stays as it is, and team 0 is what clients say when they mean none.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import SecretStr

from lobby.actions.sessions import invitations, members
from lobby.actions.sessions.passwords import Said
from lobby.api.dialect import Call
from lobby.context import Lobby
from lobby.domain.errors import Unacceptable
from lobby.domain.permissions import Permit
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.session import Session
from protocol.player_services import players as words

Request = words.SessionPlayerUpdateRequest | words.SelfSessionPlayerUpdateRequest
Status = words.SessionPlayerStatus
HELD = (Status.INVITED, Status.RESERVED)
"""What is done to a seat for somebody else."""


def own_edit(body: words.SelfSessionPlayerUpdateRequest, client: Client) -> MemberEdit:
    """What players say of themselves. Team 0 is what clients say when they mean none."""
    require_own(body)
    return _edit(body, team=body.team_id or None, client=client)


def require_own(body: Request) -> None:
    if asked_status(body) in HELD:
        raise Unacceptable("nobody invites themselves; say member, or nothing")


def edit_of(body: words.SessionPlayerUpdateRequest) -> MemberEdit:
    """What is said of a player. Team 0 means none unless nothing else is said."""
    alone = not body.model_fields_set & {"status", "custom_data"}
    return _edit(body, team=body.team_id if alone else body.team_id or None)


def _edit(body: Request, *, team: int | None, client: Client | None = None) -> MemberEdit:
    """A status or custom data that was not said is none, whatever their defaults say."""
    return MemberEdit(
        team=team,
        custom_data=body.custom_data if "custom_data" in body.model_fields_set else None,
        client=client,
        lead=asked_status(body) is Status.LEADER,
    )


def asked_status(body: Request) -> Status | None:
    return body.status if "status" in body.model_fields_set else None


def said_password(call: Call, said: SecretStr | None, *, clears: bool = False) -> Said | None:
    """`clears`: null says that there is to be none."""
    if said is None:
        return Said(None, call.address) if clears else None
    return Said(said.get_secret_value(), call.address)


async def _invite(lobby: Lobby, permit: Permit, **said: Any) -> Session:
    """For as long as the game says."""
    seconds = lobby.catalogue.server.invite_ttl_s
    return await invitations.invite(lobby, permit, seconds=seconds, **said)


PLACINGS: dict[Status | None, Callable[..., Awaitable[Session]]] = {
    None: members.edit,
    Status.MEMBER: members.add,
    Status.LEADER: members.promote,
    Status.INVITED: _invite,
    Status.RESERVED: invitations.set_aside,
}
"""What a status asks for."""
