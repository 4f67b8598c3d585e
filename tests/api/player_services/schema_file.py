"""The schema file of the player services, where it lies beside the tree."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.repository import ROOT

FILE = ROOT.parent / "shared" / "contracts" / "player-services-2023-10-25.openapi.json"
CONTRACT: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {}
"""Empty where there is none."""

needed = pytest.mark.skipif(not CONTRACT, reason="the schema file is not part of the repository")


def components(part: Any, found: set[str] | None = None) -> set[str]:
    """The names of all components that this part of the file refers to, however far away."""
    found = set() if found is None else found
    for reference in _references(part):
        name = reference.rpartition("/")[2]
        if name not in found:
            found.add(name)
            components(CONTRACT["components"]["schemas"][name], found)
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from _references(inner)
