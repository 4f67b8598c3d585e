"""Clients that generators make of the document that the running program serves: nothing is left
out, everything can be imported, and they log in.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx2
import pytest

from tests.support.generators import HERE, INSTALLED, TOOLS, need, run
from tests.support.server_thread import Served


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
    said = run(TOOLS / "openapi-typescript", document, "-o", "schema.d.ts", cwd=tmp_path)
    assert "warn" not in said.lower()
    for name in ("usage.ts", "tsconfig.json"):
        shutil.copy(HERE / name, tmp_path)
    assert run(TOOLS / "tsc", "--project", ".", cwd=tmp_path) == ""
