"""Schemas: what may be asked of a live list, and where in its entries it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lobby.live_queries.person_rows import PersonRow
from lobby.live_queries.rows import Facts, QueryRow, State
from lobby.live_queries.sort_keys import SortKey, sort_key
from lobby.live_queries.values import Key, fold, key_of
from protocol.queries import ListName

FieldName = tuple[str, str | None]
"""A field of an entry; or a map in it, and a key of that."""
EMPTY: Mapping[str, Any] = {}


@dataclass(frozen=True)
class ListSchema:
    """`fields`: the key of each field's value. `maps`: objects, of which a key can be asked.
    `people`: fields that hold uuids. `sorts`: the value that is sorted by; keys of `maps` are, too.
    `age`: when an entry came. `owner`: whose bans hide it; `owns_itself`:
    its own. `row`: makes a row of an entry."""

    name: ListName
    default_sort: str
    fields: Mapping[str, Callable[[QueryRow], Key]]
    sorts: Mapping[str, Callable[[QueryRow], Any]]
    age: Callable[[QueryRow], float]
    maps: Mapping[str, Callable[[QueryRow], Mapping[str, Any]]] = field(default_factory=dict)
    people: Mapping[str, Callable[[QueryRow], Iterable[str]]] = field(default_factory=dict)
    owner: Callable[[QueryRow], str | None] = lambda row: None
    owns_itself: bool = False
    row: Callable[[str, State, Facts], QueryRow] = QueryRow

    def key(self, name: FieldName, row: QueryRow) -> Key:
        """Of the value that the row has there."""
        outer, inner = name
        return (
            self.fields[outer](row) if inner is None else key_of(self.maps[outer](row).get(inner))
        )

    def sort_value(self, sort: str, row: QueryRow) -> Any:
        name = sort.removeprefix("-")
        if read := self.sorts.get(name):
            return read(row)
        outer, _, inner = name.partition(".")
        return self.maps[outer](row).get(inner)

    def sort_key(self, sort: str, row: QueryRow) -> SortKey:
        value = self.sort_value(sort, row)
        return sort_key(value, self.age(row), row.id, descending=sort.startswith("-"))


def _value(name: str) -> Callable[[QueryRow], Key]:
    return lambda row: key_of(row.get(name))


def _raw(name: str) -> Callable[[QueryRow], Any]:
    return lambda row: row.get(name)


def _map(name: str) -> Callable[[QueryRow], Mapping[str, Any]]:
    return lambda row: row.state.get(name) or EMPTY


def seated(row: QueryRow) -> list[str]:
    """Who sits in a session: what is shown of reserved and invited seats names nobody."""
    seats = row.state.get("seats") or EMPTY
    return [seat["player"] for seat in seats.values() if seat.get("player") and _taken(seat)]


def _taken(seat: Mapping[str, Any]) -> bool:
    return seat.get("status") == "taken"


def leader(row: QueryRow) -> str | None:
    found: str | None = row.state.get("host")
    return found


def _leaders(row: QueryRow) -> tuple[str, ...]:
    host = row.state.get("host")
    return (host,) if host else ()


SESSIONS = ListSchema(
    name="sessions",
    default_sort="-created",
    fields={
        **{name: _value(name) for name in ("template", "region", "entry", "free")},
        **{name: _value(name) for name in ("full", "password", "nonames", "joinable")},
        "played": lambda row: key_of("instance" in row.state),
        "seats": lambda row: len(row.state.get("seats") or EMPTY),
        "name": lambda row: fold(row.state.get("name"), row.state.get("host_name")),
    },
    maps={"attributes": _map("attributes"), "browser": _map("browser")},
    people={"host": _leaders, "with": seated},
    sorts={name: _raw(name) for name in ("created", "free", "name")},
    age=lambda row: float(row.state["created"]),
    owner=leader,
)
PEOPLE = ListSchema(
    name="people",
    default_sort="name",
    fields={
        "name": lambda row: fold(row.get("name"), row.get("nickname")),
        "status": _value("status"),
        "region": _value("region"),
    },
    sorts={name: _raw(name) for name in ("name", "since")},
    age=lambda row: float(row.get("since")),
    owner=lambda row: row.id,
    owns_itself=True,
    row=PersonRow,
)
SCHEMAS: Mapping[str, ListSchema] = {one.name: one for one in (SESSIONS, PEOPLE)}
