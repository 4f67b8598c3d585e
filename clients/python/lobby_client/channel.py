"""What commands and topics by their types stand on."""

from __future__ import annotations

from typing import Any

from lobby_client.documents import Live
from lobby_client.journals import Journal
from lobby_client.states import Retry


class Channel:
    """By their names; `Commands` has them with types, `Lobby` does them."""

    def watch(self, topic: str, /, **question: Any) -> Live[Any]:
        """A document by its topic's name; those with types have methods of their own."""
        raise NotImplementedError

    def journal(self, topic: str, /, *, after: int | None = None) -> Journal[Any]:
        """`after`: the last cursor that you have, 0 for everything that is kept; None: what comes
        from now on."""
        raise NotImplementedError

    def _asked(self, topic: str, **question: Any) -> Live[Any]:
        said = {field: value for field, value in question.items() if value is not None}
        return self.watch(topic, **said)

    async def _command(
        self, type: str, fields: dict[str, Any], timeout: float | None, id: str | None, retry: Retry
    ) -> Any:
        raise NotImplementedError
