"""Loads the whole program, for whoever is about to serve; no other command needs it."""

from __future__ import annotations

import gc
from types import ModuleType


def program() -> ModuleType:
    """`lobby.serving`, and with it everything. Nobody looks for garbage meanwhile: nearly all of it
    stays, and looking takes a fifth of the time."""
    gc.disable()
    try:
        from lobby import serving
    finally:
        gc.enable()
    return serving
