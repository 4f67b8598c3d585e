"""`lobby player`: what an operator does about players."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lobby.cli.asking import do
from lobby.domain.accounts import RestrictionType

player = typer.Typer(no_args_is_help=True, help="Players: their role, and what keeps them out.")

Player = Annotated[str, typer.Argument(help="A uuid, or the older number.")]
DAY_SECONDS = 24 * 60 * 60.0


@player.command()
def show(player: Player) -> None:
    """Say who a player is, as JSON: platform, role, restrictions."""
    _say(do("player show", player=player))


@player.command()
def restrict(
    player: Player,
    type: Annotated[RestrictionType, typer.Argument()] = RestrictionType.BAN,
    reason: Annotated[str | None, typer.Option(help="Shown to the player's game.")] = None,
    days: Annotated[float | None, typer.Option(help="How long; without it, for good.")] = None,
) -> None:
    """Keep a player out: every token and socket ends at once, everywhere. One that is to be
    deleted (account_pending_deletion) is shown so, and not kept out."""
    seconds = None if days is None else days * DAY_SECONDS
    said = do("player restrict", player=player, type=type, reason=reason, seconds=seconds)
    _say(said)


@player.command()
def lift(
    player: Player,
    type: Annotated[RestrictionType | None, typer.Argument(help="Without it, all.")] = None,
) -> None:
    """End a player's restrictions."""
    _say(do("player lift", player=player, type=type))


@player.command()
def role(player: Player, role: Annotated[str, typer.Argument(help="Of the catalogue.")]) -> None:
    """Give a player another role; it counts at once."""
    _say(do("player role", player=player, role=role))


def _say(player: dict[str, object]) -> None:
    typer.echo(json.dumps(player, indent=2))
