"""What is checked in of the clients is what their sources and the models of the server give."""

from __future__ import annotations

import gzip
import re
import runpy
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lobby.channel.outcomes import OUTCOMES
from tests.channel.good_commands import name_of
from tests.support.repository import ROOT
from tests.support.services import Missing, absent

WRITERS: list[dict[str, Any]] = [
    runpy.run_path(str(ROOT / "scripts" / name)) for name in ("client-types", "client-operations")
]
BUILD: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "clients"))
DIST = ROOT / "clients" / "js" / "dist"
LARGEST = 8 * 1024
LONGEST_FILE = 300
ROW = re.compile(r"^\| `([a-z]+\.[a-z]+)` \|[^\n]*$", re.MULTILINE)


@pytest.mark.parametrize("writer", WRITERS, ids=lambda writer: writer["FILE"].stem)
def test_the_types_are_those_of_the_models(writer: dict[str, Any]) -> None:
    assert writer["FILE"].read_text() == writer["text"](), "run `make clients`"


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


def test_what_is_served_is_what_was_built(tmp_path: Path) -> None:
    """Packages by their contents: what compressed them may differ."""
    if shutil.which("npm") is None:
        absent(Missing("there is no npm to pack the JavaScript client"))
    served = BUILD["SERVED"]
    for name in BUILD["MODULES"]:
        assert (served / name).read_bytes() == (DIST / name).read_bytes(), "run `make clients`"
    for built in (BUILD["pack"](tmp_path), BUILD["wheel"](tmp_path)):
        [kept] = served.glob(f"*{built.suffix}")
        assert BUILD["contents"](kept) == BUILD["contents"](built), "run `make clients`"


NODE = ("node", "--experimental-websocket", "--no-warnings", "--input-type=module", "--eval")
IMPORTED = """
for (const name of ["WebSocket", "fetch", "crypto", "setTimeout", "queueMicrotask"]) {
  Object.defineProperty(globalThis, name, { get() { throw new Error(`${name} at import`); } });
}
delete globalThis.Event; delete globalThis.EventTarget; delete globalThis.MessageEvent;
const { createRequire } = await import("node:module");
const require = createRequire(process.cwd() + "/x.mjs");
for (const entry of ["lobby-client", "lobby-client/http"]) {
  const [module, common] = [await import(entry), require(entry)];
  const names = Object.keys(module).sort();
  if (!names.length || `${names}` !== `${Object.keys(common).sort()}`) throw new Error(`${names}`);
}
"""


def test_the_package_is_imported_in_both_ways_and_does_nothing_at_import(tmp_path: Path) -> None:
    if shutil.which("npm") is None:
        absent(Missing("there is no npm to pack the JavaScript client"))
    package = tmp_path / "node_modules" / "lobby-client"
    package.parent.mkdir()
    shutil.unpack_archive(BUILD["SERVED"] / "lobby-client.tgz", tmp_path, "gztar", filter="data")
    shutil.move(tmp_path / "package", package)
    done = subprocess.run([*NODE, IMPORTED], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    for kind, module in (("mts", "nodenext"), ("cts", "nodenext"), ("ts", "esnext")):
        use(tmp_path, kind, module)


def use(home: Path, kind: str, module: str) -> None:
    """Types are found as TypeScript resolves packages: from ES modules, CommonJS and bundlers."""
    lines = (
        'import { LobbyClient, type State } from "lobby-client";',
        'import { LobbyHttp, type Operations } from "lobby-client/http";',
        "export const state: State = new LobbyClient().state;",
        'export const asked: Operations["health_live"] | LobbyHttp = new LobbyHttp();',
    )
    file = home / f"use.{kind}"
    file.write_text("\n".join(lines))
    resolution = "bundler" if module == "esnext" else module
    flags = [
        "--noEmit",
        "--ignoreConfig",
        "--strict",
        "--target",
        "es2022",
        "--lib",
        "es2022,dom,esnext.disposable",
    ]
    BUILD["run"]("tsc", *flags, "--module", module, "--moduleResolution", resolution, str(file))


def test_the_client_is_small() -> None:
    assert len(gzip.compress((DIST / "lobby.js").read_bytes(), mtime=0)) <= LARGEST


def test_its_sources_are_short() -> None:
    generated = {writer["FILE"] for writer in WRITERS}
    written = [path for path in (DIST.parent / "src").glob("*.ts") if path not in generated]
    assert len(written) > 10
    lengths = {path.name: len(path.read_text().splitlines()) for path in written}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
