"""The caller of what is under way: who, from which address, through which door, by which request.

A door begins it and adds what it learns. A verb knows nothing of it; the audit log reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Caller:
    """`actor`: whose token was shown, also where it is no longer good. `refused`, `acted`: whether
    the refusal, or an act, of this call is recorded already; `traced`: an act, in trails alone."""

    door: str = "background"
    actor: str = ""
    address: str = ""
    request: str = ""
    connection: int | None = None
    command: str = ""
    operation: str = ""
    target: str = ""
    session: str = ""
    ticket: str = ""
    refused: bool = False
    acted: bool = False
    traced: bool = False


_CURRENT: ContextVar[Caller | None] = ContextVar("caller", default=None)
_COVERED: ContextVar[bool] = ContextVar("covered", default=False)


def current() -> Caller:
    return _CURRENT.get() or Caller()


@contextmanager
def calling(caller: Caller) -> Iterator[Caller]:
    """What happens within is this caller's."""
    before = _CURRENT.set(caller)
    try:
        yield caller
    finally:
        _CURRENT.reset(before)


def identified(account: str) -> None:
    """A valid signature names this account, whatever else is wrong with its token."""
    if caller := _CURRENT.get():
        caller.actor = account


def about(account: str) -> None:
    """The account that the call is about, once it is known."""
    if caller := _CURRENT.get():
        caller.target = account


def about_session(id: int) -> None:
    """The session that the call is about, once it is known."""
    if caller := _CURRENT.get():
        caller.session = str(id)


@contextmanager
def covered() -> Iterator[None]:
    """One record stands for all that is done within."""
    before = _COVERED.set(True)
    try:
        yield
    finally:
        _COVERED.reset(before)


def is_covered() -> bool:
    return _COVERED.get()
