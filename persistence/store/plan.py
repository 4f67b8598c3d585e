"""Plans: generators that yield statements, are sent their rows and return the result (sans-I/O), so
that one serves a blocking driver and an asynchronous one.

A plan does not begin or end transactions; when it raises, its caller rolls it back.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, TypeAlias, TypeVar

T = TypeVar("T")
Statement: TypeAlias = tuple[str, Sequence[object]]
Rows: TypeAlias = Sequence[Sequence[Any]]
Plan: TypeAlias = Generator[Statement, Rows, T]
