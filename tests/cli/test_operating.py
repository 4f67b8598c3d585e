"""What the operator's guide says about settings and commands is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from lobby.cli import app
from lobby.config import Settings

GUIDE = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
ROW = re.compile(r"^\| `(LOBBY_[A-Z_]+)` \| (?:`(.*?)`)? ?\| (.+) \|$", re.MULTILINE)


def written(value: object) -> str:
    """A default as one would set it."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, list):
        return ",".join(value)
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    return (
        f"{value:g}" if isinstance(value, float) and value < 1e6 else str(value).removesuffix(".0")
    )


def test_every_setting_is_in_the_table_with_its_default_and_no_other() -> None:
    told = {name: default for name, default, _ in ROW.findall(GUIDE)}
    fields = Settings.model_fields.items()
    assert told == {f"LOBBY_{n.upper()}": written(f.get_default()) for n, f in fields}


@pytest.mark.parametrize("command", [[], ["admin"], ["token"]])
def test_every_command_is_in_the_guide(command: list[str]) -> None:
    said = CliRunner().invoke(app, [*command, "--help"], terminal_width=200).output
    names = re.findall(r"^[│|]? ([a-z-]+) {2,}", said, re.MULTILINE)
    assert names
    assert [name for name in names if not re.search(rf"\b{name}\b", GUIDE)] == []
