"""Backups of a SQLite file: where one is written, and how one takes the file's place."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from persistence.ports import InUse, NoBackup
from persistence.store.group_commit import execute
from persistence.store.private_files import OWNER_ONLY, make_private
from persistence.store.sql import prepare, renew_epoch

LOCK_SECONDS = 0.3
"""How long a restore waits for the file that it replaces."""
RESTORED_PAGES = 1_024
"""Pages of a backup that a restore copies at a time."""


def begin(path: str) -> Path:
    """An empty file beside the one that is to be; raises NoBackup where that is there already."""
    unfinished = Path(f"{path}.unfinished")
    try:
        if Path(path).exists():
            raise NoBackup(f"{path}: there is a file of this name already")
        _private(unfinished)
    except OSError as failure:
        raise NoBackup(f"{path}: {failure.strerror}") from failure
    return unfinished


def finish(unfinished: Path, path: str) -> None:
    """Durable, under its name."""
    try:
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        os.rename(unfinished, path)
        folder = os.open(Path(path).parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    except OSError as failure:
        raise NoBackup(f"{path}: {failure.strerror}") from failure


def restore(path: str, backup: str, *, fresh: str) -> None:
    """Put what the backup holds in the place of what the file at `path` holds, under the epoch
    `fresh`: whole, or not at all. It is made ready in a file beside, so that its size takes disk
    and no memory. Raises NoBackup, Newer, or InUse while a process has the file."""
    unfinished = Path(f"{path}.restoring")
    with closing(_opened(backup)) as source:
        try:
            _private(unfinished)
            with closing(sqlite3.connect(unfinished, isolation_level=None)) as copy:
                # Nobody reads it if this is interrupted: it need not be durable.
                copy.execute("PRAGMA synchronous = OFF")
                source.backup(copy, pages=RESTORED_PAGES)
                execute(copy, prepare(fresh))
                execute(copy, renew_epoch(fresh))
                _put_in_place(copy, path)
        except OSError as failure:
            raise NoBackup(f"{unfinished}: {failure.strerror}") from failure
        except sqlite3.Error as failure:
            raise NoBackup(f"{unfinished}: {failure}") from failure
        finally:
            for left in (unfinished, Path(f"{unfinished}-journal")):
                left.unlink(missing_ok=True)


def _private(file: Path) -> None:
    """Empty, for its owner alone."""
    file.unlink(missing_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))


def _opened(backup: str) -> sqlite3.Connection:
    if not Path(backup).is_file():
        raise NoBackup(f"{backup}: there is no such file")
    source = sqlite3.connect(f"file:{backup}?mode=ro&immutable=1", uri=True)
    try:
        [(state,)] = source.execute("PRAGMA integrity_check(1)").fetchall()
        epochs = source.execute("SELECT value FROM facts WHERE name = 'epoch'").fetchall()
        sound = state == "ok" and len(epochs) == 1
    except sqlite3.Error:
        sound = False
    if not sound:
        source.close()
        raise NoBackup(f"{backup}: this is no backup of a lobby, or it is damaged")
    return source


def _put_in_place(copy: sqlite3.Connection, path: str) -> None:
    make_private(path)
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as target:
            target.execute("PRAGMA locking_mode = EXCLUSIVE")
            target.execute("PRAGMA synchronous = FULL")
            target.execute("BEGIN EXCLUSIVE")
            target.execute("COMMIT")  # the lock stays with this connection
            copy.backup(target, pages=RESTORED_PAGES)
    except sqlite3.Error as failure:
        if failure.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise InUse(f"{path} is in use: stop the server, restore, start it again.") from failure
        raise NoBackup(f"{path}: {failure}") from failure
