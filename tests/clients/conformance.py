"""The scenarios that every client of the channel is held to: one list, numbered.

A script of JavaScript says `held 5` where the fifth has ended well; a test of Python is marked
with `@holds(5)`. `tests/clients/test_conformance.py` holds both to the list.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

Test = TypeVar("Test", bound=Callable[..., object])

SHARED, OWN, REDIS, NONSENSE = "shared", "own", "redis", "nonsense"
"""Where a scenario runs: one lobby for all, one with settings of its own that may be killed, one
over Redis, and servers that speak nonsense."""


@dataclass(frozen=True)
class Scenario:
    about: str
    lobbies: tuple[str, ...] = (SHARED,)


SCENARIOS = {
    1: Scenario("an anonymous identity is kept: the second start is the same account"),
    2: Scenario("a token provider is asked once, not at each return"),
    3: Scenario("watched before connected: ready, then the state; a second one is told of it too"),
    4: Scenario("paths of patches; what is removed; a list that is replaced"),
    5: Scenario("a cut: back with what is known, no whole state again"),
    6: Scenario("a frozen line is dead after ten seconds without an answer"),
    7: Scenario("an answer that was lost: the same text again, done once"),
    8: Scenario("a lobby that is killed, and one that is stopped", (OWN, REDIS)),
    9: Scenario("the answer to a launch was lost: its key arrives", (OWN, REDIS)),
    10: Scenario("a timeout: never sent, or sent with its outcome unknown"),
    11: Scenario("a command older than 110 seconds is not said again"),
    12: Scenario("another identity: what was underway fails, topics begin anew"),
    13: Scenario("64 topics and 40 commands after a cut: no too_many, all fresh", (OWN,)),
    14: Scenario("too_many all the same: a pause, the same ids, the order kept", (OWN,)),
    15: Scenario("drain: nobody is back before the time, 50 come spread out", (OWN,)),
    16: Scenario(
        "4003: a provider is asked for a newer token, a fixed one ends the client", (OWN,)
    ),
    17: Scenario("4500 and 4503: another anonymous identity, or the end", (OWN,)),
    18: Scenario("codes that end a client, and codes that do not", (SHARED, NONSENSE)),
    19: Scenario("too large: refused before it is sent; 1009 is not repeated", (SHARED, NONSENSE)),
    20: Scenario("join, leave, kick and ban while watching: views, epochs, the end of the chat"),
    21: Scenario("journals: from now, 0 or a cursor, over a cut; trimmed; fell behind"),
    22: Scenario("watched, unwatched and watched in one tick; two share one topic"),
    23: Scenario("close is final: everything settles, nothing brings it back"),
    24: Scenario("a wake-up shortens a wait, never one that was told"),
    25: Scenario(
        "nonsense: no crash, named errors, ten handshakes in ten seconds", (SHARED, NONSENSE)
    ),
}

JS = {
    "coming_in": (1, 2),
    "tokens": (16, 17),
    "watching": (3, 4, 22),
    "journals": (21,),
    "coming_back": (5, 7, 10, 11, 12),
    "silence": (6,),
    "restarts": (8, 9),
    "limits": (13, 14),
    "drain": (15,),
    "codes": (18, 19),
    "members": (20,),
    "ending": (23, 24),
    "hostile": (25,),
    "scripted": (25,),
    "storms": (25,),
    "http": (),
}
"""Scripts in tests/clients/scenarios, and what each holds."""

NOT_FOR: dict[tuple[str, int], str] = {}
"""What a client does not hold, by its name ("js", "py") and number, and why."""


def holds(*numbers: int) -> Callable[[Test], Test]:
    """Marks a test of the Python client with the scenarios that it holds."""

    def mark(test: Test) -> Test:
        vars(test)["scenarios"] = numbers
        return test

    return mark
