"""From a file to a catalogue, or to everything that is wrong with it, each with its place."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lobby.catalogue import references
from lobby.catalogue.access import ROLES
from lobby.catalogue.places import Lines, written
from lobby.catalogue.references import Fault
from lobby.catalogue.rows import REFERENCE, Row
from lobby.catalogue.whole import Catalogue
from lobby.config import Settings
from lobby.domain.templates import HOSTED

BUILT_IN = "the built-in catalogue"
LARGEST = 1024 * 1024
"""In bytes; somebody's catalogue of a thousand maps has a tenth of it."""
SAID = {
    "missing": "missing",
    "string_pattern_mismatch": "should be letters, digits, _ . and -, a letter or digit first",
    "finite_number": "should be a number with an end",
}


class WrongCatalogue(Exception):
    """`lines`: one for each fault, `file:line: place: what is wrong`."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def chosen(settings: Settings) -> Catalogue:
    """The one that the settings name, or the built-in one, with secrets from the environment."""
    if settings.catalogue:
        return read(Path(settings.catalogue), settings, environment=os.environ)
    built_in = resources.files("lobby.catalogue") / "default.toml"
    return parse(built_in.read_text("utf-8"), settings, file=BUILT_IN, environment=os.environ)


def read(
    path: Path, settings: Settings, *, environment: Mapping[str, str] | None = None
) -> Catalogue:
    """Without an environment, secrets that are kept there stay references."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise WrongCatalogue([f"{path}: larger than {LARGEST} bytes"])
        text = content.decode("utf-8-sig")
    except OSError as failure:
        raise WrongCatalogue([f"{path}: {failure.strerror}"]) from None
    except UnicodeDecodeError as failure:
        raise WrongCatalogue([f"{path}: not UTF-8, at byte {failure.start}"]) from None
    return parse(text, settings, file=str(path), environment=environment)


def parse(
    text: str, settings: Settings, *, file: str, environment: Mapping[str, str] | None = None
) -> Catalogue:
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise WrongCatalogue([f"{file}: not TOML: {error}"]) from None
    whole = _completed(tree, settings)
    faults = list(references.faults(whole))
    try:
        catalogue = Catalogue.model_validate(whole, context={"environment": environment})
    except ValidationError as error:
        faults += [_fault(e) for e in error.errors(include_input=False, include_url=False)]
    if faults:
        raise WrongCatalogue(_lines(faults, text, file))
    return catalogue


def _completed(tree: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """With the roles that there always are, and what a host launches. Added where no place of the
    file's own changes, and so that what is alike is told of the file."""
    roles, templates = tree.get("roles", {}), tree.get("templates", [])
    if isinstance(roles, dict):
        built_in = {name: role for name, role in ROLES.items() if name not in roles}
        given = {
            name: {**ROLES.get(name, {}), **role} if isinstance(role, dict) else role
            for name, role in roles.items()
        }
        roles = {**built_in, **given}
    if isinstance(templates, list) and not any(
        isinstance(one, dict) and one.get("session_type") == HOSTED for one in templates
    ):
        teams, seats = settings.hosted_teams, settings.hosted_seats_per_team
        hosted = {"session_type": HOSTED, "num_teams": teams, "players_per_team": seats}
        templates = [*templates, hosted]
    return {**tree, "roles": roles, "templates": templates}


def _fault(error: ErrorDetails) -> Fault:
    place = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "extra_forbidden":
        return place, f"there is no such word here{_meant(str(place[-1]))}"
    said = SAID.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return place, re.sub(r"^[A-Z]\w+ (?=should )", "", said)


def _meant(word: str) -> str:
    words = {name for row in Row.__subclasses__() for name in row.model_fields}
    close = get_close_matches(word, sorted(words), n=1, cutoff=0.75)
    return f"; is {close[0]} meant?" if close else ""


def _lines(faults: list[Fault], text: str, file: str) -> list[str]:
    lines = Lines(text)
    placed = sorted((lines.of(place) or 0, written(place), what) for place, what in faults)
    return [
        f"{file}:{line}: {place}: {what}" if line else f"{file}: {place}: {what}"
        for line, place, what in placed
    ]


def summary(catalogue: Catalogue) -> str:
    """What is in it, and which variables the start will want; for people."""
    counted = ", ".join(
        f"{len(rows)} {(name if len(rows) > 1 else name.removesuffix('s')).replace('_', ' ')}"
        for name, rows in catalogue
        if isinstance(rows, tuple | dict) and rows
    )
    secrets = [one.secret for one in catalogue.auth.clients]
    secrets += [one.password for one in catalogue.auth.basic_users]
    secrets += [one.client_secret for one in catalogue.auth.providers if one.client_secret]
    secrets += [one.secret for one in catalogue.entitlement_providers if one.secret]
    secrets += [one.secret for one in catalogue.custom_endpoints if one.secret]
    references = sorted(
        s for s in {s.get_secret_value() for s in secrets} if s.startswith(REFERENCE)
    )
    wanted = ", ".join(s.removeprefix(REFERENCE) for s in references)
    return f"Sound: {counted}." + (f"\nTo be set where it is served: {wanted}." if wanted else "")
