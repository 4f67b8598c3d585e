"""`lobby match`: explains why a ticket waits."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command

match = typer.Typer(no_args_is_help=True, help="Who waits for a match: docs/matchmaking.md.")


@match.command()
def explain(ticket: Annotated[str, typer.Argument(help="A ticket's id.")]) -> None:
    """Say how a ticket stands and why it still waits, as JSON."""
    typer.echo(json.dumps(run_command("match explain", ticket=ticket), indent=2))
