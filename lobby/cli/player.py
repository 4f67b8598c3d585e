"""`lobby player`: shows whoever plays, restricts them, gives players roles; `lobby restrict`."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lobby.cli.admin_client import run_command
from lobby.cli.options import days as days_of
from lobby.domain.accounts import RestrictionType

player = typer.Typer(
    no_args_is_help=True, help="Whoever plays: where they are, and what keeps them out."
)

Who = Annotated[str, typer.Argument(help="A uuid, a number, a login, a nickname or a name.")]
Player = Annotated[str, typer.Argument(help="A uuid, or the older number.")]
DAY_SECONDS = 24 * 60 * 60.0


@player.command()
def show(who: Who) -> None:
    """Say who somebody is, as JSON: restrictions, role, where they sit, what they host, their
    queue."""
    _print(run_command("player show", player=who))


@player.command()
def restrict(
    who: Who,
    type: Annotated[RestrictionType, typer.Argument()] = RestrictionType.BAN,
    reason: Annotated[str | None, typer.Option(help="Shown to a player's game.")] = None,
    days: Annotated[
        float | None, typer.Option(callback=days_of, help="How long; without it, for good.")
    ] = None,
) -> None:
    """Keep somebody out: tokens and sockets end at once, everywhere, and so do their seats, queue,
    invitations and sessions that they host. An account that is to be deleted
    (account_pending_deletion) is shown so, and not kept out."""
    seconds = None if days is None else days * DAY_SECONDS
    said = run_command("player restrict", player=who, type=type, reason=reason, seconds=seconds)
    _print(said)


@player.command()
def lift(
    who: Who,
    type: Annotated[RestrictionType | None, typer.Argument(help="Without it, all.")] = None,
) -> None:
    """End somebody's restrictions."""
    _print(run_command("player lift", player=who, type=type))


@player.command()
def role(player: Player, role: Annotated[str, typer.Argument(help="Of the catalogue.")]) -> None:
    """Give a player another role; it counts at once."""
    _print(run_command("player role", player=player, role=role))


def _print(player: dict[str, object]) -> None:
    typer.echo(json.dumps(player, indent=2))
