"""How long tests wait for what ought to happen. Only a test that fails waits so long."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE = 30.0
"""Seconds: also where the machine is busy with something else."""

SOON = 5.0
"""What "at once" may take on such a machine; less than what would come later by itself."""


async def until(condition: Callable[[], object], story: Callable[[], object] = str) -> None:
    """Whoever waits in vain is told the story so far."""
    try:
        async with asyncio.timeout(PATIENCE):
            while not condition():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"it did not happen: {story()}") from None
