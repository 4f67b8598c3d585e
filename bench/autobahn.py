"""Autobahn conformance cases against our WebSocket implementation, run by `kosoku`; exits with 1
if any result is not the expected one.

    python -m bench.autobahn

Cases 9 (performance), 12 and 13 (compression, which is not offered) are excluded.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.raw_websocket import echo_serving

# The rate limit of frames would stop the suite; it has tests of its own.
LIMITS = {"frames_per_second": 1e6, "burst": 1_000_000}
EXCLUDED = ("9.*", "12.*", "13.*")
EXPECTED = {f"1.2.{number}": "binary messages are refused with 1003" for number in range(1, 9)}
GOOD = ("OK", "NON-STRICT", "INFORMATIONAL")


def run(port: int, folder: str) -> dict[str, str]:
    """The behaviour of each case, by its number."""
    command = [str(Path(sys.executable).with_name("kosoku")), "-o", folder]
    for case in EXCLUDED:
        command += ["-x", case]
    subprocess.run(
        [*command, f"127.0.0.1:{port}/echo/autobahn"],
        check=False,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=120,
    )
    (reports,) = Path(folder).rglob("index.json")
    (cases,) = json.loads(reports.read_text()).values()
    return {case: found["behavior"] for case, found in cases.items()}


def main() -> int:
    with echo_serving(limits=LIMITS) as server, tempfile.TemporaryDirectory() as folder:
        found = run(server.port, folder)
    failed = {case for case, behaviour in found.items() if behaviour not in GOOD}
    for case in sorted(failed & EXPECTED.keys()):
        print(f"{case:8} {found[case]:12} as expected: {EXPECTED[case]}")
    for case in sorted(failed - EXPECTED.keys()):
        print(f"{case:8} {found[case]:12} NOT EXPECTED")
    for case in sorted(EXPECTED.keys() - failed):
        print(f"{case:8} was expected to fail and did not")
    counts = {behaviour: list(found.values()).count(behaviour) for behaviour in found.values()}
    print(f"{len(found)} cases: {counts}")
    return int(failed != EXPECTED.keys() or not found)


if __name__ == "__main__":
    os.chdir(Path(__file__).parents[1])
    sys.exit(main())
