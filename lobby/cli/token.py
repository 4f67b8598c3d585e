"""`lobby token`: signing keys, and tokens for accounts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lobby import tokens
from lobby.cli.asking import do
from lobby.cli.given import settings, stop
from lobby.config import keys_of
from lobby.exits import Exit

token = typer.Typer(no_args_is_help=True, help="Signing keys, and tokens for accounts.")


@token.command()
def secret() -> None:
    """Print a fresh signing key, for LOBBY_SECRET."""
    typer.echo(tokens.opaque())


@token.command()
def issue(account: Annotated[str, typer.Argument(help="A login or a uuid.")]) -> None:
    """Print a token for an account. Whoever has it is that account: keep it to yourself."""
    typer.echo(do("token issue", account=account)["token"])


@token.command()
def rotate() -> None:
    """Sign with a new key from the next start on; tokens that were given stay valid."""
    chosen = settings()
    given = keys_of(chosen.secret)
    if given:
        typer.echo(f"LOBBY_SECRET={','.join([tokens.opaque(), *given])}")
        return
    path = Path(chosen.secret_file)
    try:
        kept = tokens.kept_keys(path) if path.exists() else []
        tokens.keep_keys(path, [tokens.opaque(), *kept])
    except OSError as failure:
        raise stop(f"LOBBY_SECRET_FILE: {path}: {failure.strerror}", Exit.SETTINGS) from failure
    typer.echo(
        f"{path}: a new key first, {len(kept)} behind it. Restart the server to sign with it."
    )
