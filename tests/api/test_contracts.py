"""The two older documents, where they lie beside the tree: each line of their tables is a row here,
and each status that they name is one that the row knows.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lobby.api.dialect import Row
from lobby.api.hosts import routes as hosts
from lobby.api.users import routes as users
from tests.support.repository import ROOT

CONTRACTS = ROOT.parent / "shared" / "contracts"
LINE = re.compile(r"^\| `(GET|POST|PUT|DELETE) (/[^`?\s]*)[^|]*\|(.*)\|$", re.MULTILINE)
STATUS = re.compile(r"\b[2-5]\d\d\b")

DOORS = {"hosts.md": hosts.rows, "users.md": users.rows}


def promised(contract: Path) -> dict[str, set[int]]:
    """The statuses in each line, by method and path without the parameters' names."""
    return {
        f"{method} {nameless(path)}": {int(status) for status in STATUS.findall(rest)}
        for method, path, rest in LINE.findall(contract.read_text())
    }


def nameless(path: str) -> str:
    return re.sub(r"\{\w+\}|<\w+>", "{}", path)


def kept(rows: list[Row]) -> dict[str, set[int]]:
    return {f"{row.method} {nameless(row.path_template)}": set(row.gives) for row in rows}


@pytest.mark.parametrize("name", DOORS)
def test_every_line_of_a_contract_is_a_row_and_the_reverse(name: str) -> None:
    if not (CONTRACTS / name).exists():
        pytest.skip("the contract is not beside the tree")
    said, have = promised(CONTRACTS / name), kept(DOORS[name])
    assert set(said) == set(have)
    assert len(said) >= 7
    assert not {line: lost for line, statuses in said.items() if (lost := statuses - have[line])}
