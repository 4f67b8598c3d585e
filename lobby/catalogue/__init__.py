"""What this game offers, as its designer wrote it in one TOML file: read and checked at start.

Knows the file's words and what they may say; no contract's wire form, and nobody's session.
"""

from __future__ import annotations

from lobby.catalogue.reading import WrongCatalogue, chosen, read, summary
from lobby.catalogue.whole import Catalogue

__all__ = ["Catalogue", "WrongCatalogue", "chosen", "read", "summary"]
