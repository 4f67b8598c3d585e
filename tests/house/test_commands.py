"""What one types: `make` and what stands behind it, run for real."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.repository import ROOT


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
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-2:] == ["make test", "make pythons"]


def linted(folder: Path, *failing: str) -> subprocess.CompletedProcess[str]:
    """With tools that say how they were called, and fail where they are named here."""
    for tool in ("ruff", "mypy", "lint-imports"):
        ways = "".join(f'"{way}"*) exit 1 ;; ' for way in failing)
        write(folder / tool, f'echo "ran $*"; case "{tool} $*" in {ways}esac')
    return run(str(ROOT / "scripts" / "lint"), str(folder), "lobby", "tests")


RAN = ["check", "format --check", "--strict lobby tests", "--no-logo"]


def test_lint_says_nothing_more_where_all_is_well(tmp_path: Path) -> None:
    done = linted(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.findall(r"^ran (.*)$", done.stdout, re.MULTILINE) == RAN


@pytest.mark.parametrize(
    ("failing", "names"),
    [
        (["ruff check"], "Lint"),
        (["ruff format", "lint-imports"], "Format, Import rules"),
        (["mypy"], "Types"),
        (["ruff", "mypy", "lint-imports"], "Lint, Format, Types, Import rules"),
    ],
)
def test_lint_runs_every_check_and_names_those_that_fail(
    failing: list[str], names: str, tmp_path: Path
) -> None:
    done = linted(tmp_path, *failing)
    assert (done.returncode, done.stderr) == (1, f"Failed: {names}\n")
    assert re.findall(r"^ran (.*)$", done.stdout, re.MULTILINE) == RAN


def test_make_lint_checks_the_types_of_every_package() -> None:
    last = run("make", "-n", "lint").stdout.splitlines()[-1]
    packages = "lobby protocol persistence clients/python/lobby_client tests bench"
    assert last == f"scripts/lint .venv/bin {packages}"


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
