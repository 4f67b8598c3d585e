"""Lazy import of the server: it loads the whole program, which no command but `serve` needs."""

from __future__ import annotations

import gc
from types import ModuleType


def load_server() -> ModuleType:
    """Import `lobby.process.server`, and with it everything. Without garbage collection meanwhile:
    nearly all objects stay, and scanning them takes a fifth of the time."""
    gc.disable()
    try:
        from lobby.process import server
    finally:
        gc.enable()
    return server
