"""A fault is told with the line where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from lobby.catalogue import InvalidCatalogue
from lobby.catalogue.locations import Lines, Location, find, format_location
from tests.support.catalogues import SAMPLE, catalogue, changed

TEXT = '''\
a = 1 # first

[b]
c = """
two lines"""
d.e = { f = [1,
  2] }
[[b.g]]
h = 1
[[b.g]]
[b.g.i]
"j k" = 1
[[b.g.l]]
m = 1
[[b.g.l]]
m = 2
'''


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("a",), 1),
        (("b",), 3),
        (("b", "c"), 4),
        (("b", "d", "e", "f", 1), 6),
        (("b", "g"), 8),
        (("b", "g", 0, "h"), 9),
        (("b", "g", 1), 10),
        (("b", "g", 1, "h"), 10),
        (("b", "g", 1, "i", "j k"), 12),
        (("b", "g", 1, "l", 0, "m"), 14),
        (("b", "g", 1, "l", 1), 15),
        (("b", "g", 1, "l", 1, "m"), 16),
        (("nowhere",), None),
        ((), None),
    ],
)
def test_a_place_has_the_line_where_it_begins_or_what_it_is_missing_from(
    place: Location, line: int | None
) -> None:
    assert Lines(TEXT).of(place) == line


def leaves(value: Any, place: Location = ()) -> Iterator[Location]:
    inner: Any = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    else:
        yield place
    for key, one in inner:
        yield from leaves(one, (*place, key))


@pytest.mark.parametrize("text", [SAMPLE, SAMPLE.replace("\n", "\r\n")], ids=["LF", "CRLF"])
def test_every_value_of_the_sample_is_found_where_its_word_stands(text: str) -> None:
    lines, said = Lines(text), text.splitlines()
    places = list(leaves(tomllib.loads(text)))
    assert len(places) > 100
    for place in places:
        line = lines.of(place)
        assert line, place
        words = [part for part in place if isinstance(part, str)]
        assert any(said[line - 1].lstrip().startswith(word) for word in words), place


def test_a_place_is_written_as_one_would_ask_for_it() -> None:
    assert format_location(("templates", 1, "session_type")) == "templates[1].session_type"


def test_what_has_another_shape_is_passed_over() -> None:
    tree = {"a": [{"b": 1}, 2, {"b": [3]}], "c": {"x": {"d": 4}, "y": 5}}
    assert list(find(tree, "a[].b")) == [(("a", 0, "b"), 1), (("a", 2, "b"), [3])]
    assert list(find(tree, "c{}.d")) == [(("c", "x", "d"), 4)]
    assert list(find(tree, "c[].d")) == []
    assert list(find(tree, "")) == [((), tree)]


def test_faults_stand_in_the_order_of_the_file_with_its_name_and_their_line() -> None:
    text = changed("tick_ms = 1000", "tick_ms = 1").replace('"eu"', '"us"')
    with pytest.raises(InvalidCatalogue) as wrong:
        catalogue(text)
    said = text.splitlines()
    region = said.index('region_id = "us"', said.index('region_id = "us"') + 1) + 1
    assert wrong.value.lines == [
        f'it:{region}: regions[1].region_id: "us" is there twice, first in regions[0].region_id',
        f"it:{said.index('tick_ms = 1') + 1}: matchmaking.tick_ms: "
        "should be greater than or equal to 100",
    ]
