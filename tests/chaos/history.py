"""What happened in a chaos run: each command with its outcome, each frame that came, and who was
connected when. Checkers read it; nothing else judges.

Kinds of events: `invoke`, then `ok`, `fail` or `info` (the outcome is unknown) of a command;
`receive` of a frame; `served` and `away` of an account, as the clients themselves
know it, and `tried` where one who is away was not answered when they came: they may have been shown
until then;
`disturbed` and `calm` around faults of Redis; `lost` and `back` of a client that wants to be
connected; `entered` a queue, with a ticket; `hosted`, a match that its machine has made joinable,
with its tickets; `matched`, what was read of a match: its tickets and players; `missed`, a match
that was over before one of its players heard of it; `parted`, before somebody leaves a match;
`fault` and `healed` around each fault; `read` of a set and `snapshot` of a topic, both from fresh
connections, `expected` of a topic, worked out from what they were told: both are of the newest
time that somebody `compared`; `log` of a session and `stood`, who has its seats in the end, from
the store; `slowness` of the machine, by which bounds on time are multiplied.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from tests.support.channel_client import merged
from tests.support.slowness import slowness

Frame = dict[str, Any]
NOTICED_SECONDS = 8.0
"""How long a process may take to notice that it is not told of changes, and to make up for it, on a
machine that does nothing else."""
MOST_PATIENCE = 4.0
"""How many times longer people wait for an answer than they would on such a machine, at most: those
who waited for ever would never leave a process that hangs."""


@dataclass(frozen=True)
class Event:
    """`who`: a client, by the account's uuid. `what`: a command, topic or set. `at` in seconds."""

    at: float
    kind: str
    who: str = ""
    what: str = ""
    id: str = ""
    value: Any = None


Events = list[Event]


@dataclass
class History:
    """`hosted`: the match that each ticket has led to. `slow`: how many times longer the machine
    took than where bounds were set, at its slowest."""

    events: Events = field(default_factory=list)
    hosted: dict[str, str] = field(default_factory=dict)
    slow: float = 1.0

    def measure(self) -> None:
        """How slow the machine is by now."""
        self.slow = max(self.slow, slowness())
        self.add("slowness", value=self.slow)

    @property
    def patience(self) -> float:
        return min(self.slow, MOST_PATIENCE)

    def add(
        self, kind: str, who: str = "", what: str = "", id: str = "", value: Any = None
    ) -> None:
        self.events.append(Event(time.monotonic(), kind, who, what, id, value))

    def host(self, match: str, tickets: list[str]) -> None:
        self.hosted |= dict.fromkeys(tickets, match)
        self.add("hosted", what=match, value=tickets)

    def receive(self, who: str, frame: Frame) -> None:
        self.add("receive", who, str(frame.get("topic", "")), value=frame)


def noticed_seconds(events: Events) -> float:
    """`NOTICED_SECONDS` on this machine."""
    slow = (event.value for event in events if event.kind == "slowness")
    return NOTICED_SECONDS * max(slow, default=1.0)


@dataclass
class Fold:
    """One document as a client that follows the rules holds it."""

    state: Any = None
    epoch: str = ""
    version: int = -1

    def take(self, frame: Frame) -> bool:
        """Whether the frame changed what is held."""
        if frame["type"] == "state":
            self.state, self.epoch, self.version = frame["state"], frame["epoch"], frame["version"]
            return True
        if frame["type"] == "ended":
            self.state, self.epoch, self.version = None, "", -1
            return True
        if frame["type"] == "patch" and self.epoch and frame["since"] == self.version:
            self.state, self.version = merged(frame["patch"], self.state), frame["version"]
            return True
        return False


class Folds:
    """All documents of all clients, frame after frame."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str], Fold] = {}

    def take(self, event: Event) -> Fold | None:
        """The document after this event, if it changed one."""
        if event.kind != "receive" or event.value["type"] not in ("state", "patch", "ended"):
            return None
        fold = self.of.setdefault((event.who, event.what), Fold())
        return fold if fold.take(event.value) else None
