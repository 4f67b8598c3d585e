"""Questions to a live list: which of its entries (`filter`), in which order (`sort`), how many.

A filter is an object whose fields are those of an entry; every one of them must hold. What is not
understood is refused, never ignored: leaving a condition out would show more than was asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from protocol.codec import StrictModel, Text, encode
from protocol.known_fields import KnownFields, in_words
from protocol.query_values import (
    EntryCondition,
    FlagCondition,
    NumberCondition,
    Only,
    PeopleCondition,
    ScalarCondition,
    SearchText,
    StatusCondition,
    TermText,
    TextCondition,
    left_out,
)

LARGEST_FILTER = 4 * 1024
"""Bytes of a filter as JSON."""
MOST_CONDITIONS = 16
"""Conditions of one filter; each key of `attributes` and `browser` is one."""
DEFAULT_WINDOW = 50
"""Entries that a query topic shows where its `limit` is not said."""
MOST_IN_WINDOW = 1_000
"""Entries that a query topic, or a page of a search, may show at most, whatever is configured."""
LONGEST_SORT_KEY = 64
"""Characters of the key of an attribute that is sorted by."""


OPERATORS = ("and", "or", "not", "any", "all")
"""Of other languages; what clients try first."""
NO_OPERATORS = (
    "is no field: all fields of a filter must hold, a list is one of its values,"
    " {not: value or list} anything else"
)
NO_OBJECT = 'should be an object of conditions that all hold, such as {"name": "harbour"}'


def unread(value: Any) -> Any:
    """A filter whose list is not known yet. Raises ValueError where it is no object."""
    if value is not None and not isinstance(value, dict):
        raise ValueError(NO_OBJECT)
    return value


class Filter(KnownFields):
    """What filters of all lists have: their bounds."""

    keyed: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def said_of(cls, name: str) -> str:
        """It is an operator of another language, a path with dots, or none of the fields."""
        if name.startswith("$") or name in OPERATORS:
            return NO_OPERATORS
        group, dot, key = name.partition(".")
        if dot and group in cls.keyed:
            return f'is written as an object: {{"{group}": {{"{key}": …}}}}'
        fields = [field.alias or name for name, field in cls.model_fields.items()]
        return f"is no field to filter by: there are {', '.join(fields)}{cls.instead}"

    @model_validator(mode="before")
    @classmethod
    def _small(cls, value: Any) -> Any:
        if isinstance(value, dict) and len(encode(value)) > LARGEST_FILTER:
            raise ValueError(f"must not be longer than {LARGEST_FILTER} bytes as JSON")
        return unread(value)

    @model_validator(mode="after")
    def _few(self) -> Self:
        plain = self.model_fields_set - {*self.keyed}
        conditions = len(plain) + sum(len(getattr(self, name)) for name in self.keyed)
        if conditions > MOST_CONDITIONS:
            raise ValueError(f"has {conditions} conditions; at most {MOST_CONDITIONS} are allowed")
        return self


class SessionFilter(Filter):
    """Sessions for which every field holds. `played`: there is an instance. `free`: seats that
    somebody new could take now; `seats`: in all. `name`: the session's name or its host's contains
    it, in any case. `host` leads, `with` sits in it. `welcome`: `session.ask` would say `join` or
    `password`. `attributes`, `browser`: by key, top level; of a list, one of the first 16 members
    must hold; null: absent."""

    keyed = ("attributes", "browser")
    instead = '; what the game says of a session is in attributes: {"attributes": {"mode": "duel"}}'
    template: TextCondition = left_out("The id of its template.", "hosted")
    region: TextCondition = left_out("The region that it is in.", "eu")
    entry: EntryCondition = left_out("Who comes in unasked.", "open")
    full: FlagCondition = left_out("Whether nobody new could come in.", False)
    password: FlagCondition = left_out("Whether the uninvited are asked for one.", False)
    nonames: FlagCondition = left_out("Whether guests without a name may come.", True)
    joinable: FlagCondition = left_out("Whether it is open, or open to friends.", True)
    played: FlagCondition = left_out("Whether there is an instance.", False)
    free: NumberCondition = left_out("Seats that somebody new could take.", {"min": 1})
    seats: NumberCondition = left_out("Seats in all.", {"max": 8})
    name: SearchText = left_out("Part of its name or of its host's, in any case.", "harbour")
    host: PeopleCondition = left_out("Who leads it: uuids, or your `friends`.", "friends")
    with_: PeopleCondition = left_out(
        "Who sits in it: uuids, or your `friends`.", "friends", alias="with"
    )
    welcome: Only = left_out("You could come in, if need be with the password.", True)
    attributes: dict[TermText, ScalarCondition] = Field(
        default_factory=dict,
        description="Attributes by their key; null: there is none.",
        examples=[{"mode": ["duel", "race"]}],
    )
    browser: dict[TermText, ScalarCondition] = Field(
        default_factory=dict,
        description="What is said of it where sessions are listed, by key; null: there is none.",
        examples=[{"map": "Dust"}],
    )


class PeopleFilter(Filter):
    """People who are online for whom every field holds. `name`: their name or nickname contains
    it, in any case."""

    instead = "; whom you know are in the topic friends"
    name: SearchText = left_out("Part of their name or nickname, in any case.", "ada")
    status: StatusCondition = left_out("What they are shown as.", "online")
    region: TextCondition = left_out("The region of the process that serves them.", "eu")


SessionSort = Annotated[
    Text,
    StringConstraints(
        pattern=rf"^-?(created|free|name|attributes\..{{1,{LONGEST_SORT_KEY}}})$",
        max_length=LONGEST_SORT_KEY + len("-attributes."),
    ),
    in_words(
        "should be one of created, free, name and attributes.KEY, with - in front for descending"
    ),
    Field(examples=["-created", "free", "attributes.rank"]),
]
"""`-` in front: descending."""
PeopleSort = Literal["name", "-since"]
WindowLimit = Annotated[int, Field(ge=1, le=MOST_IN_WINDOW)]
SearchCursor = Annotated[Text, StringConstraints(min_length=1, max_length=8 * 1024)]
"""Where the next page begins: as an answer named it, for the same question."""


class SessionQuery(StrictModel):
    """A question to the list of sessions. `sort`: the newest first, unless said."""

    filter: SessionFilter | None = None
    sort: SessionSort | None = None
    limit: WindowLimit | None = None


class SessionSearch(SessionQuery):
    """A question to the list of sessions, answered page by page."""

    after: SearchCursor | None = None


class PeopleQuery(StrictModel):
    """A question to the list of who is online. `sort`: by name, unless said."""

    filter: PeopleFilter | None = None
    sort: PeopleSort | None = None
    limit: WindowLimit | None = None


ListName = Literal["sessions", "people"]
QUERIES: Mapping[str, type[SessionQuery] | type[PeopleQuery]] = {
    "sessions": SessionQuery,
    "people": PeopleQuery,
}
"""By the topic that is asked."""

UncheckedFilter = Annotated[
    dict[str, Any],
    BeforeValidator(unread, json_schema_input_type=SessionFilter | PeopleFilter),
]
"""A filter before its topic is known, which says what may stand in it: `read_query` checks it."""


def read_query(
    topic: ListName,
    *,
    filter: Mapping[str, Any] | None = None,
    sort: str | None = None,
    limit: int | None = None,
) -> SessionQuery | PeopleQuery:
    """The question as asked of this topic. Raises ValidationError; the problems' paths begin with
    `filter`, `sort` and `limit`."""
    asked = {"filter": filter, "sort": sort, "limit": limit}
    return QUERIES[topic].model_validate({k: v for k, v in asked.items() if v is not None})
