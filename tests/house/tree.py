"""Where the tree is and which files belong to it. Knows git, and what to do without."""

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
    """What is, or is about to be, in the repository; without git, all that is not hidden."""
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
