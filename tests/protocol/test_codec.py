"""A message that is not understood is still answered by its name, as far as it can be read."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis.strategies import integers, text
from pydantic import TypeAdapter, ValidationError

from protocol.channel import COMMAND
from protocol.codec import (
    LARGEST_JSON,
    MOST_PROBLEMS,
    JsonObject,
    Undecodable,
    cannot_compose_to,
    decode,
    peek_id,
    problems_of,
)


@pytest.mark.parametrize(
    "text",
    [
        rb'{"type":"session.say","id":"x","text":"cut within an emoji \ud83d"}',
        b'\xef\xbb\xbf{"type":"ping","id":"x"}',
        b'{"id":"x","deep":' + b"[" * 300 + b"]" * 300 + b"}",
        b'{"id":"x","n":NaN}',
        b'{"id":"x","text":"two\nlines, and a \x00"}',
        b'{"id":"x","n":' + b"9" * 5000 + b"}",
    ],
)
def test_an_id_is_read_from_what_is_otherwise_wrong(text: bytes) -> None:
    assert peek_id(text) == "x"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"null",
        b'{"id":7}',
        b'{"id":"cut',
        rb'{"id":"\ud83d"}',
        b'{"id":"' + b"x" * 65 + b'"}',
        b"[" * 60_000,
        b'{"id":"x\xff"}',
    ],
)
def test_no_id_is_made_up(text: bytes) -> None:
    assert peek_id(text) is None


def test_what_a_check_of_ours_says_is_said_alone() -> None:
    with pytest.raises(ValidationError) as wrong:
        TypeAdapter(JsonObject).validate_python({"a": 2**60})
    [problem] = problems_of(wrong.value)
    assert problem["msg"].startswith("must not contain NaN")


PAIRS = b'{"id":"1","type":"ping","x":[' + b",".join([b"[1,2]"] * 10_900) + b"]}"
NESTED = b'{"id":"1","type":"ping","x":[' + b",".join([b"[]"] * 21_000) + b"]}"
VALUES = b'{"id":"1","type":"ping","x":[' + b",".join([b"1"] * 32_800) + b"]}"
MEMBERS = b"{" + b",".join([b'"a":1'] * 20_000) + b"}"


@pytest.mark.parametrize(
    ("text", "type"),
    [
        (PAIRS, "extra_forbidden"),
        (NESTED, "too_many_values"),
        (VALUES, "too_many_values"),
        (MEMBERS, "too_many_members"),
    ],
)
def test_what_holds_more_than_any_message_is_not_parsed(text: bytes, type: str) -> None:
    with pytest.raises(Undecodable) as refused:
        decode(text, COMMAND, largest=2 * LARGEST_JSON)
    assert [problem["type"] for problem in refused.value.problems] == [type]


def test_of_very_many_problems_only_that_there_are_so_many_is_told() -> None:
    fields = {f"x{n}": 1 for n in range(MOST_PROBLEMS + 1)}
    text = json.dumps({"id": "1", "type": "ping", **fields}).encode()
    with pytest.raises(Undecodable) as refused:
        decode(text, COMMAND)
    assert [problem["type"] for problem in refused.value.problems] == ["too_many_problems"]


@given(text(), integers(min_value=0, max_value=8))
def test_what_is_too_long_to_compose_stays_too_long_when_it_is_composed(
    plain: str, longest: int
) -> None:
    for form in ("NFC", "NFD", "NFKD"):
        typed = unicodedata.normalize(form, plain)
        if cannot_compose_to(typed, longest):
            assert len(unicodedata.normalize("NFC", typed)) > longest


def test_no_letter_is_composed_of_more_parts() -> None:
    every = (chr(n) for n in range(0x110000))
    assert max(len(unicodedata.normalize("NFD", letter)) for letter in every) == 4
