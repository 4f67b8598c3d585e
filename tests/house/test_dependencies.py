"""What we stand on: the page about it, the floors, and the locks say the same."""

from __future__ import annotations

import json
import re

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.locks import (
    DEVELOPMENT,
    GENERATORS,
    LOCKS,
    NPM_FLOORS,
    PROJECT,
    floors,
    npm_floors,
    pins,
)
from tests.support.repository import ROOT

ROW = re.compile(r"^\| `([@\w./-]+)` \|.*\| (\d[\d.]*)[^|]*\|$", re.MULTILINE)


def test_the_page_names_every_dependency_and_its_floor_and_no_other() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text()
    rows = {canonicalize_name(name): Version(floor) for name, floor in ROW.findall(page)}
    npm = {name: floor for asked in NPM_FLOORS.values() for name, floor in asked.items()}
    assert rows == floors([*DEVELOPMENT, *GENERATORS]) | npm_floors(npm)


def test_the_build_asks_for_what_the_locks_hold() -> None:
    assert PROJECT["build-system"]["requires"] == PROJECT["dependency-groups"]["build"]


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


@pytest.mark.parametrize("folder", NPM_FLOORS)
def test_a_lock_of_npm_holds_its_floors_and_hashes_and_names_no_host(folder: str) -> None:
    packages = json.loads((ROOT / folder / "package-lock.json").read_text())["packages"]
    here = packages.pop("")
    assert here["devDependencies"] == NPM_FLOORS[folder]
    for name, floor in npm_floors(here["devDependencies"]).items():
        assert Version(packages[f"node_modules/{name}"]["version"]) >= floor
    assert not [name for name, said in packages.items() if "resolved" in said]
    assert all(said["integrity"].startswith("sha512-") for said in packages.values())
