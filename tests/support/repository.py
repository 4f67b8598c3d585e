"""The root of the repository, and its files; works with and without git."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("lobby", "protocol", "persistence")


def sources() -> list[Path]:
    """The Python files of the program itself."""
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def files() -> list[Path]:
    """Tracked and new files that are not ignored; without git, all that are not hidden."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else _walked()
    return [path for name in names if name and (path := ROOT / name).is_file()]


def _walked() -> Iterator[str]:
    for path in ROOT.rglob("*"):
        name = path.relative_to(ROOT)
        if not any(part.startswith(".") or part.endswith(".egg-info") for part in name.parts):
            yield str(name)
