"""The URL of a new empty store, by the kind of store."""

from __future__ import annotations

from pathlib import Path

import pytest


def new_store_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """For the kind that the fixture's parameter names."""
    match request.param:
        case "postgres":
            return str(request.getfixturevalue("postgres_url"))
        case "sqlite-file":
            return f"sqlite:{folder / 'db'}"
    return "sqlite::memory:"
