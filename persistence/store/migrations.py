"""Migrations: what brings the tables of an older version to the next one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from persistence.ports import UNINDEXED

FIRST_VERSION = 1
"""Of stores that were made before the version was kept in them."""
MIGRATIONS: Mapping[int, Sequence[str]] = {
    1: (),  # documents of sessions say `entry`, which older programs would drop
    2: (  # labels have been added since; the program writes them anew for what carries this one
        f"INSERT INTO labels (kind, label, value, key) SELECT kind, '{UNINDEXED}', 'yes', key"  # noqa: S608  # a name of ours
        " FROM documents WHERE kind IN ('account', 'gamehost') ON CONFLICT DO NOTHING",
    ),
}
"""By version: the statements that bring the tables of that version to the next one."""
