"""A face's frames: right patches, a chain without holes, and what a returning watcher needs."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lobby.hub import Known
from lobby.hub.faces import KEPT_PATCHES, Face, difference
from tests.client import merged
from tests.hub.shelf import read

LEAVES = st.one_of(
    st.booleans(), st.integers(-3, 3), st.sampled_from([0.0, 1.0, 1.5]), st.text("ab", max_size=2)
)
KEYS = st.text("abc", max_size=2)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(st.one_of(inner, st.none()), max_size=3), st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=5)


def text(value: object) -> str:
    """As another program would see it: true is not 1."""
    return json.dumps(value, sort_keys=True)


@given(OBJECTS, OBJECTS)
def test_a_difference_is_the_merge_patch_from_old_to_new(
    old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert text(merged(difference(old, new), old)) == text(new)


@given(OBJECTS)
def test_there_is_no_difference_to_itself(state: dict[str, Any]) -> None:
    assert difference(state, json.loads(json.dumps(state))) == {}


@given(OBJECTS, st.lists(OBJECTS, max_size=8))
def test_following_the_frames_is_knowing_the_state(
    first: dict[str, Any], later: list[dict[str, Any]]
) -> None:
    face = Face("t:1", "e", 1, first)
    folded, at = first, 1
    for version, state in enumerate(later, start=2):
        face.become(state)
        raw = face.flush(version)
        if raw is None:
            assert text(state) == text(folded)
            continue
        frame = read(raw)
        assert (frame["since"], frame["version"]) == (at, version)
        folded, at = merged(frame["patch"], folded), version
        assert text(folded) == text(state)
    assert text(read(face.state())["state"]) == text(folded)


@given(st.lists(st.dictionaries(KEYS, st.one_of(LEAVES, st.none()), max_size=3), max_size=8))
def test_entries_put_and_taken_are_folded_alike(changes: list[dict[str, Any]]) -> None:
    face = Face("t:1", "e", 0, {"a": 0})
    folded: dict[str, Any] = {"a": 0}
    for version, change in enumerate(changes, start=1):
        face.put(change)
        if raw := face.flush(version):
            folded = merged(read(raw)["patch"], folded)
    assert text(read(face.state())["state"]) == text(folded)


def numbered(last: int) -> Face:
    """A face at version `last`, with a patch for each version since 1."""
    face = Face("t:1", "e", 1, {"n": 1})
    for version in range(2, last + 1):
        face.become({"n": version})
        face.flush(version)
    return face


def test_who_knows_it_all_is_told_so() -> None:
    [raw] = numbered(5).since(Known("e", 5))
    assert read(raw) == {"type": "unchanged", "topic": "t:1", "epoch": "e", "version": 5}


def test_who_knows_less_gets_the_patches_between() -> None:
    frames = [read(raw) for raw in numbered(9).since(Known("e", 4))]
    assert [(f["type"], f["since"], f["version"]) for f in frames] == [
        ("patch", n, n + 1) for n in range(4, 9)
    ]


def test_who_knows_another_epoch_the_future_or_nothing_gets_the_state() -> None:
    face = numbered(5)
    for known in (None, Known("other", 5), Known("e", 6), Known("e", 0)):
        assert [read(raw)["type"] for raw in face.since(known)] == ["state"]


def test_the_last_sixty_four_patches_are_kept() -> None:
    last = 100
    face = numbered(last)
    assert KEPT_PATCHES == 64
    assert len(face.since(Known("e", last - 64))) == 64
    [raw] = face.since(Known("e", last - 65))
    assert read(raw)["type"] == "state"


def test_in_a_new_epoch_the_old_patches_are_worth_nothing() -> None:
    face = numbered(5)
    face.become({"n": "new"})
    assert read(face.begin_again("e2", 3)) == {
        "type": "state",
        "topic": "t:1",
        "epoch": "e2",
        "version": 3,
        "state": {"n": "new"},
    }
    assert [read(raw)["type"] for raw in face.since(Known("e", 4))] == ["state"]


def test_a_change_taken_back_before_the_flush_shows_nothing() -> None:
    face = Face("t:1", "e", 1, {"n": 1})
    face.become({"n": 2})
    face.become({"n": 1})
    assert not face.differs()
    assert face.flush(3) is None
    assert [read(raw)["type"] for raw in face.since(Known("e", 1))] == ["unchanged"]


def test_true_is_not_one() -> None:
    face = Face("t:1", "e", 1, {"n": 1, "deep": {"list": [0, {"on": 1}]}})
    face.become({"n": True, "deep": {"list": [False, {"on": True}]}})
    raw = face.flush(2)
    assert raw is not None
    assert text(read(raw)["patch"]) == text({"n": True, "deep": {"list": [False, {"on": True}]}})
