"""One audience's frames: right patches, a chain without holes, what a returning watcher needs."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lobby.hub import Known
from lobby.hub.audiences import KEPT_PATCHES, SLICE_BYTES, AudienceView
from protocol.merge_patch import merge_patch
from tests.support.channel_client import merged
from tests.support.hub import HubWorld, Recorder, read

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
    assert text(merged(merge_patch(old, new), old)) == text(new)


@given(OBJECTS)
def test_there_is_no_difference_to_itself(state: dict[str, Any]) -> None:
    assert merge_patch(state, json.loads(json.dumps(state))) == {}


@given(OBJECTS, st.lists(OBJECTS, max_size=8))
def test_following_the_frames_is_knowing_the_state(
    first: dict[str, Any], later: list[dict[str, Any]]
) -> None:
    view = AudienceView("t:1", "e", 1, first)
    folded, at = first, 1
    for version, state in enumerate(later, start=2):
        view.replace(state)
        raw = view.flush(version)
        if raw is None:
            assert text(state) == text(folded)
            continue
        frame = read(raw)
        assert (frame["since"], frame["version"]) == (at, version)
        folded, at = merged(frame["patch"], folded), version
        assert text(folded) == text(state)
    assert text(read(view.state())["state"]) == text(folded)


@given(st.lists(st.dictionaries(KEYS, st.one_of(LEAVES, st.none()), max_size=3), max_size=8))
def test_entries_put_and_taken_are_folded_alike(changes: list[dict[str, Any]]) -> None:
    view = AudienceView("t:1", "e", 0, {"a": 0})
    folded: dict[str, Any] = {"a": 0}
    for version, change in enumerate(changes, start=1):
        view.put(change)
        if raw := view.flush(version):
            folded = merged(read(raw)["patch"], folded)
    assert text(read(view.state())["state"]) == text(folded)


def numbered(last: int) -> AudienceView:
    """A view at version `last`, with a patch for each version since 1."""
    view = AudienceView("t:1", "e", 1, {"n": 1})
    for version in range(2, last + 1):
        view.replace({"n": version})
        view.flush(version)
    return view


def test_who_knows_it_all_is_told_so() -> None:
    [(known, raw)] = numbered(5).since(Known("e", 5))
    assert known == Known("e", 5)
    assert read(raw) == {"type": "unchanged", "topic": "t:1", "epoch": "e", "version": 5}


def test_who_knows_less_gets_the_patches_between() -> None:
    frames = [(known, read(raw)) for known, raw in numbered(9).since(Known("e", 4))]
    assert [(known, f["type"], f["since"], f["version"]) for known, f in frames] == [
        (Known("e", n), "patch", n, n + 1) for n in range(4, 9)
    ]


def test_who_knows_another_epoch_the_future_or_nothing_gets_the_state() -> None:
    view = numbered(5)
    for known in (None, Known("other", 5), Known("e", 6), Known("e", 0)):
        [(needed, raw)] = view.since(known)
        assert (needed, read(raw)["type"]) == (None, "state")


def test_the_last_sixty_four_patches_are_kept() -> None:
    last = 100
    view = numbered(last)
    assert KEPT_PATCHES == 64
    assert len(view.since(Known("e", last - 64))) == 64
    [(_, raw)] = view.since(Known("e", last - 65))
    assert read(raw)["type"] == "state"


def test_in_a_new_epoch_the_old_patches_are_worth_nothing() -> None:
    view = numbered(5)
    view.replace({"n": "new"})
    view.begin_epoch("e2", 3)
    assert read(view.state()) == {
        "type": "state",
        "topic": "t:1",
        "epoch": "e2",
        "version": 3,
        "state": {"n": "new"},
    }
    assert [read(raw)["type"] for _, raw in view.since(Known("e", 4))] == ["state"]


def test_a_change_taken_back_before_the_flush_shows_nothing() -> None:
    view = AudienceView("t:1", "e", 1, {"n": 1})
    view.replace({"n": 2})
    view.replace({"n": 1})
    assert not view.differs()
    assert view.flush(3) is None
    assert [read(raw)["type"] for _, raw in view.since(Known("e", 1))] == ["unchanged"]


def test_true_is_not_one() -> None:
    view = AudienceView("t:1", "e", 1, {"n": 1, "deep": {"list": [0, {"on": 1}]}})
    view.replace({"n": True, "deep": {"list": [False, {"on": True}]}})
    raw = view.flush(2)
    assert raw is not None
    assert text(read(raw)["patch"]) == text({"n": True, "deep": {"list": [False, {"on": True}]}})


async def turns_of(work: Coroutine[Any, Any, None]) -> int:
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    return turns


async def test_a_large_state_is_encoded_in_slices_between_which_the_loop_runs() -> None:
    entries: dict[str, Any] = {str(n): {"version": 1, "text": "x" * 1000} for n in range(1000)}
    view = AudienceView("sessions", "e", 1, entries)
    assert await turns_of(view.encode()) > 1_000_000 / SLICE_BYTES
    assert read(view.state())["state"] == entries
    # Of a change, only what has changed is encoded again.
    view.put({"7": {"version": 2}, "8": None})
    view.flush(2)
    assert await turns_of(view.encode()) <= 2
    del entries["8"]
    assert read(view.state())["state"] == entries | {"7": {"version": 2}}


async def test_a_topic_is_encoded_when_it_is_shown_whole_and_not_before(world: HubWorld) -> None:
    large = {str(n): {"version": 1, "text": "x" * 1000} for n in range(1000)}
    world.put("presence", 1, large)
    assert await turns_of(world.hub.open("presence")) <= 2
    watcher = Recorder()
    world.hub.enter(watcher)
    assert await turns_of(world.hub.join("presence", watcher)) > 1_000_000 / SLICE_BYTES
    assert watcher.states["presence"] == large


async def test_a_state_is_compared_in_slices_and_what_is_put_meanwhile_counts() -> None:
    many = {str(n): {"n": n} for n in range(40_000)}
    view = AudienceView("presence", "e", 1, many)
    newer = many | {"7": {"n": -7}, "new": {"n": 1}}
    del newer["8"]
    comparing = asyncio.ensure_future(view.compare(newer))
    await asyncio.sleep(0)
    assert not comparing.done()
    view.put({"9": {"n": -9}})
    view.flush(2)
    view.replace(newer, await comparing)
    raw = view.flush(3)
    assert raw is not None
    patch = {"7": {"n": -7}, "8": None, "9": {"n": 9}, "new": {"n": 1}}
    assert read(raw)["patch"] == patch


async def test_what_replaced_the_state_while_it_was_compared_is_sent_away_again() -> None:
    before = {str(n): {"n": n} for n in range(40_000)}
    view = AudienceView("presence", "e", 1, before)
    comparing = asyncio.ensure_future(view.compare(before))
    await asyncio.sleep(0)
    assert not comparing.done()
    view.replace(before | {"7": {"n": -7}})
    view.flush(2)
    view.replace(before, await comparing)
    raw = view.flush(3)
    assert raw is not None
    assert read(raw)["patch"] == {"7": {"n": 7}}
