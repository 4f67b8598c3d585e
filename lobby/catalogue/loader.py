"""Loads a catalogue from TOML, or reports all its faults, each with its line and location."""

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

from lobby.catalogue import cross_references
from lobby.catalogue.auth import ROLES
from lobby.catalogue.catalogue import Catalogue
from lobby.catalogue.cross_references import Fault
from lobby.catalogue.fields import REFERENCE, CatalogueRow
from lobby.catalogue.locations import Lines, format_location
from lobby.config import Settings
from lobby.domain.sessions.templates import HOSTED

BUILT_IN = "the built-in catalogue"
LARGEST_FILE = 1024 * 1024
"""Bytes of a catalogue; one with a thousand maps has a tenth of it."""
MESSAGES = {
    "missing": "missing",
    "string_pattern_mismatch": "should be letters, digits, _ . and -, a letter or digit first",
    "finite_number": "should be a number with an end",
}


class InvalidCatalogue(Exception):
    """`lines`: one for each fault, `file:line: location: what is wrong`."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def load(settings: Settings) -> Catalogue:
    """The catalogue that the settings name, or the built-in one; secrets are resolved. The region
    of this process is one of its."""
    if settings.catalogue:
        offered = read(Path(settings.catalogue), settings, environment=os.environ)
    else:
        built_in = (resources.files("lobby.catalogue") / "default.toml").read_text("utf-8")
        offered = parse(built_in, settings, file=BUILT_IN, environment=os.environ)
    regions = [region.region_id for region in offered.regions]
    if settings.region and settings.region not in regions:
        known = f"one of: {', '.join(regions)}" if regions else "which has none"
        raise InvalidCatalogue([f"LOBBY_REGION: should be a region of the catalogue, {known}"])
    return offered


def read(
    path: Path, settings: Settings, *, environment: Mapping[str, str] | None = None
) -> Catalogue:
    """Without an environment, references to its variables stay unresolved."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise InvalidCatalogue([f"{path}: larger than {LARGEST_FILE} bytes"])
        text = content.decode("utf-8-sig")
    except OSError as failure:
        raise InvalidCatalogue([f"{path}: {failure.strerror}"]) from None
    except UnicodeDecodeError as failure:
        raise InvalidCatalogue([f"{path}: not UTF-8, at byte {failure.start}"]) from None
    return parse(text, settings, file=str(path), environment=environment)


def parse(
    text: str, settings: Settings, *, file: str, environment: Mapping[str, str] | None = None
) -> Catalogue:
    try:
        tree = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InvalidCatalogue([f"{file}: not TOML: {error}"]) from None
    whole = _with_defaults(tree, settings)
    faults = list(cross_references.faults(whole))
    try:
        catalogue = Catalogue.model_validate(whole, context={"environment": environment})
    except ValidationError as error:
        faults += [_fault(e) for e in error.errors(include_input=False, include_url=False)]
    if faults:
        raise InvalidCatalogue(_lines(faults, text, file))
    return catalogue


def _with_defaults(tree: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """With the built-in roles and the template of hosted sessions. They are added behind the
    file's own rows, so that locations and duplicates are reported for the file."""
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
        return place, f"there is no such word here{_suggestion(str(place[-1]))}"
    message = MESSAGES.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return place, re.sub(r"^[A-Z]\w+ (?=should )", "", message)


def _suggestion(word: str) -> str:
    words = {name for row in CatalogueRow.__subclasses__() for name in row.model_fields}
    close = get_close_matches(word, sorted(words), n=1, cutoff=0.75)
    return f"; is {close[0]} meant?" if close else ""


def _lines(faults: list[Fault], text: str, file: str) -> list[str]:
    lines = Lines(text)
    placed = sorted((lines.of(place) or 0, format_location(place), what) for place, what in faults)
    return [
        f"{file}:{line}: {place}: {what}" if line else f"{file}: {place}: {what}"
        for line, place, what in placed
    ]


def summary(catalogue: Catalogue) -> str:
    """What the catalogue contains, and which environment variables it needs; for people."""
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
