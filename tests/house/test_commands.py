"""What one types: `make` and what stands behind it, run for real."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.house.tree import ROOT


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | {"MAKEFLAGS": "", "MAKELEVEL": "0"} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """A command that answers as an interpreter would that is too old, or lacks a module."""
    return tmp_path / "python"


def write(python: Path, script: str) -> str:
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)
    return str(python)


def test_make_alone_prints_the_list() -> None:
    listed = re.findall(r"^make (\w+) +\w", run("make").stdout, re.MULTILINE)
    assert {"setup", "run", "test", "check", "format", "bench"} <= set(listed)


def test_make_run_serves_and_only_that() -> None:
    assert run("make", "-n", "run").stdout.splitlines()[-1] == "exec .venv/bin/lobby serve"


def test_continuous_integration_runs_what_everybody_runs() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "make test"


def choose(python: str, tree: Path) -> subprocess.CompletedProcess[str]:
    """Sets up an empty tree, so that there is no environment yet which would do."""
    (tree / "scripts").mkdir()
    (tree / "scripts" / "environment").symlink_to(ROOT / "scripts" / "environment")
    return run(str(tree / "scripts" / "environment"), "requirements.lock", PYTHON=python)


def test_a_python_that_is_too_old_is_named_in_one_line(python: Path, tmp_path: Path) -> None:
    done = choose(write(python, "exit 1"), tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Python 3.11 or newer is needed")
    assert done.stderr.count("\n") == 1


def test_a_python_without_venv_is_named_in_one_line(python: Path, tmp_path: Path) -> None:
    done = choose(write(python, 'case "$2" in *ensurepip*) exit 1 ;; esac'), tmp_path)
    assert done.returncode == 1
    assert "has no venv: install it" in done.stderr
    assert done.stderr.count("\n") == 1


def test_nothing_is_installed_when_no_part_is_missing(tmp_path: Path) -> None:
    for name in ("redis-server", "postgres", "chromium"):
        write(tmp_path / name, "exit 1")
    done = run(str(ROOT / "scripts" / "system-parts"), PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
