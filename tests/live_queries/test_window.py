"""When frames are sent, what those get who come back, and what a frame is made of."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic_core import from_json

from lobby.live_queries import ANYBODY
from lobby.live_queries.window import KEPT_FRAMES
from protocol.framing import payload
from tests.support.queries import QueryWorld


def session(n: int, **fields: Any) -> dict[str, Any]:
    state = {"id": str(n), "created": float(n), "seats": {}, "attributes": {}, "free": 1}
    return state | {"template": "duel"} | fields


@pytest.fixture
def world() -> QueryWorld:
    world = QueryWorld()
    for n in range(10):
        world.put(str(n), session(n))
    return world


def put(world: QueryWorld, n: int, **fields: Any) -> None:
    world.put(str(n), session(n, **fields))


def frames(world: QueryWorld) -> list[Any]:
    return [from_json(payload(sent[1])) for sent in world.engine.flush(world.now) if sent]


def test_the_first_change_goes_at_once_and_the_next_at_the_pace(world: QueryWorld) -> None:
    world.ask([({"limit": 2}, ANYBODY)])
    assert world.engine.next_flush() is None
    put(world, 9, free=2)
    due = world.engine.next_flush()
    assert due is not None
    assert due <= world.now
    (first,) = frames(world)
    assert first["patch"] == {"sessions": {"9": {"free": 2}}}
    put(world, 9, free=3)
    assert frames(world) == []
    assert world.engine.next_flush() == 0.25
    put(world, 9, free=4)
    world.now = 0.25
    (second,) = frames(world)
    assert (second["since"], second["version"]) == (2, 3)
    assert second["patch"] == {"sessions": {"9": {"free": 4}}}


def test_the_total_alone_goes_once_a_second_and_else_with_what_goes(world: QueryWorld) -> None:
    world.ask([({"limit": 2}, ANYBODY)])
    world.remove("0")
    assert [frame["patch"] for frame in frames(world)] == [{"total": 9}]
    world.remove("1")
    world.now = 0.9
    assert frames(world) == []
    assert world.engine.next_flush() == 1.0
    put(world, 9, free=0)
    assert [frame["patch"] for frame in frames(world)] == [
        {"total": 8, "sessions": {"9": {"free": 0}}}
    ]


def test_what_comes_to_nothing_does_not_bring_the_total_forward(world: QueryWorld) -> None:
    world.ask([({"limit": 2}, ANYBODY)])
    world.remove("0")
    assert len(frames(world)) == 1
    world.remove("1")
    put(world, 9, free=2)
    put(world, 9)
    world.now = 0.3
    assert frames(world) == []
    world.now = 1.0
    assert [frame["patch"] for frame in frames(world)] == [{"total": 8}]


def test_an_earlier_appointment_replaces_a_later_one(world: QueryWorld) -> None:
    """A total that would wait goes with what comes before; the pace holds from there."""
    world.ask([({"limit": 2}, ANYBODY)])
    world.remove("0")
    assert len(frames(world)) == 1
    world.remove("1")
    world.now = 0.9
    put(world, 9, free=2)
    assert len(frames(world)) == 1
    put(world, 9, free=3)
    world.now = 1.0
    assert frames(world) == []
    assert world.engine.next_flush() == pytest.approx(1.15)


def test_what_changes_back_is_not_told(world: QueryWorld) -> None:
    world.ask([({"limit": 2}, ANYBODY)])
    put(world, 9, free=2)
    put(world, 9)
    world.remove("8")
    put(world, 8)
    assert frames(world) == []


def test_what_is_beyond_the_window_is_not_told(world: QueryWorld) -> None:
    world.ask([({"limit": 2}, ANYBODY)])
    put(world, 3, free=2)
    assert world.engine.next_flush() is None


def test_who_leaves_makes_room_for_the_next(world: QueryWorld) -> None:
    world.ask([({"filter": {"template": "duel"}, "limit": 2}, ANYBODY)])
    put(world, 9, template="team")
    (frame,) = frames(world)
    assert frame["patch"] == {"total": 9, "sessions": {"9": None, "7": session(7)}}


def test_who_comes_back_gets_what_they_lack(world: QueryWorld) -> None:
    (window,) = world.ask([({"limit": 2}, ANYBODY)])
    client = world.clients[window]
    assert [since for since, _ in window.since(window.epoch, 1)] == [1]
    for n in range(KEPT_FRAMES + 1):
        put(world, 9, free=n + 2)
        world.flush(0.25)
    kinds = [from_json(payload(f))["type"] for _, f in window.since(window.epoch, window.version)]
    assert kinds == ["unchanged"]
    kept = window.since(window.epoch, window.version - KEPT_FRAMES)
    assert [since for since, _ in kept] == [*range(2, client.version)]
    for too_old in (window.since(window.epoch, 1), window.since("other", 3), window.since(None, 0)):
        ((since, frame),) = too_old
        assert since is None
        assert from_json(payload(frame))["state"] == client.state


def test_two_with_the_same_question_share_a_window_and_its_bytes(world: QueryWorld) -> None:
    one, other = world.ask([({"filter": {"template": "duel"}}, ANYBODY)] * 2)
    (third,) = world.ask([({"filter": {"template": ["duel"]}, "limit": 50}, ANYBODY)])
    assert one is other is third


def test_a_difference_is_encoded_once_for_all_windows(world: QueryWorld) -> None:
    world.ask([({"limit": limit}, ANYBODY) for limit in range(1, 20)])
    put(world, 9, free=2)
    sent = [one[1] for one in world.engine.flush(0.0) if one]
    bodies = {payload(frame).partition(b'"patch":{')[2] for frame in sent}
    assert bodies == {b'"sessions":{"9":{"free":2}}}}'}
    assert len(world.engine._differences._encoded) == 1
