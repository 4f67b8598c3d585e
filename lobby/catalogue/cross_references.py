"""Referential integrity of the catalogue: names are unique, and references resolve.

Works on the parsed TOML, so that these faults are reported together with those within rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from lobby.catalogue.locations import Location, find, format_location

Fault = tuple[Location, str]
NO_GAME_SERVERS = 'there are no game servers: instances.provider is "none"'

UNIQUE = (
    ("", "regions[].region_id"),
    ("", "templates[].session_type"),
    ("", "map_lists[].id"),
    ("map_lists[]", "maps[].map_id"),
    ("", "instance_templates[].id"),
    ("", "profiles[].id"),
    ("", "template_groups[].id"),
    ("", "template_groups[].templates[].id"),
    ("template_groups[].templates[]", "profiles[]"),
    ("", "queues[].queue_id"),
    ("", "ranks[].rank_id"),
    ("", "roles{}.id"),
    ("", "auth.clients[].id"),
    ("", "auth.basic_users[].name"),
    ("", "auth.providers[].platform"),
    ("", "entitlement_providers[].platform"),
    ("", "custom_endpoints[].id"),
)
"""Scope, and the values that are unique within it."""

REFERENCES = (
    ("auth.clients[].default_role", "role", "roles"),
    ("auth.basic_users[].role", "role", "roles"),
    ("auth.providers[].default_role", "role", "roles"),
    ("instance_templates[].map_list", "map list", "map_lists[].id"),
    ("profiles[].instance_template", "instance template", "instance_templates[].id"),
    ("profiles[].rank_id", "rank", "ranks[].rank_id"),
    ("template_groups[].templates[].profiles[]", "profile", "profiles[].id"),
    ("queues[].template_group", "group", "template_groups[].id"),
    ("matchmaking.session_type", "template", "templates[].session_type"),
)


def faults(tree: dict[str, Any]) -> Iterator[Fault]:
    for scope, names in UNIQUE:
        for place, within in find(tree, scope):
            yield from _duplicates(place, [(p, _key(v)) for p, v in find(within, names)])
    skus = [(place, one) for place, one in find(tree, "skus[]") if isinstance(one, dict)]
    yield from _duplicates((), [(p, f"{one.get('platform')} {one.get('sku')}") for p, one in skus])
    for names, what, among in REFERENCES:
        there = set(_keys(tree, among))
        for place, value in find(tree, names):
            if isinstance(value, str | int) and _key(value) not in there:
                yield place, f'there is no {what} "{value}"'
    yield from _queues_without_session_type(tree)
    yield from _groups_too_large(tree)
    yield from _sessions_without_regions(tree)
    yield from _dedicated_without_provider(tree)
    yield from _asking_without_provider(tree)


def _queues_without_session_type(tree: dict[str, Any]) -> Iterator[Fault]:
    if list(find(tree, "queues[]")) and not list(find(tree, "matchmaking.session_type")):
        yield ("matchmaking", "session_type"), "missing: says what the matches of queues become"


def _groups_too_large(tree: dict[str, Any]) -> Iterator[Fault]:
    """A party is never split, so a queue admits none that is larger than a side."""
    sides = {_key(p.get("id")): p.get("max_players_per_side") for p in _tables(tree, "profiles[]")}
    groups = {
        _key(group.get("id")): [
            sides.get(_key(profile)) for _, profile in find(group, "templates[].profiles[]")
        ]
        for group in _tables(tree, "template_groups[]")
    }
    for place, queue in find(tree, "queues[]"):
        size, group = (_field(queue, w) for w in ("max_queue_group_size", "template_group"))
        most = max((n for n in groups.get(_key(group), []) if type(n) is int), default=None)
        if most is not None and type(size) is int and size > most:
            why = f"{size} would never be matched: no profile has more than {most} on a side"
            yield (*place, "max_queue_group_size"), why


def _sessions_without_regions(tree: dict[str, Any]) -> Iterator[Fault]:
    if list(find(tree, "regions[]")):
        return
    for place, count in find(tree, "templates[].min_session_count"):
        if count:
            yield place, "there are no regions to keep them in"


def _dedicated_without_provider(tree: dict[str, Any]) -> Iterator[Fault]:
    for place, kind in find(tree, "instance_templates[].default_host_type"):
        if kind == "dedicated" and _no_game_servers(tree):
            yield place, NO_GAME_SERVERS


def _asking_without_provider(tree: dict[str, Any]) -> Iterator[Fault]:
    for place, who in find(tree, "profiles[].backfill"):
        if who == "server" and _no_game_servers(tree):
            yield place, f"nobody asks for players; {NO_GAME_SERVERS}"


def _no_game_servers(tree: dict[str, Any]) -> bool:
    return dict(find(tree, "instances.provider")).get(("instances", "provider")) == "none"


def _field(table: Any, word: str) -> Any:
    return table.get(word) if isinstance(table, dict) else None


def _tables(tree: Any, names: str) -> list[dict[str, Any]]:
    return [value for _, value in find(tree, names) if isinstance(value, dict)]


def _keys(tree: dict[str, Any], names: str) -> Iterator[str]:
    for _, value in find(tree, names):
        yield from (value if isinstance(value, dict) else [_key(value)])


def _duplicates(place: Location, names: list[tuple[Location, str]]) -> Iterator[Fault]:
    first: dict[str, Location] = {}
    for inner, name in names:
        if name in first:
            yield (
                (*place, *inner),
                f'"{name}" is there twice, first in {format_location((*place, *first[name]))}',
            )
        first.setdefault(name, inner)


def _key(value: object) -> str:
    """Normal form by which names are compared: 1 and "1" are equal, and a UUID in either case."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return str(value)
