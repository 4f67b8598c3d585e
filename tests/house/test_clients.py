"""What is checked in of the clients is what their sources and the models of the server give."""

from __future__ import annotations

import gzip
import re
import runpy
from pathlib import Path
from typing import Any

from lobby.channel.outcomes import OUTCOMES
from tests.channel.good_commands import name_of
from tests.support.repository import ROOT
from tests.support.services import Missing, absent

TYPES: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "client-types"))
BUILD: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "clients"))
DIST = ROOT / "clients" / "js" / "dist"
LARGEST = 8 * 1024
LONGEST_FILE = 300
ROW = re.compile(r"^\| `([a-z]+\.[a-z]+)` \|[^\n]*$", re.MULTILINE)


def test_the_types_of_the_protocol_are_current() -> None:
    assert TYPES["FILE"].read_text() == TYPES["text"](), "run `make clients`"


def test_the_results_of_commands_are_those_of_the_page() -> None:
    page = (ROOT / "docs" / "the-channel.md").read_text()
    rows = {row[1]: row[0].split(" | ")[2] for row in ROW.finditer(page)}
    results = {name_of(command): outcome.result for command, outcome in OUTCOMES.items()}
    assert {name for name in results if "." in name} == set(rows)
    for name, cell in rows.items():
        said = re.search(r"`\{([^}`]*)", cell)
        if said is None:
            assert name == "host.set", "whose result is said in words"
            continue
        named = set(re.findall(r"\w+", said[1].split(":")[0]))
        assert named == set(results[name].model_fields), (name, named)


def test_the_client_is_built_from_its_sources(tmp_path: Path) -> None:
    if not BUILD["TOOLS"].exists():
        absent(Missing("what builds the client is not installed: scripts/generators"))
    BUILD["build"](tmp_path)
    built = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert built == {path.name: path.read_text() for path in DIST.iterdir()}, "run `make clients`"


def test_its_types_hold_for_what_a_game_writes() -> None:
    if not BUILD["TOOLS"].exists():
        absent(Missing("what builds the client is not installed: scripts/generators"))
    BUILD["run"]("tsc", "--project", str(ROOT / "tests" / "clients"))


def test_the_client_is_small() -> None:
    assert len(gzip.compress((DIST / "lobby.js").read_bytes(), mtime=0)) <= LARGEST


def test_its_sources_are_short() -> None:
    written = [path for path in (DIST.parent / "src").glob("*.ts") if path != TYPES["FILE"]]
    assert len(written) > 10
    lengths = {path.name: len(path.read_text().splitlines()) for path in written}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
