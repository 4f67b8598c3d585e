"""Hostile input values (injection, overflow, odd Unicode ...). Each is invalid for every field of
the APIs that is not free text.
"""

from __future__ import annotations

from typing import Any

VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    2**53 + 1,
    10**30,
    "",
    "\0",
    "x" * 5_000,
    "NONAMES",
    "'; DROP TABLE documents; --",
    "../../etc/passwd",
    "00000000-0000-0000-0000-00000000000",
    "{00000000-0000-0000-0000-000000000000}",
    "00000000000000000000000000000000",
    "00000000-0000-0000-0000-000000000000\n",
    "\uff10" * 8 + "-0000-0000-0000-000000000000",
    [],
    {},
    ["00000000-0000-0000-0000-000000000000"],
    {"$ne": None},
]
TEXTS = [str(value) for value in VALUES if not isinstance(value, dict | list)]
USERNAMES = [
    "",
    "ab",
    "x" * 33,
    "a b",
    "a\0b",
    "ääää",
    "../admin",
    "\u0430dmin",
    "ab\n",
    "x" * 5_000,
]
PASSWORDS = ["", "short", "x" * 129, "x" * 5_000, "\0" * 9, "long enough\0"]
