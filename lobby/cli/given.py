"""What a command was given: its options and the environment, or why they cannot be used."""

from __future__ import annotations

import os
from typing import Any

import typer
from pydantic import ValidationError

from lobby import catalogue as catalogues
from lobby.config import Settings, complaints
from lobby.exits import Exit, complain


def settings(**said: object) -> Settings:
    """Or the end, with a line for each that is wrong."""
    try:
        return Settings(**options(**said))
    except ValidationError as error:
        *others, last = complaints(error)
        for line in others:
            complain(line, Exit.SETTINGS)
        raise stop(last, Exit.SETTINGS) from None


def options(**said: object) -> dict[str, Any]:
    """Options that were used; and the PORT that platforms set, where LOBBY_PORT is not."""
    given = {name: value for name, value in said.items() if value is not None}
    if "LOBBY_PORT" not in os.environ and os.environ.get("PORT"):
        given.setdefault("port", os.environ["PORT"])
    return given


def faults(settings: Settings) -> list[str]:
    """Of the catalogue that the settings name."""
    try:
        catalogues.chosen(settings)
    except catalogues.WrongCatalogue as wrong:
        return wrong.lines
    return []


def stop(line: str, code: Exit) -> typer.Exit:
    """To be raised."""
    return typer.Exit(complain(line, code))
