"""The cache of verified tokens holds those that are in use, and no more."""

from __future__ import annotations

import pytest

from lobby.domain.login_errors import BadToken
from lobby.domain.permissions import Kind
from lobby.identity import tokens
from lobby.identity.tokens import CACHE_SECONDS, KeyRing
from tests.support.lobby import SECRET, Clock


def issued(ring: KeyRing, account: str) -> str:
    return ring.issue(account, Kind.ANONYMOUS, token_version=0, seconds=86_400)


def test_r28_tokens_of_those_who_have_left_are_not_held() -> None:
    """Somebody stays and asks all the time; others come, ask once and are not seen again."""
    clock = Clock()
    ring = KeyRing([SECRET], clock=clock)
    staying = issued(ring, "ann")
    first = ring.read(staying)
    for number in range(100):
        ring.read(issued(ring, f"guest-{number}"))
        clock.advance(CACHE_SECONDS / 10)
        assert ring.read(staying) is first  # verified once
        assert len(ring._cache) <= 11
    clock.advance(CACHE_SECONDS)
    assert ring.read(staying) == first
    assert len(ring._cache) == 1


def test_of_too_many_tokens_the_least_recently_used_is_verified_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tokens, "MOST_CACHED", 3)
    ring = KeyRing([SECRET], clock=Clock())
    texts = [issued(ring, f"guest-{number}") for number in range(3)]
    claims = [ring.read(text) for text in texts]
    assert ring.read(texts[0]) is claims[0]
    ring.read(issued(ring, "another"))
    assert ring.read(texts[0]) is claims[0]
    assert ring.read(texts[1]) is not claims[1]
    assert len(ring._cache) == 3


def test_what_is_refused_is_not_held() -> None:
    ring = KeyRing([SECRET], clock=Clock())
    forged = issued(KeyRing([SECRET[::-1]], clock=Clock()), "ann")
    with pytest.raises(BadToken):
        ring.read(forged)
    with pytest.raises(BadToken):
        ring.read_refresh(issued(ring, "ann"))
    assert not ring._cache
