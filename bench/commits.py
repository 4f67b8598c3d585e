"""Saves acknowledged per second by 64 callers on one SQLite file: commits shared, and one by one.

    python -m bench.commits [seconds]

Both take turns in short rounds, so that a disk that tires is fair to both. The promise is at
least 3,000 a second with shared commits.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

from persistence.store.sqlite import SqliteStore

CALLERS = 64
ROUNDS = 4
BODY = '{"name":"' + "x" * 300 + '"}'


async def saves_per_second(store: SqliteStore, seconds: float, name: str) -> float:
    """Each caller waits for its answer before it saves again."""
    acknowledged = 0
    started = time.perf_counter()

    async def save(caller: int) -> None:
        nonlocal acknowledged
        for number in count():
            if time.perf_counter() - started >= seconds:
                return
            await store.put("row", f"{name}-{caller}-{number}", BODY, expected=0)
            acknowledged += 1

    await asyncio.gather(*(save(caller) for caller in range(CALLERS)))
    return acknowledged / (time.perf_counter() - started)


async def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shared = await SqliteStore.open(str(Path(folder) / "shared"))
        single = await SqliteStore.open(str(Path(folder) / "single"), group=1)
        together, alone = [], []
        for turn in range(ROUNDS):
            together.append(await saves_per_second(shared, seconds / ROUNDS, str(turn)))
            alone.append(await saves_per_second(single, seconds / ROUNDS, str(turn)))
        await shared.close()
        await single.close()
    shared_rate, single_rate = sum(together) / ROUNDS, sum(alone) / ROUNDS
    print(f"SQLite {sqlite3.sqlite_version}, synchronous=FULL, {CALLERS} callers")
    print(f"  commits shared      {shared_rate:8,.0f} saves/s acknowledged")
    print(f"  one commit a save   {single_rate:8,.0f} saves/s acknowledged")
    print(f"  ratio               {shared_rate / single_rate:8.1f}")


if __name__ == "__main__":
    asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 6.0))
