"""Lists that may be asked questions: the windows of each, and what feeds them."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from lobby.hub.windows import Windows


class Feed(Protocol):
    """Keeps the rows of a list up to date."""

    async def require(self) -> None:
        """Return once all rows are there. Raises Unreachable."""
        ...

    def close(self) -> None: ...


class AskedList(NamedTuple):
    """A list that may be asked questions."""

    windows: Windows
    feed: Feed
