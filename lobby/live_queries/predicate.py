"""The plain predicate: whether one row is an answer to one query, worked out anew each time.

It serves pages of a search; and it is what everything faster is held to by tests.
"""

from __future__ import annotations

from lobby.live_queries.query import Query
from lobby.live_queries.rows import QueryRow, Viewer
from lobby.live_queries.welcome import is_welcome


def matches(query: Query, row: QueryRow, viewer: Viewer) -> bool:
    """Every condition holds, and the row is not hidden from the viewer by a ban."""
    schema = query.schema
    return all(
        condition.holds(schema.key(name, row)) for name, condition in query.conditions.items()
    ) and fits(query, row, viewer)


def fits(query: Query, row: QueryRow, viewer: Viewer) -> bool:
    """What is asked beside conditions: who is in it, whether the viewer is welcome, and not kept
    from seeing it."""
    schema = query.schema
    return (
        all(
            not (viewer.friends if wanted is None else wanted).isdisjoint(schema.people[name](row))
            for name, wanted in query.people.items()
        )
        and (not query.asks_welcome or is_welcome(row, viewer))
        and not hidden(query, row, viewer)
    )


def hidden(query: Query, row: QueryRow, viewer: Viewer) -> bool:
    """Whether its owner has banned the viewer, who has no part in it."""
    return (
        query.schema.owner(row) in viewer.banned_by
        and row.facts.bans_count
        and viewer.uuid not in row.facts.insiders
    )
