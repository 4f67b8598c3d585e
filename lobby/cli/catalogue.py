"""`lobby catalogue`: checks a catalogue file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lobby import catalogue as catalogues
from lobby.cli.options import settings
from lobby.exit_codes import Exit

catalogue = typer.Typer(no_args_is_help=True, help="What the game offers: docs/catalogue.md.")


@catalogue.command()
def check(file: Annotated[Path, typer.Argument(help="A TOML file, as LOBBY_CATALOGUE.")]) -> None:
    """Say everything that is wrong with a catalogue, or what is in it."""
    try:
        typer.echo(catalogues.summary(catalogues.read(file, settings())))
    except catalogues.InvalidCatalogue as wrong:
        typer.echo("\n".join(wrong.lines))
        raise typer.Exit(Exit.FAILED) from None
