"""How tests are laid out: a file for each module, and one page of what all of them stand on."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

from tests.support.repository import ROOT

TESTS = ROOT / "tests"
SUPPORT = TESTS / "support"
APART = {"chaos", "clients", "contracts", "docs", "house", "security", "soak", "stories", "web"}
"""Folders of ports, of documents, of whole programs, and of attacks on these."""
ACROSS = {
    "bad_input": "every operation, sent nonsense",
    "generated": "every operation, sent what its document allows and what it does not",
    "matrix": "every operation, asked by everybody",
    "hosts_at_once": "two actions of hosts and guests, interleaved",
    "players_at_once": "two actions of players, interleaved",
    "matchmaking_at_once": "matchmaking, interleaved with whatever else",
    "random_players": "sessions after many random actions at once",
    "bans": "topics, whose watchers are banned at any moment",
    "kept_out": "every door, asked by somebody whom a session keeps out",
    "collections": "the hub, with topics that are collections",
    "member_views": "the hub, with topics that members see otherwise",
    "bearer": "every door, shown a bearer token in each spelling",
    "contracts": "the hosts and users documents",
    "encodings": "every door, sent bytes that are no UTF-8, and bodies of another media type",
    "facts": "player services, beyond its schema",
    "facts_of_players": "player services, beyond its schema",
    "operations": "player services, operation by operation against its schema",
    "words": "player services, word by word against its schema",
    "schema_comparison": "the comparison of schemas itself",
    "faults": "every fault of a catalogue; every fault that is ours",
    "guide": "the designer's guide",
    "operating": "the operator's guide",
    "procfile": "the Procfile",
    "forged_tokens": "every door, shown forged tokens",
    "icons": "icons at every door of server status",
    "names": "names and nicknames at every door of server status",
    "reads": "everything that server status shows",
    "logout": "ends of logins, at every door of player services",
    "reports": "what leaders and game servers report",
}
"""Tests that cross modules on purpose, by their names."""


def files_of_tests() -> list[Path]:
    found = (path.relative_to(TESTS) for path in TESTS.rglob("test_*.py"))
    return sorted(path for path in found if path.parts[0] not in APART)


def modules_beside(test: Path) -> set[str]:
    """The names of modules and packages that tests in its folder may be about."""
    folders = [
        root / test.parent for root in (ROOT / "lobby", ROOT) if (root / test.parent).is_dir()
    ]
    return {
        path.stem
        for folder in folders
        for path in folder.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }


def is_about(name: str, modules: set[str]) -> bool:
    """A module; or a situation of one, which is named after it."""
    return any(name == module or name.startswith(f"{module}_") for module in modules)


def test_a_file_of_tests_is_named_after_its_module_or_crosses_modules_on_purpose() -> None:
    named = {path: path.stem.removeprefix("test_") for path in files_of_tests()}
    assert len(named) > 100
    strays = {
        str(path)
        for path, name in named.items()
        if name not in ACROSS and not is_about(name, modules_beside(path))
    }
    assert not strays
    assert set(ACROSS) <= set(named.values()), "nothing is listed that is not there"


def test_no_two_functions_or_classes_that_tests_stand_on_have_the_same_name() -> None:
    names = Counter(
        node.name
        for path in SUPPORT.glob("*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
    )
    assert not [name for name, times in names.items() if times > 1]


def test_the_page_names_every_module_that_tests_stand_on() -> None:
    page = (SUPPORT / "README.md").read_text()
    told = re.findall(r"^\| `(\w+)` \| .+ \|$", page, re.MULTILINE)
    assert sorted(told) == sorted(p.stem for p in SUPPORT.glob("*.py") if p.stem != "__init__")
