"""Parts of a sample catalogue, from which each test composes its game."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

BY_PLAYERS = {"can_be_created_by_players_directly": True}
TWO_TEAMS = {"num_teams": 2, "players_per_team": 2}
SESSION_TYPES: dict[str, dict[str, Any]] = {
    "party": BY_PLAYERS,
    "game": {**BY_PLAYERS, **TWO_TEAMS},
    "draft": {**BY_PLAYERS, "can_change_own_team": False, **TWO_TEAMS},
    "plaza": {
        "joinable": True,
        **BY_PLAYERS,
        "auto_add_to_browser": True,
        "auto_browser_params": {"kind": "social"},
        "keep_alive_on_empty": True,
        "players_per_team": 3,
    },
    "lounge": {"welcome": "host", "joinable": True, **BY_PLAYERS},
    "match": TWO_TEAMS,
    "hub": {"joinable": True, "min_session_count": 2},
}
SERVERS = ("servers-eu", "a game server's password")
"""Name and password of the game servers' account."""
numbers = count(1)


def written(folder: Path, text: str) -> Path:
    """Write the catalogue to a file; returns its path."""
    file = folder / "game.toml"
    file.write_text(text)
    return file


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False)


def lines(fields: dict[str, Any]) -> str:
    return "".join(f"{word} = {toml(said)}\n" for word, said in fields.items() if said is not None)


def section(name: str, /, **fields: Any) -> str:
    return f"[{name}]\n{lines(fields)}"


def entry(name: str, /, **fields: Any) -> str:
    """A table of a TOML array of tables; fields of None are left out."""
    return f"[[{name}]]\n{lines(fields)}"


def regions(*names: str) -> str:
    """Regions; `lan` is not for matchmaking."""
    custom = {"lan": True}
    return "".join(entry("regions", region_id=n, custom_only=custom.get(n)) for n in names)


def session_type(name: str, **changes: Any) -> str:
    """A session type of the sample, with these fields changed."""
    return entry("templates", session_type=name, **{**SESSION_TYPES[name], **changes})


def servers() -> str:
    name, password = SERVERS
    return entry("auth.basic_users", name=name, password=password, role="dedicated_server")


def uuid(n: int) -> str:
    return f"5d0c6a52-7d1e-4b7c-9c1d-{n:012}"


def queue(name: str, *, size: int = 4, profiles: Sequence[str] = (), **words: Any) -> str:
    """A queue with one profile of the same name; its template may use further profiles."""
    number = next(numbers)
    said = {"rank_id": 1, "max_players_per_side": 2, "instance_template": uuid(1), **words}
    template = {"id": uuid(200 + number), "profiles": [name, *profiles]}
    most = min(size, said["max_players_per_side"])
    group = uuid(100 + number)
    return (
        entry("profiles", id=name, **said)
        + entry("template_groups", id=group, templates=[template])
        + entry("queues", queue_id=name, max_queue_group_size=most, template_group=group)
    )
