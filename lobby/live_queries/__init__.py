"""Live queries: which entries of a list answer a question, kept current while they change.

    question (`query`) -> conditions on values -> masks over all windows (`masks`)
    row changes -> windows that it enters, leaves or moves in (`lists`, `window`) -> frames

The plain predicate (`predicate`) says what is right. Pure: no sockets, no stores, no tasks.
"""

from lobby.live_queries.asked_keys import MOST_ASKED_KEYS
from lobby.live_queries.engine import MOST_ATTRIBUTE_SORTS, QueryEngine
from lobby.live_queries.handover import Sent
from lobby.live_queries.predicate import matches
from lobby.live_queries.query import Query, query_of
from lobby.live_queries.rows import ANYBODY, NO_FACTS, Facts, QueryRow, Viewer
from lobby.live_queries.schema import PEOPLE, SESSIONS, ListSchema
from lobby.live_queries.search import BadCursor, SearchPage
from lobby.live_queries.window import QueryWindow

__all__ = [
    "ANYBODY",
    "MOST_ASKED_KEYS",
    "MOST_ATTRIBUTE_SORTS",
    "NO_FACTS",
    "PEOPLE",
    "SESSIONS",
    "BadCursor",
    "Facts",
    "ListSchema",
    "Query",
    "QueryEngine",
    "QueryRow",
    "QueryWindow",
    "SearchPage",
    "Sent",
    "Viewer",
    "matches",
    "query_of",
]
