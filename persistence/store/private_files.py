"""Files that hold what people entrusted: for their owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
"""The mode 0600."""
BESIDE = ("", "-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; it makes these with the database's own mode."""


def make_private(path: str) -> None:
    """The SQLite file at this path, made empty where there is none, and what lies beside it. One
    that belongs to another account stays as it is: that is for the operator. Raises OSError."""
    if path in ("", ":memory:"):
        return
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))
    for suffix in BESIDE:
        file = Path(path + suffix)
        with suppress(FileNotFoundError, PermissionError):
            if file.stat().st_mode & ~OWNER_ONLY & 0o777:
                file.chmod(OWNER_ONLY)
