"""The interface through which a connection reports what happens on one WebSocket."""

from __future__ import annotations

from typing import Protocol


class Peer(Protocol):
    """The owner of a connection. Every method is called on the loop and must return at once."""

    def message(self, text: bytes) -> None:
        """One whole text message, valid UTF-8."""
        ...

    def fell_behind(self) -> None:
        """The client reads too slowly (backpressure): write no more news. May be called from within
        `write`."""
        ...

    def caught_up(self) -> None:
        """What was unsent is sent: news may be written again."""
        ...

    def lost(self, code: int | None) -> None:
        """The connection has ended. Called exactly once, and nothing else after it.

        `code` is that of the client's close frame (1005: it had none); None: it sent no frame.
        """
        ...


class Stranger:
    """Who is sent away at the door: nothing that they say is heard."""

    def message(self, text: bytes) -> None: ...

    def fell_behind(self) -> None: ...

    def caught_up(self) -> None: ...

    def lost(self, code: int | None) -> None: ...
