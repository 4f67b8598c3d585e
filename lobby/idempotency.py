"""Idempotency: the id of the command that is carried out goes with its first write to the store.

A verb knows nothing of it. Whatever writes documents or entries asks for `first_write` and hands
the result on as `once=`. Only the command's own task carries the id: what goes on in the
background writes for itself.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from lobby.domain.errors import LobbyError
from persistence.idempotency import LONGEST_OUTCOME, Once, Remembered

LONGEST_MESSAGE = 200
"""Characters of a refusal's message that are kept for who repeats the command."""

ENDED = "ended"
"""Noted by a command of several writes once it has made the last."""


@dataclass
class Command:
    """One that is under way. `digest` stands for its text, as those of `also` do; `kept`: its id
    was written, with the document or stream `key`; `unsettled`: something was noted since then."""

    identity: str
    id: str
    digest: str
    at: float
    also: tuple[str, ...] = ()
    kept: bool = False
    key: str = ""
    unsettled: bool = False
    noted: dict[str, str] = field(default_factory=dict)
    task: asyncio.Task[object] | None = None

    def note(self, **facts: str) -> None:
        self.noted.update(facts)
        self.unsettled = self.kept

    def once(self, outcome: dict[str, str]) -> Once:
        text = json.dumps({**outcome, **self.noted}, separators=(",", ":"))
        short = text if len(text) <= LONGEST_OUTCOME else "{}"
        return Once(self.identity, self.id, self.digest, short, self.at)


def digests(keys: Iterable[str], content: bytes) -> list[str]:
    """What stands for the text of a command, by each of our keys: of a plain digest, who reads the
    store could guess a password that was sent."""
    return [hmac.new(key.encode(), content, hashlib.sha256).hexdigest() for key in keys]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a command came to. `key` is that of the document which it wrote first, or its stream;
    `number` the version or the cursor of that. All empty where nothing was to be written."""

    key: str
    number: int
    noted: dict[str, str]

    @classmethod
    def of(cls, first: Remembered) -> Effect:
        noted = json.loads(first.outcome)
        return cls(noted.pop("key", ""), first.number, noted)

    @property
    def ended(self) -> bool:
        """Whether all that it had to do was done; known only of those that say so."""
        return ENDED in self.noted


_CARRIED: ContextVar[Command | None] = ContextVar("carried_command", default=None)


@contextmanager
def carrying(command: Command | None) -> Iterator[None]:
    """What is written within is the command's. None: it is not, whatever is being carried out."""
    if command is not None:
        command.task = asyncio.current_task()
    before = _CARRIED.set(command)
    try:
        yield
    finally:
        _CARRIED.reset(before)


@contextmanager
def first_write(key: str) -> Iterator[Once | None]:
    """What the write within takes along: something once for each command, else None."""
    command = _CARRIED.get()
    if command is None or command.kept or command.task is not asyncio.current_task():
        yield None
        return
    yield command.once({"key": key})
    command.kept, command.key = True, key


def note(**facts: str) -> None:
    """What a repeated answer has to name, and the document that is written does not."""
    if command := _CARRIED.get():
        command.note(**facts)


def refused(no: LobbyError) -> dict[str, str]:
    about = {} if no.about is None else {"about": json.dumps(no.about, separators=(",", ":"))}
    return {"refused": no.code, "message": str(no)[:LONGEST_MESSAGE], **about}


def refusal_again(noted: dict[str, str]) -> LobbyError | None:
    """The refusal that was given first, if it was one."""
    if "refused" not in noted:
        return None
    kind = _kinds().get(noted["refused"], LobbyError)
    no = kind.__new__(kind)
    about = json.loads(noted["about"]) if "about" in noted else None
    LobbyError.__init__(no, noted["message"], about=about)
    no.code = noted["refused"]
    return no


def _kinds() -> dict[str, type[LobbyError]]:
    found: dict[str, type[LobbyError]] = {}
    waiting = [LobbyError]
    for kind in waiting:
        found.setdefault(kind.code, kind)
        waiting += kind.__subclasses__()
    return found
