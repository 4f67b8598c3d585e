"""Rows, filters and viewers, drawn from few values so that they meet."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lobby.live_queries import ANYBODY, Facts, Viewer

UUIDS = [f"00000000-0000-4000-8000-00000000000{n}" for n in range(4)]
IDS = [str(n) for n in range(14)]
TEXTS = ["a", "A", "ab", "Straße", "STRASSE", "1", "\U0010ffff", "true"]
NUMBERS = [0, 1, 1.0, 2, 2.5, -1]
SCALARS = st.sampled_from([*TEXTS, *NUMBERS, True, False])
VALUES: SearchStrategy[Any] = st.one_of(
    SCALARS, st.lists(st.one_of(SCALARS, st.none()), max_size=18), st.just({"k": 1})
)
KEYS = st.sampled_from(["mode", "rank", "x"])
ENTRIES = st.sampled_from(["open", "friends", "invited", "closed"])
PEOPLE = st.sampled_from(UUIDS)


def some(strategy: SearchStrategy[Any], most: int = 3) -> SearchStrategy[list[Any]]:
    return st.lists(strategy, min_size=1, max_size=most)


def seats() -> SearchStrategy[dict[str, Any]]:
    taken = st.builds(lambda who: {"status": "taken", "player": who}, PEOPLE)
    seat = st.one_of(st.just({"status": "free"}), taken)
    return st.dictionaries(st.sampled_from("012"), seat, max_size=3)


def sessions() -> SearchStrategy[dict[str, Any]]:
    """Without the id."""
    return st.fixed_dictionaries(
        {
            "template": st.sampled_from(["duel", "team"]),
            "created": st.sampled_from([1.0, 2.0, 3.5, 4.0]),
            "entry": ENTRIES,
            "joinable": st.booleans(),
            "nonames": st.booleans(),
            "password": st.booleans(),
            "full": st.booleans(),
            "free": st.integers(0, 2),
            "seats": seats(),
            "attributes": st.dictionaries(KEYS, VALUES, max_size=3),
        },
        optional={
            "host": PEOPLE,
            "host_name": st.sampled_from(TEXTS),
            "name": st.sampled_from(TEXTS),
            "region": st.sampled_from(["eu", "us"]),
            "browser": st.dictionaries(KEYS, st.sampled_from(TEXTS), max_size=2),
            "instance": st.just({"id": "i"}),
        },
    )


def people() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"status": st.sampled_from(["online", "away"]), "since": st.sampled_from([1.0, 2.0, 3.0])},
        optional={
            "name": st.sampled_from(TEXTS),
            "nickname": st.sampled_from(TEXTS),
            "region": st.sampled_from(["eu", "us"]),
        },
    )


def facts() -> SearchStrategy[Facts]:
    some_people = st.frozensets(PEOPLE, max_size=2)
    return st.builds(
        Facts,
        bans_count=st.booleans(),
        insiders=some_people,
        kept=some_people,
        excluded=some_people,
        host_decides=st.booleans(),
    )


def viewers() -> SearchStrategy[Viewer]:
    hosts = st.frozensets(PEOPLE, max_size=2)
    known = st.builds(Viewer, PEOPLE, st.booleans(), hosts, hosts, hosts)
    return st.one_of(st.just(ANYBODY), known)


def negated(values: SearchStrategy[Any]) -> SearchStrategy[Any]:
    plain = st.one_of(values, some(values))
    return st.one_of(plain, st.builds(lambda one: {"not": one}, plain))


def ranges() -> SearchStrategy[dict[str, Any]]:
    low, high = st.sampled_from([-1, 0, 1, 1.0]), st.sampled_from([1, 2, 2.5])
    return st.one_of(
        st.fixed_dictionaries({"min": low}),
        st.fixed_dictionaries({"max": high}),
        st.fixed_dictionaries({"min": low, "max": high}),
    )


def conditions() -> SearchStrategy[Any]:
    return st.one_of(negated(SCALARS), ranges(), st.none())


def filters(*, personal: bool = True) -> SearchStrategy[dict[str, Any]]:
    who = st.one_of(PEOPLE, some(PEOPLE), *([st.just("friends")] if personal else []))
    optional: dict[str, SearchStrategy[Any]] = {
        "template": negated(st.sampled_from(["duel", "team", "none"])),
        "region": negated(st.sampled_from(["eu", "us"])),
        "entry": negated(ENTRIES),
        **dict.fromkeys(("full", "password", "nonames", "joinable", "played"), st.booleans()),
        "free": st.one_of(st.sampled_from(NUMBERS), ranges()),
        "seats": st.one_of(st.sampled_from(NUMBERS), ranges()),
        "name": st.sampled_from(["a", "ss", "STRAßE", "1"]),
        "host": who,
        "with": who,
        "attributes": st.dictionaries(KEYS, conditions(), min_size=1, max_size=2),
        "browser": st.dictionaries(KEYS, conditions(), min_size=1, max_size=1),
    }
    if personal:
        optional["welcome"] = st.just(True)
    names = st.lists(st.sampled_from(sorted(optional)), max_size=3, unique=True)
    return names.flatmap(lambda found: st.fixed_dictionaries({n: optional[n] for n in found}))


def people_filters() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "name": st.sampled_from(["a", "ss", "STRAßE", "1"]),
            "status": negated(st.sampled_from(["online", "away"])),
            "region": negated(st.sampled_from(["eu", "us"])),
        },
    )


SORTS = st.sampled_from(
    [
        *("created", "-created", "free", "-free", "name", "-name"),
        *("attributes.rank", "-attributes.rank", "attributes.mode"),
    ]
)


def questions() -> SearchStrategy[dict[str, Any]]:
    """`{filter, sort, limit}`."""
    return st.fixed_dictionaries(
        {"filter": filters(), "sort": SORTS, "limit": st.sampled_from([1, 2, 5, 50])}
    )
