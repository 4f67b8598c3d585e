"""What the page is drawn with is what its sources and its lock say, and asks nobody to build it."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

from lobby.api.page import FILES, WEB
from tests.support.repository import ROOT
from tests.support.services import Missing, absent

PAGE = ROOT / "clients" / "page"
BUILDER = ROOT / "clients" / "js" / "node_modules" / ".bin" / "esbuild"
TOOLS = (BUILDER, PAGE / "node_modules" / "preact", PAGE / "node_modules" / "htm")


def test_the_library_is_built_from_its_sources_and_lock(tmp_path: Path) -> None:
    if not all(path.exists() for path in TOOLS):
        absent(Missing("what builds the page's library is not installed: scripts/generators"))
    locked = json.loads((PAGE / "package-lock.json").read_text())["packages"]
    for name in ("preact", "htm"):
        package = json.loads((PAGE / "node_modules" / name / "package.json").read_text())
        assert package["version"] == locked[f"node_modules/{name}"]["version"]
    runpy.run_path(str(ROOT / "scripts" / "page-library"))["build"](tmp_path)
    built = (tmp_path / "library.js").read_bytes()
    assert (WEB / "library.js").read_bytes() == built, "run scripts/page-library"


def test_its_licences_stand_beside_it() -> None:
    text = (WEB / "library.LICENSE.txt").read_text()
    assert "MIT License" in text
    assert "Apache License" in text
    assert b"library.LICENSE.txt" in FILES["library.js"][:200]


def test_each_file_is_short_and_all_together_are_small() -> None:
    own = [path for path in WEB.iterdir() if path.suffix in (".js", ".css", ".html")]
    written = [path for path in own if path.name != "library.js"]
    assert [path.name for path in written if len(path.read_text().splitlines()) > 300] == []
