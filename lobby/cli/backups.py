"""`lobby backup` and `lobby restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command
from lobby.cli.options import settings, stop
from lobby.exit_codes import Exit
from persistence.ports import InUse, Newer, NoBackup, Unreachable, Unsuitable

BACKUP_SECONDS = 3600.0
"""How long `lobby backup` waits for the server to write it."""


def backup(file: Annotated[Path, typer.Argument(help="A new file.")]) -> None:
    """Write the SQLite database to a file, also while the server runs."""
    said = run_command("backup", patience=BACKUP_SECONDS, file=str(file.absolute()))
    typer.echo(f"{said['file']}: {said['bytes']} bytes")


def restore(
    file: Annotated[
        Path | None,
        typer.Argument(help="Written by lobby backup. None: PostgreSQL, after pg_restore."),
    ] = None,
) -> None:
    """Put a backup in the place of the database, while no server runs."""
    from lobby import main as application

    chosen = settings()
    try:
        asyncio.run(application.restore(chosen, None if file is None else str(file)))
    except InUse as busy:
        raise stop(str(busy), Exit.IN_USE) from None
    except Unsuitable as wrong:
        raise stop(str(wrong), Exit.SETTINGS) from None
    except Unreachable as away:
        raise stop(str(away), Exit.UNREACHABLE) from None
    except (NoBackup, Newer) as no:
        raise stop(str(no), Exit.FAILED) from None
    typer.echo("Restored. Clients read everything anew when the server is started.")
