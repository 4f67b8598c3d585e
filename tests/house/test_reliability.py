"""Each rule of reliability has a test that holds it, or says why not yet."""

from __future__ import annotations

import ast
import re

from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text()
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
RULES = [f"R{n}" for n in range(1, 32)]


def rows() -> list[list[str]]:
    """Rule, what fails, what is promised, what holds it."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if re.match(r"\| R\d", line)
    ]


def functions_of(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def test_every_rule_is_there_once_and_in_order() -> None:
    assert [row[0] for row in rows()] == RULES
    assert all(len(row) == 4 and all(row) for row in rows())


def test_every_test_that_a_rule_names_exists() -> None:
    named = TEST.findall(PAGE)
    assert len(named) > 30
    assert not [f"{path}::{name}" for path, name in named if name not in functions_of(path)]


def test_a_rule_without_a_test_says_why() -> None:
    bare = [
        row[0] for row in rows() if not (TEST.search(row[3]) or re.search(r"not yet\S* ", row[3]))
    ]
    assert not bare
