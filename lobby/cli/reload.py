"""`lobby reload`: start again with the settings and catalogue as they are, without a gap."""

from __future__ import annotations

import os
import signal
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command
from lobby.cli.options import settings, stop
from lobby.exit_codes import Exit
from lobby.process.reload import faults


def reload(
    pid: Annotated[
        int | None, typer.Option(help="Of `lobby serve --workers`, which no admin socket names.")
    ] = None,
) -> None:
    """Check settings and catalogue; then replace what serves, one process after another."""
    chosen = settings()
    if wrong := faults(chosen):
        raise stop("\nlobby: ".join(wrong), Exit.SETTINGS)
    if pid is None and not chosen.alone:
        raise stop("several processes serve: name the one above them with --pid", Exit.SETTINGS)
    serving = pid or int(run_command("status")["pid"])
    if pid is None and serving == os.getpid():
        raise stop("no server runs here", Exit.FAILED)
    try:
        os.kill(serving, signal.SIGHUP)
    except OSError as failure:
        raise stop(f"{serving}: {failure.strerror}", Exit.FAILED) from None
    typer.echo(f"{serving} was told to reload.")
