"""`lobby token`: signing keys, and tokens for accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command
from lobby.cli.options import settings, stop
from lobby.config import keys_of
from lobby.exit_codes import Exit
from lobby.identity import tokens

token = typer.Typer(no_args_is_help=True, help="Signing keys, and tokens for accounts.")


@token.command()
def secret() -> None:
    """Print a fresh signing key, for LOBBY_SECRET."""
    typer.echo(tokens.random_secret())


@token.command()
def issue(account: Annotated[str, typer.Argument(help="A login or a uuid.")]) -> None:
    """Print a token for an account. Whoever has it is that account: keep it to yourself."""
    typer.echo(run_command("token issue", account=account)["token"])


@token.command()
def rotate() -> None:
    """Sign with a new key from the next start on; tokens that were given stay valid."""
    chosen = settings()
    given = keys_of(chosen.secret)
    if given:
        typer.echo(f"LOBBY_SECRET={','.join([tokens.random_secret(), *given])}")
        return
    path = Path(chosen.secret_file)
    try:
        kept = tokens.read_or_create_keys(path) if path.exists() else []
        tokens.write_keys(path, [tokens.random_secret(), *kept])
    except OSError as failure:
        raise stop(f"LOBBY_SECRET_FILE: {path}: {failure.strerror}", Exit.SETTINGS) from failure
    typer.echo(
        f"{path}: a new key first, {len(kept)} behind it. Restart the server to sign with it."
    )
