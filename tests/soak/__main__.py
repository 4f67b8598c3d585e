"""A soak by hand: `make soak`, an hour with 2,000 sockets (MINUTES, SOCKETS and REDIS choose).

Without Redis a month passes at the end, and every row has to be gone. With `REDIS=1` its keys are
counted, too, and tokens of guests last for a minute. Ends with 1 where something grows.
"""

from __future__ import annotations

import argparse
import asyncio
import glob
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.soak.run import Plan, Soak, serving
from tests.support.services import RedisServer

LIBRARY = "/usr/lib/*/faketime/libfaketimeMT.so.1"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--sockets", type=int, default=2_000)
    parser.add_argument("--churn", type=float, default=5.0, help="percent of the sockets a minute")
    parser.add_argument("--redis", action="store_true")
    return parser.parse_args()


def main() -> int:
    said = arguments()
    plan = Plan(said.sockets, said.minutes * 60, said.churn / 100)
    with ExitStack() as stack:
        redis = None
        if said.redis:
            redis = RedisServer()
            stack.callback(redis.remove)
            redis.start()
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        library = next(iter(glob.glob(LIBRARY)), None)
        served = serving(home, redis, faketime=library, connections=said.sockets + 100)
        lobby, clock = stack.enter_context(served)
        wrong = asyncio.run(Soak(lobby, redis, plan, clock, tell).run())
    tell("\n".join(wrong) or "nothing grows")
    return min(len(wrong), 1)


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
