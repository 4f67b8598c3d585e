"""What the operator's guide says about settings and commands is so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import typer
from pydantic import SecretStr

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


def commands(of: typer.Typer) -> Iterator[str]:
    for command in of.registered_commands:
        yield command.name or str(command.callback and command.callback.__name__)
    for group in of.registered_groups:
        assert group.typer_instance
        yield str(group.name)
        yield from commands(group.typer_instance)


def test_every_command_is_in_the_guide() -> None:
    names = list(commands(app))
    assert len(names) > 8
    assert [name for name in names if not re.search(rf"[ |]{name}\b", GUIDE)] == []
