"""Exit codes of the process, and the one line on stderr that explains them."""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    """The exit code, for whatever started the process."""

    OK = 0
    FAILED = 1
    SETTINGS = 2
    IN_USE = 3
    UNREACHABLE = 4


def complain(line: str, code: Exit) -> Exit:
    """Print a line for people, beside the log; returns the exit code."""
    sys.stderr.write(f"lobby: {line}\n")
    return code
