"""How the tree is laid out: small files, small functions, proper names, nothing from outside."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

from tests.support.repository import PACKAGES, ROOT, files, sources

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
WRITTEN = "\nWritten by scripts/"
"""In modules that nobody reads from top to bottom."""
VAGUE = re.compile(r"utils?|helpers?|common|base|managers?|misc", re.IGNORECASE)
# Spelt so that this file does not name what it looks for.
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|crates|debian|ubuntu)\.(?:org|com|io|net)\b")
MACHINE = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/[\w.-]+")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def programs() -> list[Path]:
    """Those of the product, and those around it: tests, benches, examples."""
    return [path for path in files() if path.suffix == ".py"]


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def at(path: Path, line: int = 1) -> str:
    return f"{path.relative_to(ROOT)}:{line}"


def matches(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{at(path, number)} {found[0]}"
        for path in files()
        for number, line in enumerate(path.read_text(errors="ignore").splitlines(), start=1)
        if (found := pattern.search(line))
    ]


def test_every_package_is_looked_at() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in sources()} == set(PACKAGES)
    assert ROOT / "pyproject.toml" in files()


def test_no_module_is_longer_than_one_can_hold_in_mind() -> None:
    texts = {at(path): path.read_text() for path in programs()}
    lengths = {name: len(t.splitlines()) for name, t in texts.items() if WRITTEN not in t}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}


def test_no_function_is_longer_than_a_screen() -> None:
    lengths = {at(p, f.lineno): length(f) for p in programs() for f in functions(p)}
    assert not {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}


def test_every_module_opens_with_what_it_is_for() -> None:
    silent = [
        at(path)
        for path in sources()
        if (tree := ast.parse(path.read_text())).body and not ast.get_docstring(tree)
    ]
    assert not silent


def test_no_module_or_class_hides_behind_a_vague_name() -> None:
    modules = [at(path) for path in sources() if VAGUE.fullmatch(path.stem)]
    classes = [
        at(path, node.lineno)
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and re.search(r"(Manager|Helper|Impl|Utils?)$", node.name)
    ]
    assert not modules + classes


def test_a_class_name_stands_once_within_the_lobby() -> None:
    """Whoever reads a name need not ask which of two is meant."""
    places: dict[str, list[str]] = {}
    for path in (ROOT / "lobby").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(at(path, node.lineno))
    assert not {name: where for name, where in places.items() if len(where) > 1}


def test_no_file_names_a_registry() -> None:
    assert not matches(REGISTRY)


def test_no_file_names_a_folder_of_the_machine_it_was_written_on() -> None:
    assert not matches(MACHINE)


def test_each_door_alone_knows_its_words() -> None:
    """Import rules cannot speak of modules to come, so this holds the rules to the tree."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    owners = {
        word: contract["allowed_importers"]
        for contract in contracts["contracts"]
        if contract["type"] == "protected"
        for word in contract["protected_modules"]
    }
    doors = [path.parent for path in (ROOT / "lobby" / "api").glob("*/__init__.py")]
    for door in [*doors, ROOT / "lobby" / "channel"]:
        words = ROOT / "protocol" / door.name
        if words.is_dir() or words.with_suffix(".py").is_file():
            owner = ".".join(door.relative_to(ROOT).parts)
            assert owners.get(f"protocol.{door.name}") == [owner]


@pytest.mark.parametrize(
    "name",
    [
        "scripts/client-types",
        "scripts/clients",
        "scripts/environment",
        "scripts/generators",
        "scripts/lint",
        "scripts/python-client-types",
        "scripts/sbom",
        "scripts/system-parts",
        ".ci/run",
    ],
)
def test_a_script_may_be_run(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o100
