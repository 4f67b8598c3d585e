"""The token bucket: how much it lets through, and how long it asks others to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.token_bucket import TokenBucket

NOW = 123_456.789


def taken(bucket: TokenBucket, now: float) -> int:
    """How many tokens there are at once."""
    count = 0
    while not bucket.take(now):
        count += 1
    return count


def test_a_new_bucket_is_full() -> None:
    assert taken(TokenBucket(10, 30), NOW) == 30


def test_who_waits_as_long_as_told_gets_a_token() -> None:
    bucket = TokenBucket(10, 30)
    taken(bucket, NOW)
    wait = bucket.take(NOW)
    assert wait == pytest.approx(0.1)
    assert bucket.take(NOW + wait / 2) == pytest.approx(wait / 2)
    assert bucket.take(NOW + wait + 1e-6) == 0


def test_who_is_refused_pays_nothing() -> None:
    bucket = TokenBucket(10, 1)
    taken(bucket, NOW)
    for _ in range(100):
        assert bucket.take(NOW) == pytest.approx(0.1)


def test_it_refills_at_its_rate_and_never_beyond_its_burst() -> None:
    bucket = TokenBucket(10, 30)
    taken(bucket, NOW)
    assert taken(bucket, NOW + 1.05) == 10
    assert taken(bucket, NOW + 1_000) == 30


def test_a_rate_below_one_a_second_lets_one_through_now_and_then() -> None:
    bucket = TokenBucket(0.5, 0.5)
    assert bucket.take(NOW) == 0
    assert bucket.take(NOW) == pytest.approx(2.0)
    assert bucket.take(NOW + 2.001) == 0


@given(
    rate=st.floats(0.1, 1_000),
    burst=st.integers(1, 1_000),
    pauses=st.lists(st.floats(0, 2), min_size=1, max_size=200),
)
def test_in_any_span_no_more_pass_than_burst_and_rate_allow(
    rate: float, burst: int, pauses: list[float]
) -> None:
    bucket, now, passed = TokenBucket(rate, burst), NOW, 0
    for pause in pauses:
        now += pause
        passed += not bucket.take(now)
    assert passed <= burst + (now - NOW) * rate + 1e-6
