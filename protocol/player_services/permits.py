"""Permits of members: what somebody in a session may do to others."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from protocol.described import described
from protocol.player_services.types import EMPTY_LIST, Message, Uuid


class IntraSessionPermission(StrEnum):
    """What a member may be given to do to others."""

    INVITE = "invite"
    KICK = "kick"
    MOVE = "move"


class SessionPermissions(Message):
    """What a member was given to do to others."""

    player_uuid: Annotated[
        Uuid, described("UUID of the player, in any case, with hyphens or without.")
    ]
    permissions: Annotated[
        list[IntraSessionPermission], described("What the player may do to others.", ["kick"])
    ] = EMPTY_LIST
