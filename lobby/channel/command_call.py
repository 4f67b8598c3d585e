"""What the handler of a command gets beside the command, and what it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import SecretStr

from lobby.actions.sessions.passwords import Said
from lobby.channel.socket import Socket
from lobby.context import Lobby
from lobby.domain.permissions import Permit

Result = dict[str, Any]


class WithPassword(Protocol):
    """A command that may say the password of a session."""

    @property
    def password(self) -> SecretStr | None: ...


@dataclass
class CommandCall:
    """What a handler gets beside its command. `afterwards` runs once the reply is written."""

    lobby: Lobby
    permit: Permit
    socket: Socket
    afterwards: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    @property
    def me(self) -> str:
        return self.permit.actor.uuid

    def password(self, command: WithPassword, *, clears: bool = False) -> Said | None:
        """As the verbs take it. `clears`: null says that there is to be none."""
        if command.password is None:
            return Said(None, self.socket.address) if clears else None
        return Said(command.password.get_secret_value(), self.socket.address)
