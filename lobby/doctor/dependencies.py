"""Dependency diagnostics: the database and Redis are reachable, recent, configured as needed.

Connects directly, as an operator's own client would; the lobby's ports are not used.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from lobby.config import Settings
from persistence.pooler import require_session
from persistence.ports import SCHEMA_VERSION, Unreachable

LOOPBACK = ("127.0.0.1", "localhost", "::1", "")
PATIENCE_SECONDS = 2.0
"""How long the diagnostics wait for each dependency."""
WORST_SKEW_SECONDS = 2.0
"""How far the clock of a dependency may be from ours."""
KEPT_VERSION = "SELECT value FROM facts WHERE name = 'schema'"
WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""The first and the last SQLite in which two connections to one file could corrupt it."""


class Mark(StrEnum):
    GOOD = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was checked, what was found, what to do."""

    mark: Mark
    what: str
    found: str
    advice: str = ""


async def database(settings: Settings, running: dict[str, Any]) -> list[Finding]:
    """`running`: the status of the server that has the file open, if one runs."""
    kind, _, path = settings.database_url.partition(":")
    if kind != "sqlite":
        return await _postgres(settings.database_url)
    findings = [_sqlite_version(sqlite3.sqlite_version_info)]
    if running:
        good = running["parts"]["database"]
        found = f"{path}: open in process {running['pid']}, {'answers' if good else 'silent'}"
        findings.append(Finding(Mark.GOOD if good else Mark.WRONG, "database", found))
    else:
        findings.append(_sqlite_file(path))
    return findings


def _sqlite_version(version: tuple[int, ...]) -> Finding:
    shown = ".".join(map(str, version))
    if not WAL_BUG[0] <= version[:3] <= WAL_BUG[1]:
        return Finding(Mark.GOOD, "SQLite", shown)
    return Finding(
        Mark.GOOD,
        "SQLite",
        f"{shown}, which has the WAL-reset bug of 3.7.0 to 3.51.2. Harmless here: it takes two"
        " connections to one file, and this program has one, in one process",
        "Do not open the file with another program while the server runs.",
    )


def _sqlite_file(path: str) -> Finding:
    if path == ":memory:":
        advice = "Set LOBBY_DATABASE_URL=sqlite:lobby.db to keep anything."
        return Finding(Mark.NOTE, "database", "in memory: gone when the server stops", advice)
    folder = Path(path).absolute().parent
    if not Path(path).exists():
        if os.access(folder, os.W_OK | os.X_OK):
            return Finding(Mark.GOOD, "database", f"{path} will be made at the first start")
        advice = "Make the folder, or let the server's user write to it."
        return Finding(Mark.WRONG, "database", f"{path}: cannot write to {folder}", advice)
    try:
        url = f"{Path(path).absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(url, uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout = 100")
            connection.execute("BEGIN IMMEDIATE")
            made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'facts'").fetchone()
            kept = connection.execute(KEPT_VERSION).fetchone() if made else None
            connection.rollback()
    except sqlite3.Error as failure:
        if failure.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            advice = "A server has it, elsewhere or without admin socket: LOBBY_ADMIN_SOCKET."
            return Finding(Mark.NOTE, "database", f"{path} is in use", advice)
        return Finding(Mark.WRONG, "database", f"{path}: {failure}", "Check owner and mode.")
    return _newer("database", kept) or Finding(Mark.GOOD, "database", f"{path} can be written")


def _newer(what: str, kept: Sequence[Any] | None) -> Finding | None:
    """`kept`: the row that holds the version of the tables; older stores have none."""
    if kept is None or int(kept[0]) <= SCHEMA_VERSION:
        return None
    found = f"its tables are of version {kept[0]}, and this program knows version {SCHEMA_VERSION}"
    return Finding(Mark.WRONG, what, found, "Start the newer program, or restore a backup.")


async def _postgres(url: str) -> list[Finding]:
    connect = partial(asyncpg.connect, url, timeout=PATIENCE_SECONDS)
    connection: Any = None
    try:
        connection = await connect()
        row = await connection.fetchrow(
            "SELECT current_setting('server_version') AS version,"
            " current_setting('server_version_num')::int AS number,"
            " current_setting('synchronous_commit') AS commits,"
            " current_setting('transaction_read_only') AS read_only,"
            " extract(epoch FROM clock_timestamp())::float8 AS now",
            timeout=PATIENCE_SECONDS,
        )
        now = time.time()
        made = await connection.fetchval("SELECT to_regclass('facts') IS NOT NULL")
        kept = await connection.fetchrow(KEPT_VERSION) if made else None
        await require_session(connection, connect)
    except Unreachable as pooled:
        return [Finding(Mark.WRONG, "PostgreSQL", str(pooled), "Change LOBBY_DATABASE_URL.")]
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as failure:
        advice = "Check LOBBY_DATABASE_URL, that the server runs, and its pg_hba.conf."
        return [Finding(Mark.WRONG, "PostgreSQL", why(failure), advice)]
    finally:
        if connection is not None:
            connection.terminate()
    newer = _newer("PostgreSQL", kept)
    return [
        *_postgres_settings(row),
        *([newer] if newer else []),
        skew("PostgreSQL", float(row["now"]) - now),
        *password("PostgreSQL", url),
    ]


def _postgres_settings(row: Any) -> Iterator[Finding]:
    old = row["number"] < 120_000
    yield Finding(
        Mark.WRONG if old else Mark.GOOD,
        "PostgreSQL",
        f"version {row['version']}",
        "Use 12 or newer." if old else "",
    )
    if row["read_only"] == "on":
        advice = "Name the primary, or add target_session_attrs=read-write."
        yield Finding(Mark.WRONG, "PostgreSQL", "read only: a standby?", advice)
    if row["commits"] == "off":
        found = "synchronous_commit is off: what was acknowledged can be lost in a crash"
        yield Finding(Mark.WRONG, "PostgreSQL", found, "Set synchronous_commit = on.")


def skew(part: str, seconds: float) -> Finding:
    found = f"its clock is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} ours"
    if abs(seconds) < WORST_SKEW_SECONDS:
        return Finding(Mark.GOOD, part, found)
    return Finding(Mark.WRONG, part, found, "Synchronise both machines' clocks (NTP).")


def password(part: str, url: str) -> Iterator[Finding]:
    """Without a password only loopback is safe: else anybody in the network could connect."""
    parts = urlsplit(url)
    if (parts.hostname or "") in LOOPBACK or parts.password:
        return
    found = f"{parts.hostname} is reached without a password in the URL"
    advice = "Give it a password, and use TLS where the network is not your own."
    yield Finding(Mark.NOTE, part, found, advice)


def why(failure: Exception) -> str:
    return f"cannot be reached: {str(failure) or type(failure).__name__}"
