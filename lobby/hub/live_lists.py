"""The lists that may be asked questions, each with its engine, its feed and its windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lobby.hub.asked_lists import AskedList
from lobby.hub.document_feed import DocumentFeed, Open
from lobby.hub.query_topics import QueryTopics
from lobby.hub.windows import Windows
from lobby.live_queries import PEOPLE, SESSIONS, QueryEngine
from protocol import topics

FED_BY = {topics.SESSIONS: topics.SESSIONS, topics.PEOPLE: topics.PRESENCE}
"""The topic with all entries of each list."""


def live_lists(
    queries: QueryTopics,
    open: Mapping[str, Open],
    *,
    epoch: Callable[[], str],
    most: int,
    clock: Callable[[], float],
) -> dict[str, AskedList]:
    """By their names. `open`: opens the topic that feeds each; `most`: different questions to each
    of them at a time; `clock`: Unix seconds, as all processes have them."""
    lists: dict[str, AskedList] = {}
    for schema in (SESSIONS, PEOPLE):
        engine = QueryEngine(schema, epoch=epoch)
        windows = Windows(engine, most=most, skip=queries.skip, before_frames=queries.part_moved)
        feed = DocumentFeed(open[schema.name], engine, changed=windows.changed, clock=clock)
        lists[schema.name] = AskedList(windows, feed)
    return lists
