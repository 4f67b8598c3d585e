"""The command line: `lobby serve | reload | doctor | backup | restore | admin | restrict | …`.

Parses arguments, prints lines, returns exit codes. A command imports no more than it needs.
"""

from __future__ import annotations

import typer

from lobby.cli.admin import admin
from lobby.cli.backups import backup, restore
from lobby.cli.catalogue import catalogue
from lobby.cli.doctor import examine
from lobby.cli.match import match
from lobby.cli.player import player, restrict
from lobby.cli.reload import reload
from lobby.cli.serve import serve
from lobby.cli.token import token
from lobby.cli.why import why

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="A real-time lobby server for games. Settings are LOBBY_ variables: docs/operating.md.",
)
app.command()(serve)
app.command()(reload)
app.command(name="doctor")(examine)
app.command()(backup)
app.command()(restore)
app.command()(why)
app.command()(restrict)
app.add_typer(admin, name="admin")
app.add_typer(player, name="player")
app.add_typer(token, name="token")
app.add_typer(catalogue, name="catalogue")
app.add_typer(match, name="match")


def main() -> None:
    app()
