"""How a program of ours ends: a code for whoever started it, a line for people."""

from __future__ import annotations

import sys
from enum import IntEnum


class Exit(IntEnum):
    """What the process tells whoever started it."""

    OK = 0
    FAILED = 1
    SETTINGS = 2
    IN_USE = 3
    UNREACHABLE = 4


def complain(line: str, code: Exit) -> Exit:
    """For people, beside the log: whoever starts a program reads its last line."""
    sys.stderr.write(f"lobby: {line}\n")
    return code
