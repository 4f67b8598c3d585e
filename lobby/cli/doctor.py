"""`lobby doctor`."""

from __future__ import annotations

import asyncio

import typer
from pydantic import ValidationError

from lobby.cli import given
from lobby.config import Settings, complaints
from lobby.exits import Exit


def examine() -> None:
    """Look at settings, database, Redis, keys and this machine; say what to do."""
    from rich.console import Console

    from lobby import doctor  # brings drivers that a start may not need

    try:
        settings: Settings | None = (found := Settings(**given.options()))
        wrong = given.faults(found)
    except ValidationError as error:
        settings, wrong = None, complaints(error)
    findings = asyncio.run(doctor.examine(settings, wrong))
    Console().print(doctor.table(findings))
    raise typer.Exit(Exit.FAILED if any(f.mark is doctor.Mark.WRONG for f in findings) else Exit.OK)
