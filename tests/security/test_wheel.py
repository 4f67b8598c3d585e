"""What is shipped: built from the files of the tree alone, and nothing else is in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.support.repository import PACKAGES, ROOT, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The names in a wheel that is built of a clean copy of the tree."""
    tree, target = tmp_path_factory.mktemp("tree"), tmp_path_factory.mktemp("wheel")
    for path in files():
        copy = tree / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    built = ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(target)]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    subprocess.run([*pip, *built, str(tree)], check=True, capture_output=True, timeout=120)
    (made,) = target.iterdir()
    with ZipFile(made) as archive:
        return archive.namelist()


def test_k1_the_wheel_holds_the_packages_and_nothing_else(wheel: list[str]) -> None:
    held = {name for name in wheel if ".dist-info/" not in name}
    own = {str(path.relative_to(ROOT)) for package in PACKAGES for path in files_of(package)}
    assert held == own
    assert len(held) > 300


def files_of(package: str) -> list[Path]:
    return [path for path in files() if path.relative_to(ROOT).parts[0] == package]


def test_k1_no_key_database_or_test_is_in_it(wheel: list[str]) -> None:
    wrong = ("secret", ".db", ".sock", ".env", ".pem", ".key", "test_", "conftest")
    assert [name for name in wheel if any(word in name for word in wrong)] == []
