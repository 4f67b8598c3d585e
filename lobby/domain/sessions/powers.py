"""Powers: what can be done in a session."""

from __future__ import annotations

from enum import StrEnum


class Power(StrEnum):
    """The first three can be given to members."""

    INVITE = "invite"
    KICK = "kick"
    MOVE = "move"
    UPDATE = "update"  # name, location, region, attributes, custom data; custom data of members
    ENTRY = "entry"  # who may come in
    LIST = "list"  # in the session browser
    CLOSE = "close"
    PROMOTE = "promote"
    QUEUE = "queue"
    TEAMS = "teams"  # lock them, change their sizes and custom data
    PLAY = "play"  # request the instance; begin, change and end the match


GIVEN = (Power.INVITE, Power.KICK, Power.MOVE)
"""Powers that can be given to members."""
EVERYTHING = tuple(Power)
IN_NAME = (Power.UPDATE,)
"""What the leader of a session that was made for a match may do, unless the catalogue says more."""
