"""Secrets that can be guessed: whoever chose them typed one key, a unit again and again, or a
sequence. A secret that was drawn at random never looks so."""

from __future__ import annotations

import itertools

FEWEST_CHARACTERS = 6
"""Different characters of a secret that cannot be guessed."""
LONGEST_UNIT = 12
"""Characters that are repeated until a secret is long enough."""
REGULAR_SHARE = 0.75
"""Of the steps from one character to the next: so many alike are a sequence."""
ADVICE = "can be guessed; draw one at random: lobby token secret"


def is_guessable(secret: str) -> bool:
    return len(set(secret)) < FEWEST_CHARACTERS or _repeats(secret) or _counts(secret)


def _repeats(secret: str) -> bool:
    longest = min(LONGEST_UNIT, len(secret) // 2)
    return any(_consists_of(secret, length) for length in range(1, longest + 1))


def _consists_of(secret: str, length: int) -> bool:
    """Whether it is its own beginning over and over, the last one perhaps cut short."""
    times = len(secret) // length + 1
    return (secret[:length] * times)[: len(secret)] == secret


def _counts(secret: str) -> bool:
    """`0123456789…`, `abcdef…`, upwards or downwards, or in any other regular step."""
    steps = [ord(b) - ord(a) for a, b in itertools.pairwise(secret)]
    return bool(steps) and max(map(steps.count, set(steps))) >= REGULAR_SHARE * len(steps)
