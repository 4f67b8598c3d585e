"""`lobby doctor`: prints the findings of the checks."""

from __future__ import annotations

import asyncio

import typer
from pydantic import ValidationError

from lobby.cli import options
from lobby.config import Settings, complaints
from lobby.exit_codes import Exit


def examine() -> None:
    """Look at settings, database, Redis, keys and this machine; say what to do."""
    from rich.console import Console

    from lobby.doctor import checks  # loads drivers that no other command needs

    try:
        settings: Settings | None = (found := Settings(**options.options()))
        wrong = options.faults(found)
    except ValidationError as error:
        settings, wrong = None, complaints(error)
    findings = asyncio.run(checks.examine(settings, wrong))
    Console().print(checks.table(findings))
    raise typer.Exit(Exit.FAILED if any(f.mark is checks.Mark.WRONG for f in findings) else Exit.OK)
