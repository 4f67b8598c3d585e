"""What one row says of another: names are given once, and whoever is named is there.

Looks at the file as it was read, so that these faults are told together with those inside rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from lobby.catalogue.places import Place, found, written

Fault = tuple[Place, str]

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
"""Within each of the first, no two of the second are alike."""

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
        for place, within in found(tree, scope):
            yield from _alike(place, [(p, _key(v)) for p, v in found(within, names)])
    skus = [(place, one) for place, one in found(tree, "skus[]") if isinstance(one, dict)]
    yield from _alike((), [(p, f"{one.get('platform')} {one.get('sku')}") for p, one in skus])
    for names, what, among in REFERENCES:
        there = set(_keys(tree, among))
        for place, value in found(tree, names):
            if isinstance(value, str | int) and _key(value) not in there:
                yield place, f'there is no {what} "{value}"'
    yield from _aimless(tree)
    yield from _crowded(tree)
    yield from _homeless(tree)
    yield from _hostless(tree)


def _aimless(tree: dict[str, Any]) -> Iterator[Fault]:
    if list(found(tree, "queues[]")) and not list(found(tree, "matchmaking.session_type")):
        yield ("matchmaking", "session_type"), "missing: says what the matches of queues become"


def _crowded(tree: dict[str, Any]) -> Iterator[Fault]:
    """A party stays together, so queues let in none that no side has room for."""
    sides = {_key(p.get("id")): p.get("max_players_per_side") for p in _tables(tree, "profiles[]")}
    groups = {
        _key(group.get("id")): [
            sides.get(_key(profile)) for _, profile in found(group, "templates[].profiles[]")
        ]
        for group in _tables(tree, "template_groups[]")
    }
    for place, queue in found(tree, "queues[]"):
        size, group = (_word(queue, w) for w in ("max_queue_group_size", "template_group"))
        most = max((n for n in groups.get(_key(group), []) if type(n) is int), default=None)
        if most is not None and type(size) is int and size > most:
            why = f"{size} would never be matched: no profile has more than {most} on a side"
            yield (*place, "max_queue_group_size"), why


def _homeless(tree: dict[str, Any]) -> Iterator[Fault]:
    if list(found(tree, "regions[]")):
        return
    for place, count in found(tree, "templates[].min_session_count"):
        if count:
            yield place, "there are no regions to keep them in"


def _hostless(tree: dict[str, Any]) -> Iterator[Fault]:
    if dict(found(tree, "instances.provider")).get(("instances", "provider")) != "none":
        return
    for place, kind in found(tree, "instance_templates[].default_host_type"):
        if kind == "dedicated":
            yield place, 'there are no game servers: instances.provider is "none"'


def _word(table: Any, word: str) -> Any:
    return table.get(word) if isinstance(table, dict) else None


def _tables(tree: Any, names: str) -> list[dict[str, Any]]:
    return [value for _, value in found(tree, names) if isinstance(value, dict)]


def _keys(tree: dict[str, Any], names: str) -> Iterator[str]:
    for _, value in found(tree, names):
        yield from (value if isinstance(value, dict) else [_key(value)])


def _alike(place: Place, names: list[tuple[Place, str]]) -> Iterator[Fault]:
    first: dict[str, Place] = {}
    for inner, name in names:
        if name in first:
            yield (
                (*place, *inner),
                f'"{name}" is there twice, first in {written((*place, *first[name]))}',
            )
        first.setdefault(name, inner)


def _key(value: object) -> str:
    """What makes two names the same: 1 and "1" are, and a UUID in either case."""
    try:
        return str(UUID(str(value)))
    except ValueError:
        return str(value)
