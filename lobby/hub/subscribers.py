"""Connections that ask questions to lists: which, and whether they may ask another one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field

from lobby.domain.errors import ListFull, TooMany, Unauthenticated
from lobby.hub.fanout import Watcher
from lobby.live_queries import Query, QueryWindow, Sent
from lobby.token_bucket import TokenBucket

MOST_QUESTIONS = 8
"""Query topics that one connection watches at a time."""
QUESTIONS_PER_SECOND = 2.0
"""New questions of one connection, in the long run: each takes a look at the whole list."""
QUESTIONS_BURST = 10
"""The same at once."""

TOO_MANY = (
    f"a connection asks {QUESTIONS_PER_SECOND:g} new questions a second, {QUESTIONS_BURST} at once;"
    " wait, and name what you have (`known`)"
)
FULL = f"a connection watches at most {MOST_QUESTIONS} lists by a question; unwatch one first"
NAMELESS = "`friends` and `welcome` are about you: show a token, or say hello with an identity"


@dataclass(eq=False)
class Subscription:
    """A question that a watcher asks. `window`: what it is sent; None while another is looked for.
    `joined`: the reply is written, so that frames may come. `before`: what it was sent by the
    window before, where the next is to go on from there."""

    query: Query
    window: QueryWindow | None = None
    joined: bool = False
    before: Sent | None = None


@dataclass
class Subscriber:
    """A connection that has asked something. `topics`: what it asks now."""

    topics: dict[str, Subscription] = field(default_factory=dict)
    bucket: TokenBucket = field(
        default_factory=lambda: TokenBucket(QUESTIONS_PER_SECOND, QUESTIONS_BURST)
    )


class Subscribers:
    """All of this process, by the watcher that a connection is."""

    def __init__(self) -> None:
        self._subscribers: dict[Watcher, Subscriber] = {}

    def add(self, topic: str, watcher: Watcher, query: Query, *, lives: bool) -> Subscription:
        """The question is asked from now on. `lives`: its answer is, and the watcher has it. Raises
        Unauthenticated, ListFull, TooMany."""
        if query.personal and not watcher.identity:
            raise Unauthenticated(NAMELESS)
        mine = self._subscribers.setdefault(watcher, Subscriber())
        if topic not in mine.topics and len(mine.topics) >= MOST_QUESTIONS:
            raise ListFull(FULL)
        now = asyncio.get_running_loop().time()
        if not lives and (wait := mine.bucket.take(now)):
            raise TooMany(TOO_MANY, retry_after=round(wait, 3))
        return mine.topics.setdefault(topic, Subscription(query))

    def get(self, topic: str, watcher: Watcher) -> Subscription | None:
        mine = self._subscribers.get(watcher)
        return mine.topics.get(topic) if mine else None

    def of(self, watcher: Watcher) -> Iterator[tuple[str, Subscription]]:
        mine = self._subscribers.get(watcher)
        return iter([*mine.topics.items()] if mine else ())

    def remove(self, topic: str, watcher: Watcher) -> Subscription | None:
        mine = self._subscribers.get(watcher)
        return mine.topics.pop(topic, None) if mine else None

    def forget(self, watcher: Watcher) -> None:
        """The connection has ended."""
        self._subscribers.pop(watcher, None)
