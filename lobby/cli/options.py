"""Settings of a command, from its options and the environment; errors in them end it."""

from __future__ import annotations

import os
from typing import Any

import typer
from pydantic import ValidationError

from lobby import catalogue as catalogues
from lobby.config import Settings, complaints
from lobby.exit_codes import Exit, complain

LONGEST_DAYS, LONGEST_HOURS = 100_000, 1_000_000
"""Of a time that is given in days, or in hours."""


def days(said: float | None) -> float | None:
    """An option's number of days; refused in words where it is no time."""
    if said is not None and not 0 < said <= LONGEST_DAYS:
        raise typer.BadParameter(
            f"say more than 0 and at most {LONGEST_DAYS:,}; leave it out for good."
        )
    return said


def hours(said: float | None) -> float | None:
    """The same of hours; as far back as anything is kept."""
    if said is not None and not 0 < said <= LONGEST_HOURS:
        raise typer.BadParameter("say more than 0; leave it out for all that is kept.")
    return said


def settings(**said: object) -> Settings:
    """The settings; exits with a line for each that is invalid."""
    try:
        return Settings(**options(**said))
    except ValidationError as error:
        *others, last = complaints(error)
        for line in others:
            complain(line, Exit.SETTINGS)
        raise stop(last, Exit.SETTINGS) from None


def options(**said: object) -> dict[str, Any]:
    """The options that were given; `port` from PORT, which platforms set, without LOBBY_PORT."""
    given = {name: value for name, value in said.items() if value is not None}
    if "LOBBY_PORT" not in os.environ and os.environ.get("PORT"):
        given.setdefault("port", os.environ["PORT"])
    return given


def faults(settings: Settings) -> list[str]:
    """The errors in the catalogue that the settings name, one a line."""
    try:
        catalogues.load(settings)
    except catalogues.InvalidCatalogue as wrong:
        return wrong.lines
    return []


def stop(line: str, code: Exit) -> typer.Exit:
    """Print the line and return the exception to raise."""
    return typer.Exit(complain(line, code))
