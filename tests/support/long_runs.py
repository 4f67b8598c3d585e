"""How much a test does: the whole number that it says in a long run, a twentieth otherwise."""

from __future__ import annotations

import os

import pytest

SHARE = 20
"""What part of the number is enough for every day."""
is_long = os.environ.get("LONG") == "1"
long_run = pytest.mark.long_run
"""Marks the tests that `make long` runs, with the whole number."""

whole_only = pytest.mark.skipif(not is_long, reason="runs with its whole number alone: make long")
"""Marks those of them whose shorter form is another test."""


def scaled(whole: int) -> int:
    """`whole` where the environment says LONG=1, else a twentieth, at least one."""
    return whole if is_long else max(1, whole // SHARE)
