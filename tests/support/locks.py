"""What we stand on: what pyproject.toml asks for, and what the locks hold."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.repository import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!-]+)(?: ; ([^\\\n]+))?", re.MULTILINE)

EXTRAS = PROJECT["project"]["optional-dependencies"]
RUNTIME = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
DEVELOPMENT = [*RUNTIME, *(line for extra in EXTRAS.values() for line in extra)]
GENERATORS = PROJECT["dependency-groups"]["generators"]
LOCKS = {
    "requirements.lock": RUNTIME,
    "requirements-dev.lock": DEVELOPMENT,
    "tests/generators/requirements.lock": GENERATORS,
}
NPM_FLOORS: dict[str, dict[str, str]] = {
    folder: json.loads((ROOT / folder / "package.json").read_text())["devDependencies"]
    for folder in ("tests/generators", "clients/js", "clients/page")
}
"""Of each folder with a lock of npm, its packages."""


def floors(lines: list[str]) -> dict[str, Version]:
    """Each requirement's lowest version; every one must have a floor, and only a floor."""
    found: dict[str, Version] = {}
    for requirement in map(Requirement, lines):
        (specifier,) = requirement.specifier
        assert specifier.operator == ">=", requirement
        found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def npm_floors(asked: dict[str, str]) -> dict[str, Version]:
    """The same of npm, whose names may have a scope."""
    assert all(floor.startswith(">=") for floor in asked.values()), asked
    return {canonicalize_name(name): Version(floor[2:]) for name, floor in asked.items()}


def locked(lock: str) -> list[Requirement]:
    """Every package of the lock, exactly, with where it is installed."""
    entries = PIN.findall((ROOT / lock).read_text())
    return [
        Requirement(f"{name}=={version}" + (f" ; {marker}" if marker else ""))
        for name, version, marker in entries
    ]


def pins(lock: str) -> dict[str, Version]:
    return {name: Version(version) for name, version, _ in PIN.findall((ROOT / lock).read_text())}
