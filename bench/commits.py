"""Group commit: changes acknowledged per second by 64 callers on one SQLite file, with and without.

    python -m bench.commits [seconds]

A change is what every verb does: load, decide, save, acknowledged after the commit. Both variants
alternate in short rounds, so that a disk that slows down affects both. The target is 3,000/s.
"""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from lobby.domain.accounts import Account
from lobby.domain.permissions import Kind
from lobby.storage.kinds import ACCOUNTS
from lobby.storage.repository import Repository
from persistence.store.sqlite import SqliteStore

CALLERS, ROUNDS, PROMISED = 64, 4, 3_000


async def filled(
    path: Path, *, group: int | None = None
) -> tuple[SqliteStore, Repository[Account]]:
    """A store with an account for each caller; `group=1`: one commit per save."""
    store = await SqliteStore.open(str(path), **({"group": group} if group else {}))
    accounts = ACCOUNTS.repository(store)
    for n in range(CALLERS):
        await accounts.add(Account(str(n), n, Kind.HOST, registered=0.0))
    return store, accounts


async def changes_per_second(accounts: Repository[Account], seconds: float) -> float:
    """Each caller waits for the acknowledgement before its next change."""
    acknowledged = 0
    started = time.perf_counter()

    async def change(caller: int) -> None:
        nonlocal acknowledged
        while time.perf_counter() - started < seconds:
            await accounts.change(str(caller), Account.revoke_tokens)
            acknowledged += 1

    await asyncio.gather(*(change(caller) for caller in range(CALLERS)))
    return acknowledged / (time.perf_counter() - started)


async def main(seconds: float) -> int:
    with tempfile.TemporaryDirectory() as folder:
        shared, sharing = await filled(Path(folder) / "shared")
        single, alone = await filled(Path(folder) / "single", group=1)
        together, apart = [], []
        for _ in range(ROUNDS):
            together.append(await changes_per_second(sharing, seconds / ROUNDS))
            apart.append(await changes_per_second(alone, seconds / ROUNDS))
        await shared.close()
        await single.close()
    shared_rate, single_rate = sum(together) / ROUNDS, sum(apart) / ROUNDS
    print(f"SQLite {sqlite3.sqlite_version}, synchronous=FULL, {CALLERS} callers")
    print(f"  group commit            {shared_rate:8,.0f} changes/s acknowledged")
    print(f"  one commit per change   {single_rate:8,.0f} changes/s acknowledged")
    print(f"  ratio                   {shared_rate / single_rate:8.1f}")
    return int(shared_rate < PROMISED)


if __name__ == "__main__":
    sys.exit(asyncio.run(main(float(sys.argv[1]) if len(sys.argv) > 1 else 6.0)))
