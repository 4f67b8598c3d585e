"""Queries in canonical form: the same question is equal, and has the same name, for everybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any

from lobby.live_queries.conditions import (
    Between,
    Condition,
    Contains,
    NoneOf,
    NotThere,
    OneOf,
)
from lobby.live_queries.rows import ANYBODY, NOBODY, Viewer
from lobby.live_queries.schema import SCHEMAS, FieldName, ListSchema
from lobby.live_queries.values import FALSE, TRUE, Key, fold, key_of
from protocol.codec import StrictModel, encode
from protocol.queries import DEFAULT_WINDOW, Filter, PeopleQuery, SessionQuery
from protocol.query_values import FRIENDS, NumberRange

KEY_DIGITS = 32
"""Hex digits of a query's key."""


@dataclass(frozen=True)
class Query:
    """`people`: fields that must hold one of these uuids; None: one of the viewer's friends.
    `question`: the canonical form of all but the limit."""

    question: bytes
    limit: int
    schema: ListSchema = field(compare=False, repr=False)
    conditions: Mapping[FieldName, Condition] = field(compare=False, repr=False)
    people: Mapping[str, frozenset[str] | None] = field(compare=False, repr=False)
    asks_welcome: bool = field(compare=False, repr=False)
    sort: str = field(compare=False, repr=False)

    @cached_property
    def asks_friends(self) -> bool:
        return None in self.people.values()

    @cached_property
    def personal(self) -> bool:
        """Whether it means another thing for each viewer."""
        return self.asks_friends or self.asks_welcome

    @cached_property
    def attribute_sort(self) -> str | None:
        """What it is sorted by where that is a key of the game's own."""
        name = self.sort.removeprefix("-")
        return None if name in self.schema.sorts else name

    def key_for(self, viewer: str) -> str:
        """32 hex digits. `viewer`: a uuid, which counts only where the question is personal."""
        return self._digest(viewer, self.limit)

    def page_key_for(self, viewer: str) -> str:
        """The same for pages of any size."""
        return self._digest(viewer, None)

    def _digest(self, viewer: str, limit: int | None) -> str:
        asked = self.question + encode([limit, viewer if self.personal else None])
        return sha256(asked).hexdigest()[:KEY_DIGITS]

    def topic_for(self, viewer: str) -> str:
        return f"{self.schema.name}:{self.key_for(viewer)}"

    def viewer(self, viewer: Viewer) -> Viewer:
        """What of the viewer makes a difference to the answer."""
        if not (self.personal or viewer.banned_by or viewer.apart):
            return ANYBODY
        return Viewer(
            viewer.uuid,
            viewer.named or not self.asks_welcome,
            viewer.friends if self.asks_friends else NOBODY,
            viewer.named_by if self.asks_welcome else NOBODY,
            viewer.banned_by,
            bool(viewer.banned_by) or viewer.apart,
        )


def query_of(asked: SessionQuery | PeopleQuery) -> Query:
    """The question as a client asks it, with what it leaves out."""
    schema = SCHEMAS["people" if isinstance(asked, PeopleQuery) else "sessions"]
    terms = dict(_terms(asked.filter)) if asked.filter else {}
    conditions = dict(_conditions(schema, terms))
    people = {name: _uuids(terms[name]) for name in schema.people if name in terms}
    sort, limit = asked.sort or schema.default_sort, asked.limit or DEFAULT_WINDOW
    question = encode(
        [
            schema.name,
            sorted(encode([*name, *_canonical(one)]).decode() for name, one in conditions.items()),
            sorted([n, [FRIENDS] if one is None else sorted(one)] for n, one in people.items()),
            "welcome" in terms,
            sort,
        ]
    )
    return Query(question, limit, schema, conditions, people, "welcome" in terms, sort)


def _terms(filter: Filter) -> Iterator[tuple[str, Any]]:
    """What was sent, by its name on the wire."""
    for name in filter.model_fields_set:
        yield type(filter).model_fields[name].alias or name, getattr(filter, name)


def _conditions(
    schema: ListSchema, terms: Mapping[str, Any]
) -> Iterator[tuple[FieldName, Condition]]:
    for name, asked in terms.items():
        if name in schema.maps:
            yield from (((name, key), _condition(one)) for key, one in asked.items())
        elif name == "name":
            yield (name, None), Contains(fold(asked))
        elif name in schema.fields:
            yield (name, None), _condition(asked)


def _condition(asked: Any) -> Condition:
    if asked is None:
        return NotThere()
    if isinstance(asked, NumberRange):
        return Between(asked.min, asked.max)
    if isinstance(asked, StrictModel):
        return NoneOf(_keys(asked.not_))  # type: ignore[attr-defined]
    return OneOf(_keys(asked))


def _keys(asked: Any) -> frozenset[Key]:
    return frozenset(map(key_of, asked if isinstance(asked, list) else [asked]))


def _uuids(asked: str | list[str]) -> frozenset[str] | None:
    if asked == FRIENDS:
        return None
    return frozenset([asked] if isinstance(asked, str) else asked)


def _canonical(condition: Condition) -> list[Any]:
    """As JSON, the same for conditions that are equal."""
    match condition:
        case OneOf(keys) | NoneOf(keys):
            return [type(condition).__name__, sorted(encode(_plain(key)).decode() for key in keys)]
        case Between(least, most):
            return ["Between", _plain(least), _plain(most)]
        case Contains(text):
            return ["Contains", text]
        case NotThere():
            return ["NotThere"]


def _plain(key: Any) -> Any:
    """The value with this key; of numbers that are equal, the same."""
    if key is TRUE or key is FALSE:
        return key is TRUE
    return int(key) if isinstance(key, float) and key.is_integer() else key
