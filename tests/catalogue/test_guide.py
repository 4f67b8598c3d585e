"""The designer's guide names every word of a catalogue with its default, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel

from lobby.catalogue.auth import Auth, BasicUser, ClientRow, RoleRow
from lobby.catalogue.catalogue import Catalogue, ServerRow
from lobby.catalogue.instances import HealthRow, Instances, InstanceTemplate, Map, MapList
from lobby.catalogue.matchmaking import (
    GroupTemplate,
    Matchmaking,
    ProfileRow,
    Queue,
    RuleRow,
    RulesetRow,
    TemplateGroup,
    WindowRow,
)
from lobby.catalogue.players import CustomEndpoint, EntitlementProvider, Rank, SettingVersion, Sku
from lobby.catalogue.providers import Provider
from lobby.catalogue.sessions import PlatformTemplate, Region, SessionTemplate, StartupParamsRow

GUIDE = (Path(__file__).parents[2] / "docs" / "catalogue.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (?:`(.+?)`|(.*?)) ?\| ", re.MULTILINE)
SECTIONS: dict[str, type[BaseModel]] = {
    "[server]": ServerRow,
    "[auth]": Auth,
    "[[auth.clients]]": ClientRow,
    "[[auth.basic_users]]": BasicUser,
    "[[auth.providers]]": Provider,
    "[roles.NAME]": RoleRow,
    "[[regions]]": Region,
    "[[templates]]": SessionTemplate,
    "auto_startup_params": StartupParamsRow,
    "platform_templates.PLATFORM": PlatformTemplate,
    "[[map_lists]]": MapList,
    "maps": Map,
    "[[instance_templates]]": InstanceTemplate,
    "[matchmaking]": Matchmaking,
    "window": WindowRow,
    "[[profiles]]": ProfileRow,
    "[[template_groups]]": TemplateGroup,
    "[[template_groups.templates]]": GroupTemplate,
    "ruleset": RulesetRow,
    "rules": RuleRow,
    "[[queues]]": Queue,
    "[instances]": Instances,
    "health": HealthRow,
    "[[ranks]]": Rank,
    "[setting_types.TYPE.versions.VERSION]": SettingVersion,
    "[[skus]]": Sku,
    "[[entitlement_providers]]": EntitlementProvider,
    "[[custom_endpoints]]": CustomEndpoint,
}
TOLD_OTHERWISE = {"as its key": "*needed*", "its number": "*needed*"}
"""What is filled in before the row is looked at."""


def told() -> dict[str, dict[str, str]]:
    parts = re.split(r"^##+ `(.+)`$", GUIDE, flags=re.MULTILINE)
    return {
        title: {
            word: TOLD_OTHERWISE.get(plain, plain) or default
            for word, default, plain in ROW.findall(text)
        }
        for title, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def default(row: type[BaseModel], word: str) -> str:
    field = row.model_fields[word]
    if field.is_required():
        return "*needed*"
    match field.get_default(call_default_factory=True):
        case None | {} | ():
            return ""
        case bool(value):
            return str(value).lower()
        case tuple(value):
            return ", ".join(value)
        case BaseModel():
            return "below"
        case value:
            return f"{value:g}" if isinstance(value, float) else str(value)


def test_every_word_is_in_its_sections_table_with_its_default_and_no_other() -> None:
    assert told() == {
        title: {word: default(row, word) for word in row.model_fields}
        for title, row in SECTIONS.items()
    }


def test_every_section_has_a_table() -> None:
    first = {re.split(r"\W", title.strip("["))[0] for title in SECTIONS}
    assert set(Catalogue.model_fields) <= first
