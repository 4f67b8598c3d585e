"""Catalogue: the game's configuration in one TOML file, loaded and validated at start.

Knows the file's schema; no API's wire format and no session.
"""

from __future__ import annotations

from lobby.catalogue.catalogue import Catalogue
from lobby.catalogue.loader import (
    InvalidCatalogue,
    load,
    read,
    summary,
)

__all__ = ["Catalogue", "InvalidCatalogue", "load", "read", "summary"]
