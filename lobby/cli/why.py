"""`lobby why`: why somebody is gone, and what became of a session."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command
from lobby.cli.options import hours as hours_of
from lobby.cli.options import stop
from lobby.exit_codes import Exit


def why(
    who: Annotated[str | None, typer.Argument(help="A uuid, number, login or name.")] = None,
    session: Annotated[str | None, typer.Option(help="Of this session only.")] = None,
    hours: Annotated[
        float | None,
        typer.Option(callback=hours_of, help="As far back; at most a day is kept."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with every field.")] = False,
) -> None:
    """Say why somebody is gone, in one line, and below what happened to them, the last first.
    Without WHO: what became of a session, from its beginning."""
    if who is None and session is None:
        raise stop("say whom you mean, or which --session", Exit.SETTINGS)
    found = run_command("why", who=who, session=session, hours=hours)
    lines = found.pop("lines")
    if as_json:
        typer.echo(json.dumps(found, indent=2))
    else:
        typer.echo("\n".join([found["said"], *lines]))
