"""Clients that generators make of the document that the running program serves: nothing is left
out, everything can be imported, and they log in.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx2
import pytest

from tests.support.repository import ROOT
from tests.support.server_thread import Served
from tests.support.services import Missing, absent

INSTALLED = ROOT / ".generators"
HERE = ROOT / "tests" / "generators"
PATIENCE = 120.0


def run(*command: object, cwd: Path) -> str:
    """What the command says; it has to succeed."""
    path = f"{INSTALLED / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**os.environ, "PATH": path, "PYTHONPATH": "", "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def need(language: str) -> None:
    if not (INSTALLED / f"installed-{language}").exists():
        absent(Missing(f"the generator of {language} is not installed: scripts/generators"))


@pytest.fixture
def document(served: Served, tmp_path: Path) -> Path:
    found = tmp_path / "openapi.json"
    found.write_bytes(httpx2.get(f"{served.url}/openapi.json").content)
    return found


def test_a_python_client_is_generated_without_a_warning_imports_and_logs_in_at_every_door(
    document: Path, served: Served, tmp_path: Path
) -> None:
    need("python")
    python = INSTALLED / "bin" / "python"
    options = ("--meta", "none", "--fail-on-warning")
    client = tmp_path / "lobby_client"
    said = run(
        *(python, "-m", "openapi_python_client", "generate", "--path", document),
        *("--output-path", client, *options),
        cwd=tmp_path,
    )
    assert "Warning" not in said
    said = run(python, HERE / "client_session.py", tmp_path, served.url, cwd=tmp_path)
    assert int(said.partition(" modules")[0]) > 400


def test_typescript_is_generated_without_a_warning_and_its_types_hold(
    document: Path, tmp_path: Path
) -> None:
    need("typescript")
    tools = INSTALLED / "node_modules" / ".bin"
    said = run(tools / "openapi-typescript", document, "-o", "schema.d.ts", cwd=tmp_path)
    assert "warn" not in said.lower()
    for name in ("usage.ts", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    assert run(tools / "tsc", "--project", ".", cwd=tmp_path) == ""
