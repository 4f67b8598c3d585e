"""The rows of the threat table: each has its attack, and the page names the file that it is in."""

from __future__ import annotations

import ast
import re

import pytest

from tests.support.repository import ROOT

ATTACKS = ROOT / "tests" / "security"
PAGE = ROOT / "docs" / "security.md"
ROWS = (
    *("A1", "A2", "A3", "A4", "A5", "A6", "A7"),
    *("B1", "B2", "B3", "B4", "B5"),
    *("C1", "C2", "C3", "C4", "C5"),
    *("D1", "D2", "D3", "D4", "D5", "D6", "D7", "D8"),
    *("E1", "E2", "E3", "E4", "E5"),
    *("F1", "F2", "F3"),
    *("G1", "G2", "G3", "G4"),
    *("H1", "H2"),
    *("I1", "I2", "I3"),
    *("J1", "J2"),
    *("K1", "K2"),
    *("L1", "L2"),
    "shares",
)
LINE = re.compile(r"^\| ([A-L]\d|shares) [^|]+ \| ([^|]+) \|$", re.MULTILINE)
ATTACK = re.compile(r"test_([a-l]\d|shares)_\w+")


def attacks() -> dict[str, set[str]]:
    """By row: the files with at least one test of it."""
    found: dict[str, set[str]] = {}
    for path in ATTACKS.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            row = ATTACK.fullmatch(getattr(node, "name", None) or "")
            if row and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.setdefault(_row(row[1]), set()).add(path.name)
    return found


def _row(named: str) -> str:
    return named if named in ROWS else named.upper()


def lines() -> dict[str, set[str]]:
    """By row: the files that the page names."""
    table = PAGE.read_text().partition("## Automatic checks")[2]
    return {row: set(re.findall(r"`(test_\w+\.py)`", files)) for row, files in LINE.findall(table)}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_an_attack_and_the_page_names_where_it_is(row: str) -> None:
    found = attacks().get(row)
    assert found, f"no test_{row.lower()}_... in tests/security"
    named = lines().get(row)
    assert named, f"docs/security.md has no line of {row}"
    assert named & found
    assert named <= {path.name for path in ATTACKS.glob("test_*.py")}, "a file that is not there"


def test_the_page_names_the_rows_in_their_order_each_once_and_no_other() -> None:
    table = PAGE.read_text().partition("## Automatic checks")[2]
    named = [row for row, _ in LINE.findall(table)]
    assert named == sorted(set(named))
    assert set(named) <= set(ROWS)


def test_every_attack_is_of_a_row() -> None:
    assert set(attacks()) <= set(ROWS)
    strays = [
        f"{path.name}: {node.name}"
        for path in ATTACKS.glob("test_*.py")
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ATTACK.fullmatch(node.name)
    ]
    assert strays == []
