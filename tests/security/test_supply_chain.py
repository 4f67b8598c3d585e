"""What we stand on: no version with a known hole, no licence that binds, and a bill of it all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.support.locks import DEVELOPMENT, GENERATORS, LOCKS, floors, locked
from tests.support.repository import ROOT

ADVISORIES: list[dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("advisories.toml").read_text()
)["advisory"]
PACKAGES = {advisory["package"] for advisory in ADVISORIES}

PERMISSIVE = {
    *("MIT", "MIT-0", "MIT-CMU", "ISC", "PSF-2.0", "PSFL"),
    *("BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"),
}
WEAK_COPYLEFT = {"MPL-2.0"}
"""Of files, not of programs; for tools that are used as they are."""
SPELLINGS = {
    "MIT License": "MIT",
    "MIT license": "MIT",
    "ISC License": "ISC",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD 2-Clause License": "BSD-2-Clause",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}
UNSAID = {"kosoku": "MIT"}
"""Packages whose metadata is silent, with the licence in their files."""


@dataclass
class Audit:
    """How many packages something is known about, and what was found."""

    audited: set[str] = field(default_factory=set)
    found: dict[str, str] = field(default_factory=dict)

    def check(self) -> None:
        assert self.audited, "nothing was audited: that nothing was found says nothing"
        assert not self.found


def audit(packages: Iterable[tuple[str, Version]]) -> Audit:
    result = Audit()
    for name, version in packages:
        for advisory in ADVISORIES:
            if canonicalize_name(name) == advisory["package"]:
                result.audited.add(advisory["package"])
                if version in SpecifierSet(advisory["affected"], prereleases=True):
                    result.found[advisory["id"]] = f"{name} {version}"
    return result


def versions(lock: str) -> list[tuple[str, Version]]:
    return [(one.name, Version(str(one.specifier).removeprefix("=="))) for one in locked(lock)]


def test_k1_no_lock_holds_and_no_floor_allows_a_version_with_a_known_hole() -> None:
    for lock in ("requirements.lock", "requirements-dev.lock"):
        result = audit(versions(lock))
        result.check()
        assert result.audited == PACKAGES, lock
    audit(versions("tests/generators/requirements.lock")).check()
    lowest = audit(floors([*DEVELOPMENT, *GENERATORS]).items())
    lowest.check()
    assert PACKAGES - lowest.audited == {"h11"}, "others ask for it"


def before(fixed: Version) -> Version:
    """The last part that is not zero, less one."""
    parts = list(fixed.release)
    last = max(index for index, part in enumerate(parts) if part)
    return Version(".".join(map(str, [*parts[:last], parts[last] - 1, *parts[last + 1 :]])))


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda advisory: str(advisory["id"]))
def test_k1_a_planted_version_with_a_hole_is_found(advisory: dict[str, str]) -> None:
    name, fixed = advisory["package"].upper(), Version(advisory["fixed"])
    below = before(fixed)
    assert advisory["id"] in audit([(name, below)]).found
    assert advisory["id"] not in audit([(name, fixed)]).found
    with pytest.raises(AssertionError):
        audit([(name, below)]).check()
    with pytest.raises(AssertionError, match="nothing was audited"):
        audit([("unheard-of", below)]).check()
    assert advisory["source"].startswith("https://")


def test_k1_pip_audit_finds_nothing_where_it_has_data() -> None:
    program = shutil.which("pip-audit", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if not program:
        pytest.skip("pip-audit is not installed: what is known is in advisories.toml")
    asked = ["--requirement", str(ROOT / "requirements.lock"), "--disable-pip", "--format", "json"]
    done = subprocess.run([program, *asked], capture_output=True, text=True, timeout=120)
    said = json.loads(done.stdout) if done.stdout else {"dependencies": []}
    audited = [one for one in said["dependencies"] if "vulns" in one]
    if not audited:
        reason = f"pip-audit has no data: {done.stderr.strip()[-200:]}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    assert not [one for one in audited if one["vulns"]]


def bill(target: Path) -> str:
    script = [sys.executable, str(ROOT / "scripts" / "sbom"), str(target)]
    subprocess.run(script, check=True, capture_output=True)
    return target.read_text()


def test_k1_the_bill_of_materials_is_valid_and_names_all_that_is_locked(tmp_path: Path) -> None:
    text = bill(tmp_path / "new" / "sbom.json")
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"bomFormat"', '"format"')) is not None
    said = json.loads(text)
    named = {(one["name"], one["version"]) for one in said["components"]}
    assert named == {(name, str(version)) for name, version in versions("requirements.lock")}
    assert len(named) > 50
    assert all(one["hashes"] for one in said["components"])
    silent = {one["name"] for one in said["components"] if "licenses" not in one}
    assert silent <= set(elsewhere("requirements.lock")), "what is installed says its licence"
    asked = {one["ref"]: one.get("dependsOn", []) for one in said["dependencies"]}
    assert any(ref.startswith("pkg:pypi/starlette@") for ref in asked["lobby"])


def elsewhere(lock: str) -> list[str]:
    """What is installed on other platforms or Pythons alone."""
    return [one.name for one in locked(lock) if one.marker and not one.marker.evaluate()]


def licences(said: Mapping[str, str], classifiers: Iterable[str]) -> set[str]:
    """By what the metadata says in the newest of the three ways; both sides of an OR count."""
    text = said.get("License-Expression") or said.get("License") or ""
    words = re.split(r"\s+(?:OR|AND)\s+", text.strip("() ")) if text else []
    if not words or any("\n" in word or len(word) > 40 for word in words):
        words = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License :: ")]
    return {SPELLINGS.get(word, word) for word in words}


def refused(packages: Iterable[Requirement], allowed: set[str]) -> dict[str, set[str] | str]:
    found: dict[str, set[str] | str] = {}
    for one in packages:
        try:
            said = metadata(one.name)
        except PackageNotFoundError:
            found[one.name] = "not installed"
            continue
        names = ("License-Expression", "License")
        fields = {name: str(said[name]) for name in names if said[name]}
        held = licences(fields, said.get_all("Classifier") or [])
        if not held and one.name in UNSAID:
            held = {UNSAID[one.name]}
        if not held or held - allowed:
            found[one.name] = held
    return found


@pytest.mark.parametrize(
    ("lock", "allowed"),
    [
        ("requirements.lock", PERMISSIVE),
        ("requirements-dev.lock", PERMISSIVE | WEAK_COPYLEFT),
    ],
)
def test_k1_every_locked_package_has_a_licence_that_is_allowed(
    lock: str, allowed: set[str]
) -> None:
    away = elsewhere(lock)
    here = [one for one in locked(lock) if one.name not in away]
    if lock == "requirements-dev.lock":
        tools = {canonicalize_name(Requirement(line).name) for line in LOCKS[lock]}
        assert tools - {one.name for one in here} <= {"uvloop"}
    assert len(here) > 50
    assert refused(here, allowed) == {}


@pytest.mark.parametrize(
    ("fields", "classifiers"),
    [
        ({"License-Expression": "GPL-3.0-or-later"}, []),
        ({"License-Expression": "MIT AND AGPL-3.0-only"}, []),
        ({"License": "LGPL"}, []),
        ({}, ["License :: OSI Approved :: GNU General Public License v3 (GPLv3)"]),
        ({"License": "as is"}, ["License :: OSI Approved :: MIT License"]),
        ({}, []),
    ],
)
def test_k1_a_licence_that_binds_or_is_unknown_is_refused(
    fields: dict[str, str], classifiers: list[str]
) -> None:
    held = licences(fields, classifiers)
    assert not held or held - PERMISSIVE - WEAK_COPYLEFT
    assert licences({"License-Expression": "MIT OR Apache-2.0"}, classifiers) <= PERMISSIVE
