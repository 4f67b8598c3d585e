"""Who is refused too often is sent away; who waits as they are told never is."""

from __future__ import annotations

from lobby.channel.refusal_limit import MOST_ERRORS, Refusals
from lobby.token_bucket import TokenBucket


def test_a_burst_is_given_places_in_a_line_and_each_is_served_in_its_turn() -> None:
    bucket, refusals = TokenBucket(10, 30), Refusals(10)
    waits = [wait for _ in range(45) if (wait := bucket.take(100.0))]
    places = [100.0 + refusals.place(100.0, wait=wait) + 1e-6 for wait in waits]
    assert len(places) == 15
    assert [round(at - 100, 3) for at in places] == [round(n / 10, 3) for n in range(1, 16)]
    assert [bucket.take(at) for at in places] == [0.0] * 15


def test_what_was_sent_before_the_refusal_was_read_does_not_count() -> None:
    refusals = Refusals(10)
    for _ in range(20):
        assert not refusals.early(50.0)
        refusals.place(50.0, wait=0.1)


def test_who_goes_on_before_their_turn_is_counted() -> None:
    refusals = Refusals(10)
    for _ in range(50):
        refusals.place(50.0, wait=0.1)
    assert refusals.early(51.5)
    assert not refusals.early(56.0)


def test_a_hundred_refusals_are_too_many() -> None:
    refusals = Refusals(10)
    assert [refusals.add(5.0) for _ in range(MOST_ERRORS)] == [False] * (MOST_ERRORS - 1) + [True]


def test_one_refusal_is_forgiven_each_ten_seconds() -> None:
    refusals = Refusals(10)
    assert not any(refusals.add(10.0 * n) for n in range(10 * MOST_ERRORS))
    for _ in range(MOST_ERRORS - 1):
        refusals.add(100_000.0)
    assert not refusals.add(100_010.0)
    assert refusals.add(100_010.0)
