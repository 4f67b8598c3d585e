"""`lobby admin`: administrators and other accounts."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command
from lobby.cli.options import stop
from lobby.exit_codes import Exit, complain

admin = typer.Typer(no_args_is_help=True, help="Administrators and other accounts.")

Login = Annotated[str, typer.Argument(help="3 to 32 letters, digits, _ . -")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from the first line of stdin.")
]


@admin.command()
def create(login: Login, password_stdin: FromStdin = False) -> None:
    """Make a new account that is an administrator."""
    said = run_command("admin create", login=login, password=_password(password_stdin))
    typer.echo(f"{said['login']} is an administrator.")


@admin.command()
def password(login: Login, password_stdin: FromStdin = False) -> None:
    """Set the password of an account; its tokens end."""
    said = run_command("admin password", login=login, password=_password(password_stdin))
    typer.echo(f"{said['login']} has a new password, and is signed out everywhere.")


@admin.command()
def delete(login: Login) -> None:
    """Delete an account, with its tokens, sockets, seats and friendships."""
    typer.echo(f"{run_command('admin delete', login=login)['login']} is gone.")


@admin.command(name="sign-out")
def sign_out(login: Login) -> None:
    """End every token and socket of an account."""
    typer.echo(f"{run_command('admin sign-out', login=login)['login']} is signed out everywhere.")


@admin.command(name="list")
def list_admins() -> None:
    """Name every administrator, one a line: login and uuid."""
    admins = run_command("admin list")["admins"]
    for one in admins:
        typer.echo(f"{one['login']:32}  {one['uuid']}")
    if not admins:
        complain("there are none; make one with: lobby admin create LOGIN", Exit.OK)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise stop("there is no terminal to ask for the password: --password-stdin", Exit.SETTINGS)
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
