"""How the database and Redis look from outside: reached, new enough, set as they should be.

Speaks to them directly, as an operator's own client would; the lobby's ports are not used.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from lobby.config import Settings

LOOPBACK = ("127.0.0.1", "localhost", "::1", "")
PATIENCE_SECONDS = 2.0
WORST_SKEW_SECONDS = 2.0
WAL_BUG = ((3, 7, 0), (3, 51, 2))
"""The first and the last SQLite in which two connections to one file could corrupt it."""


class Mark(StrEnum):
    GOOD = "ok"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True)
class Finding:
    mark: Mark
    what: str
    found: str
    advice: str = ""


async def database(settings: Settings, running: dict[str, Any]) -> list[Finding]:
    """`running`: what the server that has it open says, if one does."""
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
        connection = sqlite3.connect(f"{Path(path).absolute().as_uri()}?mode=rw", uri=True)
        connection.execute("PRAGMA busy_timeout = 100")
        connection.execute("BEGIN IMMEDIATE")
        connection.rollback()
        connection.close()
    except sqlite3.Error as failure:
        if failure.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY:
            advice = "A server has it, elsewhere or without admin socket: LOBBY_ADMIN_SOCKET."
            return Finding(Mark.NOTE, "database", f"{path} is in use", advice)
        return Finding(Mark.WRONG, "database", f"{path}: {failure}", "Check owner and mode.")
    return Finding(Mark.GOOD, "database", f"{path} can be written")


async def _postgres(url: str) -> list[Finding]:
    try:
        connection = await asyncpg.connect(url, timeout=PATIENCE_SECONDS)
        row = await connection.fetchrow(
            "SELECT current_setting('server_version') AS version,"
            " current_setting('server_version_num')::int AS number,"
            " current_setting('synchronous_commit') AS commits,"
            " current_setting('transaction_read_only') AS read_only,"
            " extract(epoch FROM clock_timestamp())::float8 AS now",
            timeout=PATIENCE_SECONDS,
        )
        now = time.time()
        await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as failure:
        advice = "Check LOBBY_DATABASE_URL, that the server runs, and its pg_hba.conf."
        return [Finding(Mark.WRONG, "PostgreSQL", _why(failure), advice)]
    return [
        *_postgres_settings(row),
        _skew("PostgreSQL", float(row["now"]) - now),
        *_password("PostgreSQL", url),
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


async def redis(settings: Settings) -> list[Finding]:
    if settings.embedded:
        return [Finding(Mark.GOOD, "Redis", "not used: this process does its work itself")]
    client = Redis.from_url(
        settings.redis_url,
        decode_responses=True,
        socket_timeout=PATIENCE_SECONDS,
        socket_connect_timeout=PATIENCE_SECONDS,
    )
    try:
        told: dict[str, Any] = await client.info("server")
        policy = await _policy(client)
        seconds, micros = await client.time()
        skew = seconds + micros / 1e6 - time.time()
    except (RedisError, OSError) as failure:
        advice = "Check LOBBY_REDIS_URL and that Redis runs."
        return [Finding(Mark.WRONG, "Redis", _why(failure), advice)]
    finally:
        await client.aclose()
    version = str(told.get("valkey_version") or told["redis_version"])
    old = int(version.split(".")[0]) < 6
    return [
        Finding(Mark.WRONG if old else Mark.GOOD, "Redis", version, "Use 6 or newer." * old),
        _eviction(policy),
        _skew("Redis", skew),
        *_password("Redis", settings.redis_url),
    ]


async def _policy(client: Redis) -> str:
    """Empty where we may not ask."""
    try:
        return str((await client.config_get("maxmemory-policy")).get("maxmemory-policy", ""))
    except RedisError:
        return ""


def _eviction(policy: str) -> Finding:
    if policy == "noeviction":
        return Finding(Mark.GOOD, "Redis", "maxmemory-policy noeviction")
    found = f"maxmemory-policy {policy or 'unknown'}: people could drop out of the roster"
    mark = Mark.WRONG if policy else Mark.NOTE
    return Finding(mark, "Redis", found, "Set maxmemory-policy noeviction.")


def _skew(part: str, seconds: float) -> Finding:
    found = f"its clock is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} ours"
    if abs(seconds) < WORST_SKEW_SECONDS:
        return Finding(Mark.GOOD, part, found)
    return Finding(Mark.WRONG, part, found, "Synchronise both machines' clocks (NTP).")


def _password(part: str, url: str) -> Iterator[Finding]:
    """On this machine one may go without; beyond it, everybody in the network could come in."""
    parts = urlsplit(url)
    if (parts.hostname or "") in LOOPBACK or parts.password:
        return
    found = f"{parts.hostname} is reached without a password in the URL"
    advice = "Give it a password, and use TLS where the network is not your own."
    yield Finding(Mark.NOTE, part, found, advice)


def _why(failure: Exception) -> str:
    return f"cannot be reached: {str(failure) or type(failure).__name__}"
