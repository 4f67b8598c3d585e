"""The sample catalogue of the repository (`lobby.toml`), as it is or with one change."""

from __future__ import annotations

from pathlib import Path

from lobby.catalogue import Catalogue, InvalidCatalogue
from lobby.catalogue.loader import parse
from lobby.config import Settings

FILE = Path(__file__).parents[2] / "lobby.toml"
SAMPLE = FILE.read_text()
SETTINGS = Settings(hosted_teams=3, hosted_seats_per_team=5)
ENVIRONMENT = {"GAME_CLIENT_SECRET": "correct horse", "GAME_SERVER_PASSWORD": "battery staple"}


def catalogue(text: str, environment: dict[str, str] | None = ENVIRONMENT) -> Catalogue:
    return parse(text, SETTINGS, file="it", environment=environment)


def changed(was: str, becomes: str) -> str:
    """The sample with the first occurrence replaced."""
    assert was in SAMPLE, f"the sample does not say {was}"
    return SAMPLE.replace(was, becomes, 1)


def complaints(text: str, environment: dict[str, str] | None = ENVIRONMENT) -> list[str]:
    """The faults found, each beginning with its location; without file and line."""
    try:
        catalogue(text, environment)
    except InvalidCatalogue as wrong:
        return [line.partition(": ")[2] for line in wrong.lines]
    return []
