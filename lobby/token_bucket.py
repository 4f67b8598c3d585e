"""Token bucket: a rate limit with a burst, for commands, requests and connections."""

from __future__ import annotations

from collections import OrderedDict

MOST_BUCKETS = 20_000
"""Accounts, or addresses, that are counted at a time; the one that was quiet longest is dropped."""


class TokenBucket:
    """`rate` tokens a second come in, at most `burst` of them wait. It is full at first.

    It has no clock: the caller says what time it is, on a clock that never goes back.
    """

    __slots__ = ("_at", "_burst", "_rate", "_tokens")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, max(burst, 1.0)
        self._tokens, self._at = self._burst, 0.0

    def take(self, now: float) -> float:
        """Take one token: 0; or take none: the seconds until there is one."""
        tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        if tokens < 1:
            self._tokens = tokens
            return (1 - tokens) / self._rate
        self._tokens = tokens - 1
        return 0.0

    def give_back(self) -> None:
        """Put back a token that was taken."""
        self._tokens = min(self._burst, self._tokens + 1)


class Buckets:
    """A token bucket for each of those who call, made when they first do."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def take(self, who: str, now: float) -> float:
        """Take one token of theirs: 0; or take none: the seconds until there is one."""
        bucket = self._buckets.setdefault(who, TokenBucket(self._rate, self._burst))
        self._buckets.move_to_end(who)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return bucket.take(now)

    def give_back(self, who: str) -> None:
        if bucket := self._buckets.get(who):
            bucket.give_back()
