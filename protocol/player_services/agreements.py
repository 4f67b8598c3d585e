"""The agreements that a login accepts: what the bodies of every way to log in have in common."""

from __future__ import annotations

from typing import Annotated

from protocol.described import described
from protocol.player_services.types import Message


class Agreeing(Message):
    """A login may accept agreements."""

    accept_eula: Annotated[
        bool, described("The player accepts the end user license agreement that the game asks for.")
    ] = False
    accept_tos: Annotated[
        bool, described("The player accepts the terms of service that the game asks for.")
    ] = False
    accept_privacy_policy: Annotated[
        bool, described("The player accepts the privacy policy that the game asks for.")
    ] = False
