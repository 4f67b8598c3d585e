"""Generators of clients, as scripts/generators installs them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.support.repository import ROOT
from tests.support.services import Missing, absent

INSTALLED = ROOT / ".generators"
HERE = ROOT / "tests" / "generators"
TOOLS = INSTALLED / "node_modules" / ".bin"
PATIENCE = 300.0


def run(*command: object, cwd: Path) -> str:
    """What the command says; it has to succeed."""
    path = f"{INSTALLED / 'bin'}{os.pathsep}{os.environ['PATH']}"
    given = {"PATH": path, "PYTHONPATH": "", "NO_COLOR": "1", "TOOLS": str(INSTALLED)}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, **given},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def need(language: str, *packages: str) -> None:
    """`packages`: of Node, which an older installation may lack."""
    found = [
        INSTALLED / f"installed-{language}",
        *(INSTALLED / "node_modules" / p for p in packages),
    ]
    if not all(path.exists() for path in found):
        absent(Missing(f"the generator of {language} is not installed: scripts/generators"))
