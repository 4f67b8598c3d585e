"""`lobby serve`: checks the settings, binds the port, then runs the server or its supervisor."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from lobby import logs
from lobby.cli.options import faults, settings, stop
from lobby.config import Settings, unknown
from lobby.exit_codes import Exit, complain
from lobby.process import lazy, listener
from lobby.process.listener import CannotListen
from lobby.process.supervisor import Supervisor


def serve(
    host: Annotated[str | None, typer.Option(help="Where to listen. [LOBBY_HOST]")] = None,
    port: Annotated[int | None, typer.Option(help="0: any free one. [LOBBY_PORT, PORT]")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes behind the port.")] = 1,
) -> None:
    """Serve the page, the HTTP operations and the live channel."""
    chosen = settings(host=host, port=port)
    logs.configure(chosen)
    for name in unknown(os.environ):
        complain(f"{name} is no setting of this program; ignored", Exit.OK)
    if wrong := faults(chosen):
        raise stop("\nlobby: ".join(wrong), Exit.SETTINGS)
    if workers > 1:
        _require_shared_stores(chosen, workers)
    try:
        sock = listener.listening_socket(chosen)
    except CannotListen as no:
        raise stop(str(no), Exit.IN_USE if no.taken else Exit.SETTINGS) from None
    bound = chosen.model_copy(update={"port": sock.getsockname()[1]})

    def ready() -> None:
        processes = "one process" if workers == 1 else f"{workers} processes"
        typer.echo(f"{bound.url} · {listener.data_shown(bound)} · {processes}")
        sys.stdout.flush()

    if workers == 1:
        raise typer.Exit(lazy.load_server().run(bound, sock, ready))
    raise typer.Exit(Supervisor(bound, sock, workers, ready).run())


def _require_shared_stores(settings: Settings, workers: int) -> None:
    """Exit naming every shared store that is missing, so that all are set in one go."""
    missing = []
    if settings.database_url.startswith("sqlite:"):
        missing.append("LOBBY_DATABASE_URL=postgresql://… (a SQLite file serves one process)")
    if settings.embedded:
        missing.append("LOBBY_REDIS_URL=redis://… (a process alone tells no other what happens)")
    if not missing:
        return
    raise stop(
        f"{workers} workers need PostgreSQL (LOBBY_DATABASE_URL) and Redis (LOBBY_REDIS_URL)"
        f" together. Set {' and '.join(missing)}, or leave --workers out.",
        Exit.SETTINGS,
    )
