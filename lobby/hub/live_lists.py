"""The lists that may be asked questions, each with its engine, its feed and its windows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from lobby.hub.asked_lists import AskedList
from lobby.hub.document_feed import DocumentFeed, Open
from lobby.hub.people_list import PeopleList
from lobby.hub.query_topics import QueryTopics
from lobby.hub.roster_feed import RosterFeed
from lobby.hub.windows import Windows
from lobby.live_queries import PEOPLE, SESSIONS, ListSchema, QueryEngine


def live_lists(
    queries: QueryTopics,
    sessions: Open,
    roster: RosterFeed,
    *,
    epoch: Callable[[], str],
    most: int,
    clock: Callable[[], float],
) -> dict[str, AskedList]:
    """By their names. `sessions`: opens the topic with all of them; `roster` tells of people;
    `most`: different questions to each at a time; `clock`: Unix seconds, as all processes have
    them."""

    def windows(schema: ListSchema) -> Windows:
        engine = QueryEngine(schema, epoch=epoch)
        return Windows(
            engine,
            most=most,
            skip=queries.skip,
            before_frames=queries.part_moved,
            exclude=queries.exclude,
        )

    listed, online = windows(SESSIONS), windows(PEOPLE)
    changed, in_use = online.changed, partial(queries.in_use, PEOPLE.name)
    feed = DocumentFeed(sessions, listed.engine, changed=listed.changed, clock=clock)
    people = PeopleList(roster, online.engine, changed=changed, in_use=in_use)
    return {SESSIONS.name: AskedList(listed, feed), PEOPLE.name: AskedList(online, people)}
