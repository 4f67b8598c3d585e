"""What every part has in common that may be away."""

from __future__ import annotations

from typing import Protocol


class Dependency(Protocol):
    """A part that can be unreachable, and be probed for it."""

    async def probe(self) -> None:
        """Return when it answers; raise Unreachable when it does not."""
        ...

    async def close(self) -> None: ...
