"""What we stand on: the page about it, the floors, and the locks say the same."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.tree import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
ROW = re.compile(r"^\| `([\w.-]+)` \|.*\| (\d[\d.]*)[^|]*\|$", re.MULTILINE)
PIN = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!-]+)", re.MULTILINE)

EXTRAS = PROJECT["project"]["optional-dependencies"]
RUNTIME = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]]
DEVELOPMENT = [*RUNTIME, *(line for extra in EXTRAS.values() for line in extra)]
LOCKS = {"requirements.lock": RUNTIME, "requirements-dev.lock": DEVELOPMENT}


def floors(lines: list[str]) -> dict[str, Version]:
    """Each requirement's lowest version; every one must have a floor, and only a floor."""
    found: dict[str, Version] = {}
    for requirement in map(Requirement, lines):
        (specifier,) = requirement.specifier
        assert specifier.operator == ">=", requirement
        found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def pins(lock: str) -> dict[str, Version]:
    return {name: Version(version) for name, version in PIN.findall((ROOT / lock).read_text())}


def test_the_page_names_every_dependency_and_its_floor_and_no_other() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    rows = {canonicalize_name(name): Version(floor) for name, floor in ROW.findall(page)}
    assert rows == floors(DEVELOPMENT)


def test_the_build_asks_for_what_the_locks_hold() -> None:
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


@pytest.mark.parametrize(
    ("name", "least", "because"),
    [
        ("starlette", "1.3.1", "CVE-2026-48710, CVE-2025-62727, limits of forms"),
        ("pyjwt", "2.13.0", "CVE-2026-32597, CVE-2026-48526"),
    ],
)
def test_no_version_with_a_known_hole_is_allowed(name: str, least: str, because: str) -> None:
    assert floors(RUNTIME)[name] >= Version(least), because
    for lock in LOCKS:
        assert pins(lock)[name] >= Version(least), because


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_dependency_at_or_above_its_floor(lock: str) -> None:
    pinned = pins(lock)
    low = {n: str(f) for n, f in floors(LOCKS[lock]).items() if pinned.get(n, Version("0")) < f}
    assert not low, f"run `make lock`: {low}"


def test_the_development_lock_holds_the_runtime_lock() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_hashes_and_neither_a_host_nor_a_path(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.findall(r"^.*(?:://|@ |^-|^/|^\.).*$", text, re.MULTILINE)
    unhashed = re.findall(r"^[a-z].*[^\\]$", text, re.MULTILINE)
    assert not unhashed, "each package is followed by its hashes"
    assert text.count("--hash=sha256:") > len(pins(lock))


def test_a_lock_made_here_serves_other_platforms() -> None:
    text = (ROOT / "requirements-dev.lock").read_text()
    assert "; sys_platform == 'win32'" in text
    assert "; sys_platform != 'win32'" in text
