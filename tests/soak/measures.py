"""What a soak looks at: memory, descriptors, tasks, rows and keys, from outside the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from lobby.operator import admin_socket
from tests.support.processes import LobbyProcess
from tests.support.services import RedisServer

MB = 1024 * 1024
SOCKET = "lobby.sock"
TABLES = ("labels", "claims", "streams", "entries", "commands", "series", "facts")
SPAN = 600.0
"""Seconds in which memory may grow by so much."""


@dataclass(frozen=True)
class Sample:
    """`rows`: by table, and of documents by kind."""

    at: float
    memory: float
    descriptors: int
    tasks: int
    rows: dict[str, int]
    keys: int

    def __str__(self) -> str:
        rows = " ".join(f"{name}={count}" for name, count in sorted(self.rows.items()))
        return (
            f"{self.at:6.0f} s  {self.memory:6.1f} MB  {self.descriptors} fds"
            f"  {self.tasks} tasks  {self.keys} keys  {rows}"
        )


def sample(lobby: LobbyProcess, redis: RedisServer | None, at: float) -> Sample:
    process = psutil.Process(lobby.pid)
    status = admin_socket.ask(lobby.home / SOCKET, {"command": "status"})
    return Sample(
        at,
        process.memory_info().rss / MB,
        process.num_fds(),
        status["result"]["tasks"],
        rows(lobby.home),
        keys(redis) if redis else 0,
    )


def rows(home: Path) -> dict[str, int]:
    """Counted in a backup: nobody else can open a file that is served."""
    copy = home / "counted"
    said = admin_socket.ask(home / SOCKET, {"command": "backup", "file": str(copy)})
    if "refused" in said:
        raise RuntimeError(said["refused"])
    try:
        with closing(sqlite3.connect(copy)) as counted:
            kinds = counted.execute("SELECT kind, COUNT(*) FROM documents GROUP BY kind")
            found = {str(kind): int(count) for kind, count in kinds}
            for table in TABLES:
                [(found[table],)] = counted.execute(f"SELECT COUNT(*) FROM {table}")  # noqa: S608  # a table of ours
        return found
    finally:
        copy.unlink()


def keys(redis: RedisServer) -> int:
    return int(redis.ask("DBSIZE").strip(b":\r\n"))


def slope(samples: Sequence[Sample]) -> float:
    """MB in ten minutes: the line through the samples by least squares."""
    middle = sum(one.at for one in samples) / len(samples)
    weight = sum((one.at - middle) ** 2 for one in samples)
    rise = sum((one.at - middle) * one.memory for one in samples)
    return SPAN * rise / weight if weight else 0.0
