"""The Python client: what is written of it is current, its types hold for what a game writes."""

from __future__ import annotations

import runpy
import subprocess
import sys
from typing import Any

from tests.support.repository import ROOT

TYPES: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "python-client-types"))
PACKAGE = ROOT / "clients" / "python"


def test_what_is_written_of_it_is_what_the_models_give() -> None:
    for name, text in TYPES["texts"]().items():
        assert (PACKAGE / "lobby_client" / name).read_text() == text, "run `make clients`"


def test_its_types_hold_for_what_a_game_writes() -> None:
    """Also that mypy finds what is marked as wrong: a mark that is not needed is an error."""
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir=/dev/null"]
    files = [PACKAGE / "lobby_client", ROOT / "tests" / "clients" / "usage.py"]
    done = subprocess.run([*mypy, *files], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
