"""Commands of the live channel that subscribe to topics, one or many at once."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self, cast, get_args

from pydantic import Field, PrivateAttr, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from protocol.codec import Count, StrictModel, Text
from protocol.command import Command, either
from protocol.known_fields import KnownFields, in_words
from protocol.queries import (
    ListName,
    PeopleQuery,
    SessionQuery,
    UncheckedFilter,
    WindowLimit,
    read_query,
)
from protocol.topics import PEOPLE

MOST_TOPICS = 64
"""Topics that one connection watches at a time, and that one `watch` names at most."""

Topic = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, pattern=r"^[a-z]+(:[0-9A-Za-z-]+)?$"),
]
Epoch = Annotated[str, StringConstraints(max_length=64)]
Sort = Annotated[
    Text,
    StringConstraints(min_length=1, max_length=80),
    in_words("should be the name of one field, such as -created or attributes.rank"),
]
QUESTION = ("filter", "sort", "limit")
OF_ONE = (*QUESTION, "known", "after", "epoch")
"""Fields of one topic: of several, each has its own."""
NO_QUESTION: Final = "only sessions and people are watched with filter, sort and limit"


class Known(StrictModel):
    """The version of a document that the client has already, within an epoch."""

    epoch: Epoch
    version: Count


class WatchedTopic(KnownFields):
    """A topic, `sessions` and `people` also by a question: `filter`, `sort`, `limit`. What the
    client has already: `known`, the version of a document; `after`, the cursor of a journal in
    `epoch`."""

    instead = "is no field of a topic: there are topic, filter, sort, limit, known, after and epoch"
    topic: Topic
    filter: UncheckedFilter | None = None
    sort: Sort | None = None
    limit: WindowLimit | None = None
    known: Known | None = None
    after: Count | None = None
    epoch: Epoch | None = None
    _question: SessionQuery | PeopleQuery | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        self._question = question_of(self.topic, self)
        return self

    @property
    def question(self) -> SessionQuery | PeopleQuery | None:
        """What is asked of the list; None: the topic is watched whole."""
        return self._question


class Watch(KnownFields, Command):
    """Subscribe to a topic, with the fields of one, or to up to 64 `topics` at once, each with
    fields of its own. What the client has already: `known`, the version of a document; `after`,
    the cursor of a journal in `epoch`."""

    repeatable = True
    instead = (
        "is no field of watch: there are topic, filter, sort, limit, known, after, epoch and"
        " topics; pages of sessions are read over HTTP, by POST /sessions/search"
    )
    alternatives = either("topic", "topics", topics=OF_ONE)
    type: Literal["watch"]
    topic: Topic | None = None
    filter: UncheckedFilter | None = None
    sort: Sort | None = None
    limit: WindowLimit | None = None
    known: Known | None = None
    after: Count | None = None
    epoch: Epoch | None = None
    topics: Annotated[list[WatchedTopic], Field(min_length=1, max_length=MOST_TOPICS)] | None = None
    _question: SessionQuery | PeopleQuery | None = PrivateAttr(None)

    @model_validator(mode="after")
    def _readable(self) -> Self:
        self._question = question_of(self.topic, self) if self.topic is not None else None
        return self

    @property
    def question(self) -> SessionQuery | PeopleQuery | None:
        """What is asked of the list; None: the topic is watched whole."""
        return self._question


class Unwatch(Command):
    repeatable = True
    type: Literal["unwatch"]
    topic: Topic


def question_of(topic: str, asked: WatchedTopic | Watch) -> SessionQuery | PeopleQuery | None:
    """The question to the topic; None where none is asked. People are never watched whole. Raises
    ValidationError."""
    said: dict[str, Any] = {name: getattr(asked, name) for name in QUESTION}
    asks = [name for name, value in said.items() if value is not None]
    if not asks and topic != PEOPLE:
        return None
    if topic not in get_args(ListName):
        fault = PydanticCustomError("no_list", NO_QUESTION)
        faults: list[InitErrorDetails] = [{"type": fault, "loc": (asks[0],), "input": topic}]
        raise ValidationError.from_exception_data("watch", faults)
    return read_query(cast("ListName", topic), **said)
