"""`lobby why` among ten thousand accounts with trails, and among ten: milliseconds of an answer.

    python -m bench.why [accounts]

The store is an SQLite file. The same account is asked about by its uuid, number, login and name,
before the others are there and after. Exits with 1 when an answer among many takes three times as
long as one among few, by the median.
"""

from __future__ import annotations

import sys
import tempfile
from statistics import median

import uvloop

from persistence.urls import open_store
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.trails import ENTRIES, add_with_trails, seconds_of_why

FEW, TRIES, MOST_TIMES = 10, 300, 3.0


async def measured(local: LocalLobby, names: list[str]) -> dict[str, list[float]]:
    return {name: await seconds_of_why(local.lobby, name, tries=TRIES) for name in names}


async def main(accounts: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:{folder}/lobby.db")
        async with local_lobby(store) as local:
            one = (await add_with_trails(local.lobby, range(1, FEW + 1)))[FEW // 2]
            names = [one.uuid, str(one.number), str(one.login), str(one.name)]
            few = await measured(local, names)
            await add_with_trails(local.lobby, range(FEW + 1, accounts + 1))
            many = await measured(local, names)
        await store.close()
    print(f"{accounts:,} accounts with {ENTRIES} entries each; median and p99 of an answer, in ms")
    ratios = []
    for way, name in zip(("uuid", "number", "login", "name"), names, strict=True):
        ratios.append(median(many[name]) / median(few[name]))
        print(f"  by {way:8} among {FEW}: {shown(few[name])}   all: {shown(many[name])}", end="")
        print(f"   ratio {ratios[-1]:4.2f}")
    return int(max(ratios) >= MOST_TIMES)


def shown(took: list[float]) -> str:
    return f"{median(took) * 1e3:5.2f} {took[int(len(took) * 0.99)] * 1e3:6.2f}"


if __name__ == "__main__":
    sys.exit(uvloop.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)))
