"""Chaos by hand: `make chaos`, ten minutes in rounds, each with its own seed and judged by itself.

`make chaos SEED=7 SECONDS=60` plays one round again; `FAULTS="redis demoted,redis killed"` chooses.
Redis is one server, a cluster or a primary that sentinels watch, by the seed; `REDIS=cluster`
chooses.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from tests.chaos.faults import FAULTS, OF_ONE_REDIS
from tests.chaos.run import Plan, play
from tests.chaos.world import Redis, world
from tests.support.redis_groups import RedisClusterGroup, RedisGroup, SentinelGroup
from tests.support.services import PostgresServer, RedisServer, Server

S = TypeVar("S", bound=Server | RedisGroup)
PROCESSES, ROUND_SECONDS = 3, 60.0
KINDS: dict[str, Callable[[], Redis]] = {
    "one": RedisServer,
    "cluster": RedisClusterGroup,
    "sentinels": SentinelGroup,
}
ODDS = {"one": 2, "cluster": 1, "sentinels": 1}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--faults", default=",".join(FAULTS), help="names, separated by commas")
    parser.add_argument("--redis", choices=KINDS, help="by the seed, unless said")
    return parser.parse_args()


def strict(seed: int, faults: tuple[str, ...]) -> Plan:
    """What is promised, on a machine that does nothing else."""
    return Plan(
        seed,
        ROUND_SECONDS,
        people=24,
        pollers=6,
        seekers=8,
        between_faults=5.0,
        converged_within=10.0,
        gone_within=8.5,  # half a second for the way there and back
        settled_after=3.0,
        matched_within=20.0,
        outage=5.0,
        faults=faults,
    )


def main() -> int:
    said = arguments()
    faults = tuple(name.strip() for name in said.faults.split(","))
    if unknown := set(faults) - set(FAULTS):
        sys.exit(f"no such faults: {', '.join(sorted(unknown))}; there are {', '.join(FAULTS)}")
    rounds = max(1, round(said.seconds / ROUND_SECONDS))
    wrong = 0
    with ExitStack() as stack:
        postgres = begun(stack, PostgresServer())
        for seed in range(said.seed, said.seed + rounds):
            kind = said.redis or kind_by(seed, faults)
            tell(f"SEED={seed} REDIS={kind}")
            wrong += not went_well(kind, postgres, seed, faults)
    tell(f"{wrong} of {rounds} rounds went wrong")
    return min(wrong, 1)


def kind_by(seed: int, faults: tuple[str, ...]) -> str:
    """Which Redis it is."""
    if set(faults) <= set(OF_ONE_REDIS):
        return "one"
    return random.Random(seed).choices(list(ODDS), list(ODDS.values()))[0]


def went_well(kind: str, postgres: PostgresServer, seed: int, faults: tuple[str, ...]) -> bool:
    """One round, with processes and a Redis of its own."""
    if kind != "one":
        faults = tuple(name for name in faults if name not in OF_ONE_REDIS)
    with ExitStack() as stack:
        redis = begun(stack, KINDS[kind]())
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        parts = stack.enter_context(world(home, redis, postgres, processes=PROCESSES))
        outcome = asyncio.run(play(parts, strict(seed, faults)))
        outcome.surprises += [fault for process in parts.processes for fault in process.faults()]
    found = outcome.wrong()
    tell("\n".join([outcome.report(), *found, *([outcome.timeline()] if found else [])]))
    return not found


def begun(stack: ExitStack, server: S) -> S:
    stack.callback(server.remove)
    server.start()
    return server


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
